#!/usr/bin/python3
"""Larder in front of an upstream that cannot be reached or does not want to be asked: what is
cached is served, what is not is refused in time, and nobody is asked in vain twice.

upstreams.sh runs it in a network namespace of its own.
"""
import concurrent.futures
import contextlib
import http.client
import json
import pathlib
import random
import socket
import subprocess
import time
import unittest

from upstream_fixture import AT_ONCE_S, FEW, MARGIN_S, UpstreamCase, slowest_ms
from bad_answers import cut_at, delayed, refuse, silent
from bad_registry import digest_of
from black_hole import BlackHole, attempts

OLD, NEW = b'{"schemaVersion":2,"v":1}', b'{"schemaVersion":2,"v":2}'
BLOB = bytes(range(256)) * 400
CONNECT_S, MANIFEST_S, FIRST_BYTE_S = 1, 3, 5
BURST, BURST_CLIENTS, BURST_TTL_S = 1000, 20, 2
STALE_FOR_S = 3
LARGE_BYTES, UPSTREAM_SHARE_MAX = 256 << 20, 1.05


class BlackHoledUpstream(UpstreamCase):
    def setUp(self):
        super().setUp()
        self.upstream.add_tag("app", "1", OLD)
        self.upstream.add_tag("app", "2", NEW)
        self.upstream.add_blob("app", BLOB)
        self.running = self.larder()

    def swallow(self):
        """From now on connection attempts to the upstream hang."""
        self.upstream.close()
        hole = BlackHole(self.upstream.port)
        self.addCleanup(hole.close)

    def test_serves_a_cached_tag_past_its_ttl_and_dials_once(self):
        self.fetch(self.running, "app/manifests/1")
        self.swallow()

        first = self.fetch(self.running, "app/manifests/1")
        before = attempts()
        later = self.fetch_at_once(self.running, "app/manifests/1")

        self.tell(f"first {first.seconds:.3f} s, then {slowest_ms(later)}")
        for answer in (first, *later):
            self.assertEqual((200, OLD), (answer.status, answer.body))
            self.assertIn("detail=stale", answer.cache_status)
        self.assertLess(first.seconds, 1.2 + MARGIN_S)
        self.assertEqual(before, attempts(), "a second connection was tried")

    def test_is_found_out_as_soon_on_a_connection_that_was_kept(self):
        self.fetch(self.running, "app/manifests/1")
        self.upstream.vanish()

        first = self.fetch(self.running, "app/manifests/1")
        later = self.fetch_at_once(self.running, "app/manifests/1")

        self.tell(f"first {first.seconds:.3f} s, then {slowest_ms(later)}")
        for answer in (first, *later):
            self.assertEqual((200, OLD), (answer.status, answer.body))
        self.assertLess(first.seconds, 1.2 + MARGIN_S)

    def test_refuses_what_is_not_cached_within_the_deadline_and_then_at_once(self):
        self.swallow()

        first = self.fetch(self.running, "app/manifests/1")
        before = attempts()
        others = [answer for path in
                  ("app/manifests/1", "app/manifests/2", f"app/manifests/{digest_of(OLD)}",
                   f"app/blobs/{digest_of(BLOB)}", "app/tags/list")
                  for answer in self.fetch_at_once(self.running, path)]

        self.tell(f"first {first.seconds:.3f} s, then {slowest_ms(others)}")
        self.assertLess(first.seconds, MANIFEST_S + MARGIN_S)
        self.assertEqual(before, attempts(), "a second connection was tried")
        for answer in (first, *others):
            self.assertEqual(503, answer.status)

    def test_refuses_a_blob_that_is_the_first_to_be_asked_for_within_its_deadline(self):
        self.swallow()

        blob = self.fetch(self.running, f"app/blobs/{digest_of(BLOB)}")

        self.tell(f"{blob.seconds:.3f} s")
        self.assertEqual(503, blob.status)
        self.assertLess(blob.seconds, FIRST_BYTE_S + MARGIN_S)

    def test_is_not_dialled_again_because_larder_was_restarted(self):
        self.fetch(self.running, "app/manifests/1")
        self.swallow()
        self.fetch(self.running, "app/manifests/1")
        self.restart(self.running)

        answer = self.fetch(self.running, "app/manifests/1")

        self.assertEqual((200, OLD), (answer.status, answer.body))
        self.assert_at_once(answer)

    def test_leaves_the_other_endpoint_in_use(self):
        other = self.registry()
        other.add_tag("app", "1", OLD)
        self.swallow()
        self.restart(self.running, self.upstream.url, other.url)

        first = self.fetch(self.running, "app/manifests/1")
        before = attempts()
        second = self.fetch(self.running, "app/manifests/1")

        self.tell(f"first {first.seconds:.3f} s, then {second.seconds * 1000:.1f} ms")
        self.assertEqual((200, 200), (first.status, second.status))
        self.assertLess(first.seconds, MANIFEST_S + MARGIN_S)
        self.assertEqual(before, attempts(), "the dead endpoint was tried again")


