#!/usr/bin/python3
"""Larder in front of private registries: how often it asks for tokens, how long it lives on those
it has, with the whole daemon. credentials.sh runs it.
"""
import collections
import concurrent.futures
import pathlib
import re
import threading
import time
import unittest

from credential_case import MANIFEST, PASSWORD, CredentialCase
from upstream_fixture import warnings

CLIENTS = 1000
REPOSITORIES, BLOBS = 4, 24
# A busy machine with a thousand clients is slow, and that is not what is looked at.
PATIENT = "{manifest: 60s, first_byte: 60s, stall: 60s, connect: 30s}"
TOKEN_S = 24       # of a token in the outage: the half, a pause of 10 s and a bit
OUTAGE_STEP_S = 0.25
BACKOFF = ("larder_token_backoff_seconds", 'upstream="registry.test",kind="token"')


class FirstPulls(CredentialCase):
    def test_a_thousand_at_once_ask_once_for_each_scope(self):
        paths = [path for number in range(REPOSITORIES) for path in self.image(f"team/app{number}")]
        self.upstream.tokens.delay_s = 0.5  # all that come while it is asked for wait for it
        larder = self.larder(self.upstream.url, more=self.basic(), deadlines=PATIENT)
        answers = self.pull_at_once(larder, [paths[i % len(paths)] for i in range(CLIENTS)])
        asked = self.upstream.tokens.asked_for()
        self.tell(f"{CLIENTS} pulls of {len(paths)} documents and blobs: "
                  f"{dict(collections.Counter(answers))}, token requests by scope: {asked}, "
                  f"upstream requests: {self.upstream.count()}")
        self.assertEqual({200: CLIENTS}, dict(collections.Counter(answers)))
        self.assertEqual({f"repository:team/app{number}:pull": 1
                          for number in range(REPOSITORIES)}, asked)
        self.assertEqual(0, self.upstream.refused)

    def image(self, repository):
        """Manifests and blobs that no other repository has."""
        paths = []
        for number in range(BLOBS):
            data = f"{repository} {number}".encode() * 1000
            paths.append(f"{repository}/blobs/{self.upstream.add_blob(repository, data)}")
        digest = self.upstream.add_tag(repository, "1", MANIFEST + b" " * len(repository))
        return paths + [f"{repository}/manifests/1", f"{repository}/manifests/{digest}"]

    def pull_at_once(self, larder, paths):
        together = threading.Barrier(len(paths))

        def pull(path):
            together.wait()
            return self.fetch(larder, path).status
        with concurrent.futures.ThreadPoolExecutor(len(paths)) as clients:
            return list(clients.map(pull, paths))


class TokenServiceDown(CredentialCase):
    def test_pulls_go_on_until_the_tokens_real_end(self):
        self.upstream.tokens.lifetime_s = TOKEN_S
        blobs = [self.upstream.add_blob("team/app", b"%d" % i) for i in range(4 * TOKEN_S * 2)]
        larder = self.larder(self.upstream.url, more=self.basic())
        began = time.monotonic()
        self.assertEqual(200, self.blob(larder, blobs.pop()).status)
        self.upstream.tokens.answer = lambda question: (500, {"who": question.who})
        answers, backoff = self.pull_until_refused(larder, blobs, began + TOKEN_S + 5)
        failed = self.gauge(larder, "larder_token_refresh_total", 'outcome="upstream_down"')
        lived = time.monotonic() - began
        self.tell(f"token of {TOKEN_S} s, service down from the start: {len(answers)} pulls of new "
                  f"blobs, refused after {lived:.1f} s; refreshes failed: {failed:.0f}, "
                  f"backoff: {backoff:.0f} s")
        self.assertEqual({200}, set(answers[:-1]))
        self.assertEqual(503, answers[-1])
        self.assertAlmostEqual(TOKEN_S, lived, delta=3)
        self.assertGreaterEqual(backoff, 10)
        self.assertGreaterEqual(failed, 1)
        self.expect_told(larder)
        self.expect_recovery(larder, blobs)

    def pull_until_refused(self, larder, blobs, deadline):
        """The statuses, and the longest backoff meanwhile."""
        answers, backoff = [], 0
        while time.monotonic() < deadline:
            answers.append(self.blob(larder, blobs.pop()).status)
            if answers[-1] != 200:
                break
            backoff = max(backoff, self.gauge(larder, *BACKOFF) or 0)
            time.sleep(OUTAGE_STEP_S)
        return answers, backoff

    def expect_told(self, larder):
        told = [line for line in warnings(larder) if "credential_failed" in line]
        renewals = [line for line in told if re.search(r"again_after_ms=[1-9]", line)]
        self.assertTrue(renewals, told)
        self.assertRegex(renewals[0], r"answers HTTP 500.* again_after_ms=10000")

    def expect_recovery(self, larder, blobs):
        self.upstream.tokens.answer = None
        deadline = time.monotonic() + 10
        while self.blob(larder, blobs[-1]).status != 200:
            self.assertLess(time.monotonic(), deadline, "no pull after the outage")
            time.sleep(0.2)
        while self.gauge(larder, *BACKOFF) != 0:
            self.assertLess(time.monotonic(), deadline, "no end of the backoff")
            time.sleep(0.2)

    def blob(self, larder, digest):
        return self.fetch(larder, f"team/app/blobs/{digest}")


class Restarts(CredentialCase):
    def test_when_tokens_end_outlives_one_and_is_explained(self):
        self.upstream.tokens.lifetime_s = 3600
        self.upstream.add_tag("team/app", "1", MANIFEST)
        larder = self.larder(self.upstream.url, more=self.basic())
        self.assertEqual(200, self.fetch(larder, "team/app/manifests/1").status)
        before = self.explained_credential(larder)
        self.assertEqual(("token", "repository:team/app:pull", True),
                         (before["kind"], before["of"], before["held"]))
        self.restart(larder)
        after = self.explained_credential(larder)
        self.assertEqual((False, before["until"]), (after["held"], after["until"]))
        self.assertEqual(200, self.fetch(larder, "team/app/manifests/1").status)
        self.assertTrue(self.explained_credential(larder)["held"])

    def explained_credential(self, larder):
        explained = larder.report("explain", "registry.test/team/app:1",
                                  "--config", str(larder.config))
        found, = explained["upstream"]["endpoints"][0]["credentials"]
        return found

    def test_a_token_is_got_anew_and_was_never_on_disk(self):
        blobs = [self.upstream.add_blob("team/app", b"%d" % i) for i in range(3)]
        larder = self.larder(self.upstream.url, more=self.basic())
        self.assertEqual(200, self.fetch(larder, f"team/app/blobs/{blobs[0]}").status)
        larder.kill()
        larder.start()
        larder.wait_ready()
        self.assertEqual(200, self.fetch(larder, f"team/app/blobs/{blobs[1]}").status)
        self.restart(larder)
        self.assertEqual(200, self.fetch(larder, f"team/app/blobs/{blobs[2]}").status)
        larder.stop()
        self.assertEqual({"repository:team/app:pull": 3}, self.upstream.tokens.asked_for())
        for token in [PASSWORD, *self.upstream.tokens.issued]:
            self.assertEqual([], files_with(token.encode(), larder.cache))


def files_with(needle, folder):
    return [path for path in pathlib.Path(folder).rglob("*")
            if path.is_file() and needle in path.read_bytes()]


if __name__ == "__main__":
    unittest.main(verbosity=2)
