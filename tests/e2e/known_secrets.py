#!/usr/bin/python3
"""A full run of Larder with known secrets of every kind: none of them is found afterwards in its
log at debug level, its metrics, what it answered to clients, what its commands print, or its cache.

secrets.sh runs it. Only the two key files in the cache hold secrets, for Larder's user alone.
"""
import base64
import json
import os
import re
import stat
import subprocess
import unittest
import unittest.mock
import urllib.error
import urllib.parse
import urllib.request

from secret_search import Place, found
import secret_upstreams as known
from larder_process import Larder, free_port

KEY_FILES = {"auth/keys.json", "auth/tenants.key"}
NOT_EMPTY = (("log", "credential_failed"), ("log", '"level":"debug"'),
             ("log", "/v2/basic.test/team/app/"), ("metrics", "echo.test"),
             ("larder config show", "LARDER_TEST_PASSWORD"),
             ("larder explain basic.test/team/app:1", "repository:team/app:pull"),
             ("index-v1-lmdb09/data.mdb", "basic.test"))


class Secrets(known.SecretCase):
    def test_are_found_nowhere(self):
        self.secrets = set(known.ALL)
        self.places = []
        larder = self.start()
        self.pull_with_each_kind()
        self.pull_as_tenant()
        self.pull_with_tokens()
        self.fail_in_many_ways()
        self.run_commands(larder)
        self.see("metrics", larder.ask("metrics"))
        self.restart(larder)
        self.see("metrics after a restart", larder.ask("metrics"))
        larder.stop()
        self.secrets |= set(self.upstream.tokens.issued) | self.signing_keys(larder.cache)
        self.see("log", larder.log.read_bytes())
        files = self.see_files(larder.cache)
        self.tell(f"{len(self.secrets)} secrets, {len(self.places)} places, {files} of them files "
                  f"of the cache, {sum(len(one.content) for one in self.places)} bytes")
        self.assertEqual([], found(self.secrets, self.places))
        for name, text in NOT_EMPTY:
            places = [place for place in self.places if place.name == name]
            self.assertTrue(any(text.encode() in place.content for place in places), text)

    def test_would_be_found(self):
        """In the order of bytes that base64 can have them in, too."""
        for secret in (known.BASIC, known.IDENTITY, known.SIGNATURE):
            for text in (f"-{secret}", f'{{"a":"{secret}"}}', urllib.parse.quote(secret, safe=""),
                         *(base64.b64encode(f"{user}:{secret}".encode()).decode()
                           for user in ("u", "us", "use"))):
                self.assertTrue(found({secret}, [Place("x", text.encode())]), text)

    # The run.

    def start(self):
        with unittest.mock.patch.dict(os.environ, {
                "LARDER_TEST_PASSWORD": known.ENVIRONMENT,
                "HTTPS_PROXY": f"http://proxy:{known.PROXY}@127.0.0.1:{free_port()}"}):
            larder = Larder(os.environ["LARDER"], self.directory, "larder", "budget: 100%", [0])
            self.write_config(larder)
            larder.start()
        self.addCleanup(larder.kill)
        larder.wait_ready()
        return larder

    def restart(self, larder):
        larder.stop()
        with unittest.mock.patch.dict(os.environ, {"LARDER_TEST_PASSWORD": known.ENVIRONMENT}):
            larder.start()
        larder.wait_ready()

    def pull_with_each_kind(self):
        for host in ("basic.test", "environment.test", "config.test", "identity.test",
                     "helper.test", "plugin.test", "secret.test", known.ECR_HOST):
            self.assertEqual(200, self.pull(self.ports["node"], host), host)

    def pull_as_tenant(self):
        port = self.ports["tenant"]
        self.assertEqual(401, self.pull(port, "private.test"))
        token = self.token(port, "tenant", known.TENANT, "private.test")
        self.assertEqual(200, self.pull(port, "private.test", token))
        wrong = self.token(port, "tenant", known.WRONG, "private.test")
        self.assertIn(self.pull(port, "private.test", wrong), (401, 403, 404))

    def pull_with_tokens(self):
        port = self.ports["required"]
        self.assertEqual(401, self.pull(port, "basic.test"))
        token = self.token(port, "alice", known.HTPASSWD, "basic.test")
        self.assertEqual(200, self.pull(port, "basic.test", token))
        subject = self.issuer.token("pod-of-a-job", known.AUDIENCE)
        self.secrets.add(subject)
        form = {"grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
                "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
                "subject_token": subject, "service": known.AUDIENCE,
                "scope": "repository:basic.test/team/app:pull"}
        status, body = self.ask(f"http://127.0.0.1:{port}/token", form=form)
        self.assertEqual(200, status, body)
        exchanged = json.loads(body)["access_token"]
        self.secrets.add(exchanged)
        self.assertEqual(200, self.pull(port, "basic.test", exchanged))
        self.token(port, "alice", known.WRONG, "basic.test", expected=401)
        forged = subject[:-6] + "AAAAAA"
        self.secrets.add(forged)
        self.assertNotEqual(200, self.ask(f"http://127.0.0.1:{port}/token",
                                          form={**form, "subject_token": forged})[0])
        self.assertEqual(401, self.pull(port, "basic.test", forged))

    def fail_in_many_ways(self):
        node = self.ports["node"]
        for host in ("wrong.test", "echo.test", "nothelper.test", "noplugin.test", "proxied.test",
                     "gone.test"):
            self.assertIn(self.pull(node, host), (404, 503), host)
        self.assertEqual(404, self.pull(node, "basic.test", reference="2"))
        digest = self.upstream.add_blob("team/app", b"elsewhere")
        self.assertIn(self.pull(node, "basic.test", reference=digest, kind="blobs"), (404, 503))
        header = {"Authorization": f"Bearer {known.WRONG}"}
        self.ask(f"http://127.0.0.1:{node}/v2/basic.test/team/app/tags/list"
                 f"?password={known.WRONG}", headers=header)
        self.ask(f"http://127.0.0.1:{self.ports['required']}/v2/", headers=header)

    def run_commands(self, larder):
        bad = self.directory / "bad.yaml"
        bad.write_text("upstreams: [{match: a.test, endpoints: ['https://u:SECRET@a.test'], "
                       "auth: {kind: basic, username: 'u:SECRET', password: 'SECRET', "
                       "password_env: 'SECRET'}}]\n".replace("SECRET", known.INLINE),
                       encoding="utf-8")
        settings = ["--config", str(larder.config)]
        commands = [["config", "show", str(larder.config)], ["config", "check", str(bad)],
                    ["config", "show", str(larder.config), "--output", "json"],
                    ["scrub", "--status", *settings], ["pin", "--list", *settings]]
        for host in (*self.hosts, known.ECR_HOST):
            for output in ("text", "json"):
                commands.append(["explain", f"{host}/team/app:1", "-o", output, *settings])
            commands.append(["refresh", f"{host}/team/app:1", *settings])
        for command in commands:
            done = subprocess.run([larder.binary, *command], capture_output=True, timeout=60,
                                  check=False)
            self.see("larder " + " ".join(command[:2]), done.stdout + done.stderr)
        self.order_token(larder, settings)
        shown = next(one for one in self.places if one.name == "larder config show")
        self.assertIn(b"password_file", shown.content)

    def order_token(self, larder, settings):
        done = subprocess.run([larder.binary, "token", "basic.test/team/app", *settings],
                              capture_output=True, timeout=60, check=True, text=True)
        token = done.stdout.strip()
        self.secrets.add(token)
        self.see("larder token, on stderr", done.stderr)
        self.assertEqual(200, self.pull(self.ports["required"], "basic.test", token))

    # What is looked at.

    def see(self, name, content):
        self.places.append(Place(name, content if isinstance(content, bytes) else content.encode()))

    def see_files(self, cache):
        files = [path for path in cache.rglob("*") if path.is_file()]
        names = {str(path.relative_to(cache)) for path in files}
        self.assertLessEqual(KEY_FILES, names)
        for path in files:
            name = str(path.relative_to(cache))
            self.see(f"name of {name}", name)
            if name in KEY_FILES:
                self.assertEqual(0o600, stat.S_IMODE(path.stat().st_mode), name)
            else:
                self.see(name, path.read_bytes())
        return len(files) - len(KEY_FILES)

    def signing_keys(self, cache):
        """The private parts: nowhere but in their file."""
        text = (cache / "auth/keys.json").read_text(encoding="utf-8")
        private = set(re.findall(r'"d": ?"([^"]+)"', text)) or set(
            re.findall(r'"private[^"]*": ?"([^"]+)"', text))
        self.assertTrue(private, "no private key in keys.json")
        return private

    # Clients.

    def pull(self, port, host, token=None, reference="1", kind="manifests"):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self.ask(f"http://127.0.0.1:{port}/v2/{host}/team/app/{kind}/{reference}",
                        headers=headers)[0]

    def token(self, port, user, password, host, expected=200):
        basic = base64.b64encode(f"{user}:{password}".encode()).decode()
        service = known.AUDIENCE + ("-tenant" if port == self.ports["tenant"] else "")
        status, body = self.ask(f"http://127.0.0.1:{port}/token?service={service}&scope="
                                f"repository:{host}/team/app:pull",
                                headers={"Authorization": f"Basic {basic}"})
        self.assertEqual(expected, status, body)
        if status != 200:
            return None
        token = json.loads(body)["token"]
        self.secrets.add(token)
        return token

    def ask(self, url, headers=(), form=None):
        """Status and body. What clients are told is a place, but for the tokens that are theirs."""
        data = urllib.parse.urlencode(form).encode() if form else None
        request = urllib.request.Request(url, data, dict(headers))
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return response.status, response.read()
        except urllib.error.HTTPError as error:
            body = error.read()
            self.see(f"answer {error.code}", str(error.headers).encode() + body)
            return error.code, body

if __name__ == "__main__":
    unittest.main(verbosity=2)
