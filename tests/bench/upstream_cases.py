"""The cases of upstreams that are out of reach, asked by many at once, or break off."""
import concurrent.futures
import http.client
import json
import pathlib
import statistics
import subprocess
import sys
import time
import urllib.parse

import clients
from content import MEBIBYTE
from table import Row, spread

SUPPORT = pathlib.Path(__file__).resolve().parents[1] / "support"
sys.path[:0] = [str(SUPPORT), str(SUPPORT.parent / "e2e")]

from bad_answers import cut_at, delayed  # noqa: E402  # found by the path set above
from bad_registry import BadRegistry  # noqa: E402
from black_hole import BlackHole  # noqa: E402
from slow_registry import make_blob  # noqa: E402

MANIFEST = b'{"schemaVersion":2,"config":{},"layers":[]}'
ALWAYS_EXPIRED = 'freshness: [{match: "**", ttl: 0s, stale_for: forever}]\n'
BURST, BURST_CLIENTS, BURST_TTL_S = 1000, 20, 2
OPEN_SAMPLES = 20
DNS_DOWN = pathlib.Path(__file__).with_name("dns_down.py")
median = statistics.median


class UpstreamCases:
    def __init__(self, bench, content, options):
        self.bench, self.content, self.options = bench, content, options

    def all(self):
        return [self.black_hole, self.expired_tag, self.dns_down, self.cut_endpoint]

    # A tag past its TTL and one that is not cached, when connection attempts hang: the first
    # request, and those after it.
    def black_hole(self):
        first = {"cached": [], "uncached": []}
        later = {"cached": [], "uncached": []}
        for _ in range(min(3, self.options.runs)):
            for name, expected in (("cached", 200), ("uncached", 503)):
                larder, hole = self.larder_before_a_hole()
                url = larder.url("manifests", name)
                first[name].append(answer_seconds(url, expected))
                later[name] += [answer_seconds(url, expected) for _ in range(OPEN_SAMPLES)]
                larder.stop()
                hole.close()
        for name, what, bar_s in (("cached", "an expired tag, served stale", 1.2),
                                  ("uncached", "not cached, refused", 3)):
            most, open_ms = max(first[name]), max(later[name]) * 1000
            yield Row(f"black-holed upstream: {what}", f"{most:.3f} s", "the longest of "
                      f"{len(first[name])}", "", f"<= {bar_s} s", most <= bar_s)
            yield Row("    after that", f"{open_ms:.2f} ms", f"{median(later[name]) * 1000:.2f} ms "
                      f"median of {len(later[name])}", "", "<= 10 ms", open_ms <= 10)

    def larder_before_a_hole(self):
        """With the tag `cached` in its cache, and its upstream gone since."""
        upstream = BadRegistry()
        upstream.add_tag("app", "cached", MANIFEST)
        larder = self.bench.start_larder(upstream.url, more=ALWAYS_EXPIRED)
        clients.get(larder.url("manifests", "cached"))
        upstream.close()
        return larder, BlackHole(upstream.port)

    # Many at once for a tag whose TTL is over. Larder is stopped while it ends, so that nobody
    # refreshes it before.
    def expired_tag(self):
        upstream = BadRegistry()
        upstream.add_tag("app", "1", MANIFEST)
        upstream.behave(delayed(0.05))
        freshness = f'freshness: [{{match: "**", ttl: {BURST_TTL_S}s}}]\n'
        larder = self.bench.start_larder(upstream.url, more=freshness)
        clients.get(larder.url("manifests", "1"))
        larder.stop()
        time.sleep(BURST_TTL_S)
        larder = self.bench.start_larder(upstream.url, cache=larder.cache, more=freshness)
        already = upstream.count()
        seconds = burst(larder.url("manifests", "1"))
        larder.stop()
        asked = upstream.count() - already
        proxy = self.proxy_requests(upstream)
        upstream.close()
        yield Row(f"{BURST} requests for an expired tag: upstream requests", f"{asked}",
                  f"{proxy} docker-registry", "", "= 1", asked == 1)
        yield Row("    time for all of them", f"{seconds:.2f} s", "")

    def proxy_requests(self, upstream):
        """What docker-registry, which knows no TTL of tags, asks for as much."""
        proxy = self.bench.start_registry(upstream.url)
        clients.get(proxy.url("manifests", "1"))
        already = upstream.count()
        burst(proxy.url("manifests", "1"))
        proxy.stop()
        return upstream.count() - already

    # Started while names cannot be resolved, in a network of its own without anything.
    def dns_down(self):
        told = json.loads(subprocess.run(
            ["unshare", "--map-root-user", "--net", "--mount", sys.executable, "-B", str(DNS_DOWN),
             self.bench.larder_binary, str(self.bench.fresh_directory("dns-down")),
             str(self.options.runs)], check=True, capture_output=True, text=True).stdout)
        ready_ms = median(told["ready_ms"])
        yield Row("start to ready, DNS down", spread(told["ready_ms"], " ms", 0),
                  f"docker-registry {told['proxy']}", "", "<= 50 ms", ready_ms <= 50)
        yield Row("    a cached tag past its TTL, then", f"{told['stale_ms']:.0f} ms", "", "",
                  "<= 1200 ms", told["stale_ms"] <= 1200)

    # Two endpoints; the first breaks off at half of the blob, each time it is asked.
    def cut_endpoint(self):
        digest, data = make_blob(7, self.options.blob_mebibytes * MEBIBYTE)
        endpoints = [BadRegistry(), BadRegistry()]
        for endpoint in endpoints:
            endpoint.add_blob("app", data)
        endpoints[0].behave(cut_at(0.5))
        larder = self.bench.start_larder([endpoint.url for endpoint in endpoints])
        seconds = clients.checked_seconds(larder.url("blobs", digest), digest)
        larder.stop()
        sent = [endpoint.sent / len(data) for endpoint in endpoints]
        for endpoint in endpoints:
            endpoint.close()
        yield Row(f"{len(data) >> 20} MiB, first of two endpoints cut at half: upstream bytes",
                  f"{sum(sent):.3f} x", f"{sent[0]:.3f} x + {sent[1]:.3f} x", "", "<= 1.05 x",
                  1 <= sum(sent) <= 1.05)
        yield Row("    one whole body with the right digest", f"{seconds:.2f} s", "")


def answer_seconds(url, expected):
    """Of a whole answer. Raises when its status is not the expected one."""
    parts = urllib.parse.urlsplit(url)
    began = time.monotonic()
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
    connection.request("GET", parts.path)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    if response.status != expected:
        raise RuntimeError(f"{url}: {response.status} {body[:200]!r}, not {expected}")
    return time.monotonic() - began


def burst(url):
    """Seconds for BURST requests on BURST_CLIENTS keep-alive connections."""
    began = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(BURST_CLIENTS) as pool:
        list(pool.map(lambda _: ask_often(url, BURST // BURST_CLIENTS), range(BURST_CLIENTS)))
    return time.monotonic() - began


def ask_often(url, times):
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
    for _ in range(times):
        connection.request("GET", parts.path, headers={"Accept": clients.ACCEPT})
        response = connection.getresponse()
        if response.read() != MANIFEST:
            raise RuntimeError(f"{url}: {response.status} and not the manifest")
    connection.close()