class DownAtStart(UpstreamCase):
    def setUp(self):
        super().setUp()
        self.upstream.add_tag("app", "1", OLD)
        self.upstream.add_blob("app", BLOB)
        self.running = self.larder()
        self.fetch(self.running, "app/manifests/1")
        self.fetch(self.running, f"app/blobs/{digest_of(BLOB)}")

    def expect_to_serve_what_it_has(self, endpoint):
        # A start takes tens of milliseconds of CPU; on a busy machine one of a few gets them.
        ready_s = min(self.restart(self.running, endpoint) for _ in range(FEW))
        cached = self.fetch(self.running, "app/manifests/1")
        again = self.fetch(self.running, "app/manifests/1")
        blob = self.fetch(self.running, f"app/blobs/{digest_of(BLOB)}")
        other = self.fetch(self.running, "app/manifests/2")
        self.tell(f"ready in {ready_s * 1000:.0f} ms; a cached tag {cached.seconds:.3f} s, then "
                  f"{again.seconds * 1000:.1f} ms; another {other.seconds:.3f} s")
        self.assertLess(ready_s, 0.05 + AT_ONCE_S)
        self.assertEqual((OLD, OLD, BLOB), (cached.body, again.body, blob.body))
        self.assertEqual(503, other.status)
        for answer in (cached, again, other):
            self.assertLess(answer.seconds, MANIFEST_S + MARGIN_S)
        self.assert_at_once(blob)

    def test_a_name_server_that_does_not_answer(self):
        with silent_name_server():
            self.expect_to_serve_what_it_has("https://registry.invalid")

    def test_no_name_server(self):
        self.expect_to_serve_what_it_has("https://registry.invalid")

    def test_an_address_without_a_route(self):
        self.expect_to_serve_what_it_has("https://192.0.2.1")

    def test_a_black_hole(self):
        hole = BlackHole()
        self.addCleanup(hole.close)
        self.expect_to_serve_what_it_has(hole.url)


