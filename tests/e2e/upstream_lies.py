#!/usr/bin/python3
"""Larder in front of an upstream that breaks off, drips, lies and points elsewhere: an end within
the deadlines, nothing wrong kept, and one line of the log that names the cause.

upstreams.sh runs it in a network namespace of its own, where the metadata address is a trap and
metadata.test its name.
"""
import contextlib
import dataclasses
import re
import socket
import ssl
import subprocess
import time
import unittest

from upstream_fixture import MARGIN_S, UpstreamCase, warnings
import bad_answers as bad
from bad_registry import digest_of
from black_hole import BlackHole

DEADLINES = "{manifest: 1s, first_byte: 1s, stall: 1s, connect: 1s}"
DEADLINE_S = 1
TOLD_DEADLINE_S = 2
ATTEMPTS_MAX = 2         # a source is asked again where it stopped, before the flight gives up
MANIFEST = b'{"schemaVersion":2,"config":{},"layers":[]}'
SMALL, LARGE = bytes(range(256)) * 40, bytes(range(256)) * 4000
METADATA = "169.254.169.254"
PUBLIC = "198.51.100.7"  # an address that redirects may lead to, in this namespace


@dataclasses.dataclass
class Misbehaviour:
    name: str
    behave: object
    cause: str  # what a line of the log must match


MISBEHAVIOURS = [
    Misbehaviour("accepts and never answers", bad.silent, "timeout"),
    Misbehaviour("one byte a second", bad.drip, "timeout"),
    Misbehaviour("one byte a second in the body", bad.drip_body, "timeout|stall"),
    Misbehaviour("resets", bad.reset, "reset"),
    Misbehaviour("resets in the body", bad.reset_in_body, "reset|short body"),
    Misbehaviour("garbage", bad.garbage, "HTTP|head"),
    Misbehaviour("Content-Length too long", bad.length_too_long, "short body"),
    Misbehaviour("Content-Length too short", bad.length_too_short,
                 "corrupt|digest|no manifest"),
    Misbehaviour("wrong digest", bad.wrong_digest, "corrupt|digest"),
    Misbehaviour("endless redirects", bad.redirect_loop, "redirects"),
    Misbehaviour("redirect to the metadata address",
                 bad.redirect_to(f"http://{METADATA}/latest/meta-data/"), f"{METADATA}|redirect"),
    Misbehaviour("redirect to a name of the metadata address",
                 bad.redirect_to("http://metadata.test/latest/meta-data/"), "metadata.test"),
    Misbehaviour("redirect to loopback", bad.redirect_to("http://127.0.0.1:9/"),
                 "127.0.0.1:9|redirect"),
    Misbehaviour("500", bad.refuse(500), "500"),
    Misbehaviour("503", bad.refuse(503), "503"),
    Misbehaviour("429", bad.refuse(429, Retry_After=60), "429"),
]


class UpstreamThatMisbehaves(UpstreamCase):
    def setUp(self):
        super().setUp()
        self.trap = self.enterContext(socket.create_server((METADATA, 80)))
        self.sound = self.registry()
        for registry in (self.upstream, self.sound):
            registry.add_tag("app", "1", MANIFEST)
            registry.add_blob("app", SMALL)
            registry.add_blob("app", LARGE)

    def test_with_a_tag(self):
        self.expect_harmless("app/manifests/1", MANIFEST)

    def test_with_a_manifest_by_digest(self):
        self.expect_harmless(f"app/manifests/{digest_of(MANIFEST)}", MANIFEST)

    def test_with_a_small_blob(self):
        self.expect_harmless(f"app/blobs/{digest_of(SMALL)}", SMALL)

    def test_with_a_large_blob(self):
        self.expect_harmless(f"app/blobs/{digest_of(LARGE)}", LARGE)

    def expect_harmless(self, path, right):
        for misbehaviour in MISBEHAVIOURS:
            with self.subTest(misbehaviour.name):
                self.upstream.behave(misbehaviour.behave)
                larder = self.larder(self.upstream.url, deadlines=DEADLINES)
                answers = [self.fetch(larder, path) for _ in range(2)]
                self.tell(f"{misbehaviour.name}: " + ", ".join(
                    f"{answer.status} {answer.seconds:.2f} s" for answer in answers))
                for answer in answers:
                    self.expect_honest(answer, path, right)
                self.expect_told(larder, misbehaviour)
                self.expect_nothing_kept(larder, path, right)
                larder.stop()
        self.assertFalse(was_dialled(self.trap), "the metadata address was dialled")

    def expect_honest(self, answer, path, right):
        """Refused, cut short, or right after all; and in time."""
        if answer.status == 200 and answer.is_whole:
            self.assertEqual(right, answer.body)
        elif answer.status == 200:
            self.assertLess(len(answer.body), len(right))
        else:
            self.assertIn(answer.status, (404, 503))
        # A manifest has one deadline; a blob one until its first byte, then one for each stall.
        waits = 1 if "/manifests/" in path else 1 + ATTEMPTS_MAX
        self.assertLess(answer.seconds, waits * DEADLINE_S + MARGIN_S)

    def expect_told(self, larder, misbehaviour):
        """A flight tells its end a moment after its readers have heard of it."""
        deadline, told = time.monotonic() + TOLD_DEADLINE_S, []
        while time.monotonic() < deadline:
            told = warnings(larder)
            if any(re.search(misbehaviour.cause, line) for line in told):
                return
            time.sleep(0.05)
        self.fail(f"no line of {len(told)} names the cause: {told}")

    def expect_nothing_kept(self, larder, path, right):
        self.restart(larder, self.sound.url)
        after = self.fetch(larder, path)
        self.assertEqual((200, True, right), (after.status, after.is_whole, after.body))


