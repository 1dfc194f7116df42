#!/usr/bin/python3
"""Larder with a password in front of registries and token servers that are after it, or broken:
each is refused with one line of the log that names the cause, and nobody else sees a credential.

credentials.sh runs it in a network namespace of its own, with an address for other people's hosts.
"""
import dataclasses
import http.server
import re
import subprocess
import threading
import time
import unittest

from upstream_fixture import UpstreamCase, warnings
from upstream_lies import make_tls
from bad_answers import Answer
from bad_registry import BadRegistry
from private_registry import PrivateRegistry

PUBLIC = "198.51.100.7"  # an address that redirects may lead to, in this namespace
USER, PASSWORD = "jane", "pass+word/1="
MANIFEST = b'{"schemaVersion":2,"config":{},"layers":[]}'
DEADLINES = "{manifest: 3s, first_byte: 3s, stall: 3s, connect: 1s}"


class Thief(http.server.ThreadingHTTPServer):
    """Another's host, which remembers what it is told and gives what it is asked for."""
    daemon_threads = True

    def __init__(self, address, body=b'{"token":"of-the-thief"}'):
        self.body, self.seen = body, []
        super().__init__((address, 0), ThiefHandler)
        self.url = f"http://{address}:{self.server_port}"
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05},
                         daemon=True).start()

    def close(self):
        self.shutdown()
        self.server_close()


class ThiefHandler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.seen.append((self.path, dict(self.headers), body))
        self.send_response_only(200)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    do_POST = do_HEAD = do_GET

    def log_message(self, *_):
        pass


class Challenging(BadRegistry):
    """Answers everything with 401 and a challenge."""
    challenge = ""

    def answer(self, request):
        with self.lock:
            self.requests.append(request)
        return Answer(401, {"WWW-Authenticate": self.challenge})


@dataclasses.dataclass
class Bad:
    name: str
    what: object  # a challenge, or what a token server answers
    cause: str    # what one line of the log must match
    https: bool = False


def realm(url):
    return f'Bearer realm="{url}",service="x",scope="repository:team/app:pull"'


# {own}, {thief}: the token server at the registry's address, and another's.
CHALLENGES = [
    Bad("realm at another host", realm("{thief}/token"), f"{PUBLIC}.* outside the trust boundary"),
    Bad("realm with the registry's name as user", realm("http://127.0.0.1@" + PUBLIC + "/token"),
        "realm is no URL"),
    Bad("realm at a metadata address", realm("http://169.254.169.254/latest"),
        "169.254.169.254 is outside the trust boundary"),
    Bad("http realm of an https registry", realm("{own}/token"), "is http, and its upstream https",
        https=True),
    Bad("realm of another scheme", realm("file:///etc/passwd"), "realm is no URL"),
    Bad("a megabyte", realm("{own}/token?" + "x" * 1_000_000), "head"),
    Bad("a thousand parameters",
        realm("{own}/token") + "".join(f',p{n}="x"' for n in range(1000)), "too many parameters"),
    Bad("a realm twice", realm("{own}/token") + ',realm="{thief}/token"', "given twice"),
    Bad("an unended value", 'Bearer realm="{own}/token', "without an end"),
    Bad("only schemes that nobody knows", "Negotiate abc==", "neither bearer nor basic"),
]
TOKENS = [
    Bad("more than anybody needs", (200, b'{"token":"' + b"x" * 1_000_000 + b'"}'), "larger|long"),
    Bad("bytes", (200, bytes(range(256)) * 4), "no JSON object"),
    Bad("a list", (200, b"[]"), "no JSON object"),
    Bad("JSON to a depth", (200, b"[" * 100_000), "no JSON object"),
    Bad("no token", (200, b'{"expires_in":300}'), "no usable token"),
    Bad("a number for a token", (200, b'{"token":7}'), "no usable token"),
    Bad("another header in the token", (200, b'{"token":"a\\r\\nX-Evil: 1"}'), "no usable token"),
    Bad("a token that ends early", (200, b'{"token":"a\\u0000b"}'), "no usable token"),
    Bad("HTTP 500", (500, b"sorry"), "answers HTTP 500"),
    Bad("HTTP 302", (302, b""), "answers HTTP 302"),
]