@contextlib.contextmanager
def silent_name_server():
    """The resolver's questions get lost; it would ask for ten seconds and more."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.53", 53))
        resolv = pathlib.Path("/etc/resolv.conf")  # of the test's mount namespace
        before = resolv.read_text(encoding="utf-8")
        resolv.write_text("nameserver 127.0.0.53\n", encoding="utf-8")
        try:
            yield
        finally:
            resolv.write_text(before, encoding="utf-8")


class EndpointThatBreaksOff(UpstreamCase):
    def test_at_half_of_a_large_blob_is_replaced_by_the_next_and_little_is_sent_twice(self):
        blob = large_blob()
        other = self.registry()
        for registry in (self.upstream, other):
            digest = registry.add_blob("app", blob)
        self.upstream.behave(cut_at(0.5))
        running = self.larder(self.upstream.url, other.url)

        answer = self.fetch(running, f"app/blobs/{digest}")

        shares = [registry.sent / len(blob) for registry in (self.upstream, other)]
        self.tell(f"{sum(shares):.4f} x of {len(blob) >> 20} MiB ({shares[0]:.4f} + "
                  f"{shares[1]:.4f}) in {answer.seconds:.2f} s")
        self.assertEqual((200, True), (answer.status, answer.is_whole))
        self.assertEqual((len(blob), digest), (len(answer.body), digest_of(answer.body)))
        self.assertLessEqual(sum(shares), UPSTREAM_SHARE_MAX)
        self.assertGreater(min(shares), 0.4, "both were to send their half")


def large_blob():
    """A pattern of an odd length, so that bytes in another's place are found out."""
    pattern = random.Random(7).randbytes((1 << 20) - 3)
    return (pattern * (LARGE_BYTES // len(pattern) + 1))[:LARGE_BYTES]


class UpstreamThatSaysLater(UpstreamCase):
    def setUp(self):
        super().setUp()
        self.upstream.add_tag("app", "1", OLD)
        self.running = self.larder()
        self.fetch(self.running, "app/manifests/1")

    def ask_everything(self):
        return [self.fetch(self.running, path) for path in
                ("app/manifests/1", "app/manifests/2", f"app/manifests/{digest_of(NEW)}",
                 f"app/blobs/{digest_of(BLOB)}", "app/tags/list")]

    def expect_nobody_asked_and_no_retry_status(self, already):
        for _ in range(4):
            cached, *others, tags = self.ask_everything()
            self.assertEqual((200, OLD), (cached.status, cached.body))
            self.assertEqual((200, ["1"]), (tags.status, json.loads(tags.body)["tags"]))
            for answer in (cached, *others, tags):
                self.assert_no_retry_status(answer)
                self.assert_at_once(answer)
            self.assertEqual([503] * len(others), [answer.status for answer in others])
        self.assertEqual(already, self.upstream.count(), "it was asked although it had said later")

    def test_with_429_is_left_alone_and_larder_serves_on_over_a_restart(self):
        self.upstream.behave(refuse(429, Retry_After=60))
        first = self.fetch(self.running, "app/manifests/1")
        self.assertEqual((200, OLD), (first.status, first.body))
        already = self.upstream.count()
        self.expect_nobody_asked_and_no_retry_status(already)

        self.restart(self.running)

        self.expect_nobody_asked_and_no_retry_status(already)

    def test_with_503_is_left_alone(self):
        self.upstream.behave(refuse(503, Retry_After=60))
        self.fetch(self.running, "app/manifests/1")
        self.expect_nobody_asked_and_no_retry_status(self.upstream.count())

    def test_with_429_never_shows_it_to_who_comes_first(self):
        for path in ("app/manifests/2", f"app/blobs/{digest_of(BLOB)}", "app/tags/list"):
            with self.subTest(path):
                fresh = self.registry()
                fresh.behave(refuse(429, Retry_After=60))
                answer = self.fetch(self.larder(fresh.url), path)
                self.assertEqual(503, answer.status)
                self.assertIn(b"429", answer.body)

    def test_with_a_quota_that_runs_low_is_asked_for_pulls_only(self):
        self.upstream.set_quota(3)
        self.upstream.add_tag("app", "2", NEW)
        self.fetch(self.running, "app/manifests/2")  # tells that 2 of 100 are left
        already = self.upstream.count()

        old = self.fetch(self.running, "app/manifests/1")
        pulled = self.fetch(self.running, f"app/manifests/{digest_of(NEW + b' ')}")

        self.assertEqual((200, OLD), (old.status, old.body))
        self.assertEqual(404, pulled.status)
        self.assertEqual(already + 1, self.upstream.count(), "a pull alone may cost quota")
        self.assertEqual(1, self.running.metric("larder_upstream_quota_remaining"))


class TagsPastTheirTtl(UpstreamCase):
    def setUp(self):
        super().setUp()
        self.upstream.add_tag("app", "1", OLD)

    def test_cost_one_request_for_a_thousand_clients(self):
        running = self.larder(freshness=f'[{{match: "**", ttl: {BURST_TTL_S}s}}]')
        self.fetch(running, "app/manifests/1")
        running.stop()  # so that nobody refreshes the tag before its TTL ends
        time.sleep(BURST_TTL_S)  # lets the TTL pass
        self.upstream.behave(delayed(0.2))
        running.start()
        running.wait_ready()
        already, began = self.upstream.count(), time.monotonic()

        bodies = burst(running.port, "/v2/registry.test/app/manifests/1")

        took = time.monotonic() - began
        asked = self.upstream.count() - already
        self.tell(f"{len(bodies)} requests in {took:.2f} s: {asked} upstream")
        self.assertEqual([OLD] * BURST, bodies)
        # Within a TTL, one question more from the background.
        self.assertLessEqual(asked, 1 + 2 * int(took / (BURST_TTL_S / 2)))
        self.assertGreaterEqual(asked, 1)

    def test_are_followed_when_they_have_moved(self):
        running = self.larder(freshness=f'[{{match: "**", ttl: {BURST_TTL_S}s}}]')
        self.fetch(running, "app/manifests/1")
        self.upstream.add_tag("app", "1", NEW)
        time.sleep(BURST_TTL_S)  # lets the TTL pass

        moved = self.fetch(running, "app/manifests/1")

        self.assertEqual(NEW, moved.body)

    def test_ask_with_the_digest_they_have(self):
        running = self.larder()
        self.fetch(running, "app/manifests/1")

        again = self.fetch(running, "app/manifests/1")

        self.assertIn("detail=revalidated", again.cache_status)
        self.assertEqual("HEAD", self.upstream.requests[-1].method)
        self.assertIn(digest_of(OLD), self.upstream.requests[-1].headers.get("if-none-match", ""))

    def test_keep_a_deleted_image_visibly_until_stale_for_ends(self):
        running = self.larder(freshness=f'[{{match: "**", ttl: 0s, stale_for: {STALE_FOR_S}s}}]')
        self.fetch(running, "app/manifests/1")
        confirmed = time.monotonic()
        self.upstream.remove_tag("app", "1")

        kept = self.fetch(running, "app/manifests/1")
        last = kept
        while last.status == 200 and time.monotonic() < confirmed + STALE_FOR_S + 10:
            time.sleep(0.1)  # the pace of asking
            last = self.fetch(running, "app/manifests/1")

        self.tell(f"kept for {time.monotonic() - confirmed:.1f} s; {kept.cache_status}")
        self.assertEqual((200, OLD), (kept.status, kept.body))
        self.assertRegex(kept.cache_status, "detail=(gone|stale)")
        self.assertGreater(running.metric("larder_stale_served_total"), 0)
        self.assertEqual(404, last.status)
        self.assertGreaterEqual(time.monotonic(), confirmed + STALE_FOR_S)

    def test_are_served_old_while_upstream_is_silent(self):
        running = self.larder(deadlines="{manifest: 1s, first_byte: 1s, stall: 1s, connect: 1s}")
        self.fetch(running, "app/manifests/1")
        self.upstream.behave(silent)

        old = self.fetch(running, "app/manifests/1")

        self.assertEqual((200, OLD), (old.status, old.body))
        self.assertLess(old.seconds, 1 + MARGIN_S)


def burst(port, path):
    """The bodies of BURST requests by BURST_CLIENTS clients at once."""
    with concurrent.futures.ThreadPoolExecutor(BURST_CLIENTS) as clients:
        parts = clients.map(lambda _: ask_often(port, path, BURST // BURST_CLIENTS),
                            range(BURST_CLIENTS))
        return [body for part in parts for body in part]


def ask_often(port, path, times):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    for _ in range(times):
        connection.request("GET", path)
        yield connection.getresponse().read()
    connection.close()


if __name__ == "__main__":
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    unittest.main(verbosity=1)
