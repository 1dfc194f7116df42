#!/usr/bin/python3
"""A tag that moves, behind a listener with `auth: tenant` and a registry that says 404 to whoever
may not know: who has the right gets the new image within the tag's TTL, whoever else asks for it.
tenants_tags.sh runs it.
"""
import time
import unittest

from upstream_fixture import UpstreamCase
from bad_registry import digest_of
from larder_process import free_port
from private_registry import PrivateRegistry
from registry_client import Client

TTL_S, PAUSE_S = 2, 0.2
# A busy machine may be late, not as late as another TTL.
LATE_S = 1.5
NOBODY, ALICE, BOB = "", "alice:alices-secret-word", "bob:bobs-secret-word"
PATH = "/v2/registry.test/team/app/manifests/1"
IMAGES = [b'{"schemaVersion":2,"config":{},"layers":[]}' + b" " * i for i in range(3)]


class MovingTag(UpstreamCase):
    def setUp(self):
        super().setUp()
        self.upstream.hidden_from = {NOBODY}
        self.upstream.add_tag("team/app", "1", IMAGES[0])
        port = free_port()
        self.plain = self.larder(
            freshness=f'[{{match: "**", ttl: {TTL_S}s, stale_for: forever}}]',
            listeners=f', {{name: tenants, address: "127.0.0.1:{port}", auth: tenant}}')
        self.alice, self.bob = Client(port, ALICE), Client(port, BOB)

    def registry(self, **arguments):
        users = dict(who.split(":") for who in (ALICE, BOB)) | {NOBODY: ""}
        registry = PrivateRegistry(users, **arguments)
        self.addCleanup(registry.close)
        return registry

    def test_is_followed_while_it_is_in_use(self):
        self.expect_followed()

    def test_is_followed_while_somebody_asks_who_has_lost_the_right(self):
        self.assertEqual(200, self.bob.ask(PATH).status)
        self.upstream.hidden_from = {NOBODY, BOB}
        self.expect_followed(self.bob)

    def test_is_followed_while_larder_asks_in_its_own_name(self):
        self.expect_followed(Client(self.plain.port))

    def expect_followed(self, *others):
        """Twice. The others ask all the time, too, right before alice."""
        self.assertEqual(200, self.alice.ask(PATH).status)
        for image in IMAGES[1:]:
            self.pull_for(1.5 * TTL_S, others)
            self.upstream.add_tag("team/app", "1", image)
            took = self.seconds_until(image, others)
            print(f"   alice has the new image after {took:.1f} s", flush=True)
            self.assertLess(took, TTL_S + LATE_S)

    def pull_for(self, seconds, others):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.pull(others)

    def seconds_until(self, image, others):
        began = time.monotonic()
        while time.monotonic() < began + 3 * TTL_S:
            if self.pull(others) == digest_of(image):
                break
        return time.monotonic() - began

    def pull(self, others):
        """What alice gets."""
        for other in others:
            other.ask(PATH)
        answer = self.alice.ask(PATH)
        self.assertEqual(200, answer.status)
        self.assertNotIn("detail=gone", answer.headers["Cache-Status"])
        time.sleep(PAUSE_S)
        return digest_of(answer.body)


if __name__ == "__main__":
    unittest.main()