class HostileCase(UpstreamCase):
    def setUp(self):
        super().setUp()
        self.thief = Thief(PUBLIC)
        self.addCleanup(self.thief.close)
        self.password = self.directory / "password"
        self.password.write_text(PASSWORD, encoding="utf-8")
        self.ca, self.tls = make_tls(self.directory)

    def registry(self, **arguments):
        registry = PrivateRegistry(users={USER: PASSWORD}, **arguments)
        registry.add_tag("team/app", "1", MANIFEST)
        self.addCleanup(registry.close)
        return registry

    def private_larder(self, url):
        auth = f", auth: {{kind: basic, username: {USER}, password_file: {self.password}}}"
        return self.larder(url, more=f"{auth}, ca: {self.ca}", deadlines=DEADLINES)

    def events(self, larder):
        return [line.split()[2] for line in warnings(larder)]

    def expect_told_once(self, larder, cause):
        """But for the line that tells what follows from it."""
        told = [line for line in warnings(larder) if " breaker_opened " not in line]
        self.assertEqual(1, sum(bool(re.search(cause, line)) for line in told), told)


class Challenges(HostileCase):
    def test_are_refused(self):
        for bad in CHALLENGES:
            with self.subTest(bad.name):
                self.refuse(bad)
        self.assertEqual([], self.thief.seen)

    def refuse(self, bad):
        own = Thief("127.0.0.1")
        registry = Challenging(tls=self.tls if bad.https else None)
        registry.challenge = bad.what.replace("{own}", own.url).replace("{thief}", self.thief.url)
        larder = self.private_larder(registry.url)
        status = self.fetch(larder, "team/app/manifests/1").status
        self.tell(f"{bad.name}: {status}, {warnings(larder)}"[:400])
        self.assertIn(status, (404, 503))
        self.expect_told_once(larder, bad.cause)
        self.assertEqual([], own.seen)
        self.assertEqual([], [request for request in registry.requests
                              if "authorization" in request.headers])
        larder.stop()
        registry.close()
        own.close()


    def test_of_a_blob_is_told_once_besides_what_comes_of_it(self):
        registry = Challenging()
        registry.challenge = realm(f"{self.thief.url}/token")
        larder = self.private_larder(registry.url)
        digest = "sha256:" + "0" * 64
        self.assertEqual(404, self.fetch(larder, f"team/app/blobs/{digest}").status)
        expected = ["credential_failed", "source_failed", "flight_failed"]
        deadline = time.monotonic() + 10  # the flight ends after its readers are answered
        while self.events(larder) != expected and time.monotonic() < deadline:
            time.sleep(0.02)
        self.assertEqual(expected, self.events(larder))
        self.assertEqual([], self.thief.seen)
        registry.close()


class TokenAnswers(HostileCase):
    def test_are_refused(self):
        for bad in TOKENS:
            with self.subTest(bad.name):
                self.refuse(bad)
        self.assertEqual([], self.thief.seen)

    def refuse(self, bad):
        registry = self.registry()
        registry.tokens.answer = lambda question: bad.what
        registry.tokens.location = self.thief.url
        larder = self.private_larder(registry.url)
        status = self.fetch(larder, "team/app/manifests/1").status
        self.tell(f"{bad.name}: {status}, {warnings(larder)}"[:400])
        self.assertIn(status, (404, 503))
        self.expect_told_once(larder, bad.cause)
        self.assertEqual({""}, registry.seen)
        larder.stop()


class Redirects(HostileCase):
    def test_to_another_host_lose_the_credential(self):
        data = b"layer" * 1000
        digest = self.upstream.add_blob("team/app", data)
        self.thief.body = data
        self.redirect(self.upstream, f"{self.thief.url}/blob?signature=s3cret")
        larder = self.private_larder(self.upstream.url)
        answer = self.fetch(larder, f"team/app/blobs/{digest}")
        self.assertEqual((200, data), (answer.status, answer.body))
        headers = {name.lower() for _, headers, _ in self.thief.seen for name in headers}
        self.assertNotIn("authorization", headers)
        self.assertTrue(self.thief.seen)
        self.assertNotIn("s3cret", larder.log.read_text())

    def test_from_https_to_http_are_not_followed(self):
        secure = self.registry(tls=self.tls)
        secure.tokens.answer = lambda question: (200, {"token": "T"})
        secure.tokens.holder = lambda token, scope: USER
        self.redirect(secure, f"{self.thief.url}/blob")
        larder = self.private_larder(secure.url)
        status = self.fetch(larder, "team/app/manifests/1").status
        self.assertIn(status, (404, 503))
        self.expect_told_once(larder, "redirect")
        self.assertEqual([], self.thief.seen)

    def redirect(self, registry, url):
        """What would be given is to be had elsewhere."""
        def behaviour(connection, request, answer):
            if answer.status == 200:
                answer = Answer(307, {"Location": url})
            connection.sendall(answer.wire(request))
            return True
        registry.behave(behaviour)


if __name__ == "__main__":
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    subprocess.run(["ip", "address", "add", f"{PUBLIC}/32", "dev", "lo"], check=True)
    unittest.main(verbosity=2)