def was_dialled(listener):
    listener.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        listener.accept()[0].close()
        return True
    return False


class CombinedTroubles(UpstreamCase):
    """However they are combined, nobody waits for longer than the deadlines say."""

    PATHS = ("app/manifests/1", f"app/manifests/{digest_of(MANIFEST)}",
             f"app/blobs/{digest_of(LARGE)}", "app/tags/list", f"app/referrers/{digest_of(LARGE)}")

    def expect_bounded(self, larder):
        for path in self.PATHS:
            answer = self.fetch(larder, path)
            self.tell(f"{path[:13]}: {answer.status} {answer.seconds:.2f} s")
            self.assertIn(answer.status, (404, 503))
            self.assertLess(answer.seconds, DEADLINE_S + MARGIN_S)

    def bad_endpoints(self):
        """One that is silent, one that drips, one that swallows connections."""
        dripping, hole = self.registry(), BlackHole()
        self.addCleanup(hole.close)
        dripping.add_blob("app", LARGE)
        self.upstream.behave(bad.silent)
        dripping.behave(bad.drip)
        return [self.upstream.url, dripping.url, hole.url]

    def test_of_three_endpoints_are_bounded(self):
        self.expect_bounded(self.larder(*self.bad_endpoints(), deadlines=DEADLINES))

    def test_of_three_endpoints_leave_what_is_cached(self):
        self.upstream.add_tag("app", "1", MANIFEST)
        larder = self.larder(deadlines=DEADLINES)
        self.fetch(larder, "app/manifests/1")
        self.restart(larder, *self.bad_endpoints())
        for _ in range(3):
            answer = self.fetch(larder, "app/manifests/1")
            self.assertEqual((200, MANIFEST), (answer.status, answer.body))
            self.assertLess(answer.seconds, DEADLINE_S + MARGIN_S)

    def test_of_a_token_server_are_bounded(self):
        hole = BlackHole()
        self.addCleanup(hole.close)
        for realm in (hole.url, "https://registry.invalid", self.upstream.url):
            with self.subTest(realm):
                challenge = f'Bearer realm="{realm}/token",service="registry"'
                self.upstream.behave(bad.refuse(401, WWW_Authenticate=challenge))
                self.expect_bounded(self.larder(deadlines=DEADLINES))


class Redirects(UpstreamCase):
    """From an upstream with TLS, into a place without, or one that nobody wrote down."""

    def setUp(self):
        super().setUp()
        ca, tls = make_tls(self.directory)
        self.secure = self.registry(tls=tls)
        self.plain = self.registry(address=PUBLIC)
        self.plain.add_tag("app", "1", MANIFEST)
        self.plain.add_blob("app", SMALL)
        self.running = self.larder(self.secure.url, deadlines=DEADLINES, more=f", ca: {ca}")

    def test_from_https_to_http_are_not_followed(self):
        for path in ("app/manifests/1", f"app/blobs/{digest_of(SMALL)}"):
            with self.subTest(path):
                self.secure.behave(bad.redirect_to(f"{self.plain.url}/v2/{path}"))
                answer = self.fetch(self.running, path)
                self.assertIn(answer.status, (404, 503))
        self.assertEqual(0, self.plain.count())
        self.assertFalse(self.plain.connections)

    def test_from_http_to_http_are_followed(self):
        self.upstream.behave(bad.redirect_to(
            f"{self.plain.url}/v2/app/blobs/{digest_of(SMALL)}"))
        larder = self.larder(self.upstream.url, deadlines=DEADLINES)

        answer = self.fetch(larder, f"app/blobs/{digest_of(SMALL)}")

        self.assertEqual(SMALL, answer.body)


class NamesOfTheMetadataAddress(UpstreamCase):
    """DNS is not the operator: an address that was not written is not dialled for a name's sake."""

    def expect_no_dial(self, larder, port, host):
        with socket.create_server((METADATA, port)) as trap:
            answer = self.fetch(larder, "app/manifests/1", host)
            dialled = was_dialled(trap)
        self.assertIn(answer.status, (404, 503))
        self.assertFalse(dialled, "the metadata address was dialled")

    def test_as_an_endpoint_are_not_dialled(self):
        larder = self.larder("http://metadata.test", deadlines=DEADLINES)
        self.expect_no_dial(larder, 80, "registry.test")

    def test_that_a_pattern_covers_are_not_dialled(self):
        larder = self.larder(deadlines=DEADLINES, others=', {match: "*.test"}')
        self.expect_no_dial(larder, 443, "metadata.test")


def make_tls(directory):
    """A CA file, and a server's context for 127.0.0.1."""
    certificate, key = directory / "server.pem", directory / "server.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=registry",
                    "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
                   check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return certificate, context


if __name__ == "__main__":
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for address in (METADATA, PUBLIC):
        subprocess.run(["ip", "address", "add", f"{address}/32", "dev", "lo"], check=True)
    unittest.main(verbosity=1)
