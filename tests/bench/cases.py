"""The cases: each yields rows of the table.

Compared servers take turns, so that a busy moment of the machine hits all of them.
"""
import os
import statistics
import time

import clients
from content import MEBIBYTE
from table import Row, spread

GIGABIT = 125_000_000   # bytes per second
CRAWL = 1_000_000
median = statistics.median


class Cases:
    def __init__(self, bench, content, options):
        self.bench, self.content, self.options = bench, content, options
        self.big = content.add_blob(options.blob_mebibytes * MEBIBYTE)
        self.upstream = bench.start_nginx("upstream", content, [0, GIGABIT, CRAWL])

    def upstream_url(self, rate=0):
        return f"http://127.0.0.1:{self.upstream.ports[rate]}"

    def all(self):
        return [self.memory, self.one_flight, self.first_byte, self.uncached_pull,
                self.cached_blob, self.cached_manifest]

    # 16 clients at once for one uncached blob: how often it leaves the upstream.
    def one_flight(self):
        digest, size = self.big
        times = {}
        for start in (self.bench.start_larder, self.bench.start_registry):
            server = start(self.upstream_url(GIGABIT))
            before = self.bytes_sent(digest)
            seconds = clients.curl_all_at_once([server.url("blobs", digest)] * 16)
            time.sleep(0.5)  # nginx logs when it has noticed the end
            times[server.name] = (self.bytes_sent(digest) - before) / size, seconds
            server.stop()
        (larder, seconds), (proxy, proxy_seconds) = times["larder"], times["docker-registry-proxy"]
        yield Row(f"16 clients, one uncached {size >> 20} MiB blob: upstream bytes",
                  f"{larder:.3f} x", f"{proxy:.2f} x docker-registry", f"{larder / proxy:.2f}",
                  "= 1.00 x", 0.995 <= larder <= 1.005)
        yield Row("    time until all have it", f"{seconds:.2f} s",
                  f"{proxy_seconds:.2f} s docker-registry", f"{seconds / proxy_seconds:.2f}")

    def bytes_sent(self, digest):
        total = 0
        for line in self.upstream.access_log.read_text().splitlines():
            uri, _, sent = line.split()
            total += int(sent) if uri.endswith(digest) else 0
        return total

    # First byte of an uncached blob through larder and straight from upstream.
    def first_byte(self):
        blobs = [self.content.add_blob(MEBIBYTE)[0] for _ in range(self.options.samples)]
        yield from self.first_bytes("", self.upstream, blobs)
        slow = self.bench.start_source("slow-upstream", self.options.samples, MEBIBYTE,
                                       first_byte_ms=20)
        yield from self.first_bytes(" (upstream waits 20 ms)", slow, slow.blobs)
        slow.stop()

    def first_bytes(self, remark, upstream, blobs):
        larder = self.bench.start_larder(f"http://127.0.0.1:{upstream.port}")
        direct, through = [], []
        for digest in blobs:
            direct.append(clients.first_byte_seconds(upstream.url("blobs", digest)) * 1000)
            through.append(clients.first_byte_seconds(larder.url("blobs", digest)) * 1000)
        larder.stop()
        for name, of in (("median", median), ("90th percentile", ninth_decile)):
            more = of(through) - of(direct)
            yield Row(f"first byte, uncached, {name}{remark}", f"{of(through):.2f} ms",
                      f"{of(direct):.2f} ms upstream", f"{more:+.2f} ms", "<= +3 ms", more <= 3)

    # One client, one uncached blob, against the same download straight from upstream.
    def uncached_pull(self):
        registry = self.bench.start_registry()
        self.content.push_blob(registry, self.big[0])
        yield from self.uncached("docker-registry on loopback", registry.url("blobs", self.big[0]),
                                 f"http://127.0.0.1:{registry.port}")
        registry.stop()
        yield from self.uncached("nginx at 125 MB/s", self.upstream.url(
            "blobs", self.big[0], self.upstream.ports[GIGABIT]), self.upstream_url(GIGABIT))

    def uncached(self, name, direct_url, upstream_url):
        direct, through = [], []
        clients.curl_seconds(direct_url)  # from here on its file is in memory
        for _ in range(self.options.runs):
            os.sync()
            direct.append(clients.curl_seconds(direct_url))
            larder = self.bench.start_larder(upstream_url)
            through.append(clients.curl_seconds(larder.url("blobs", self.big[0])))
            larder.stop()
        ratio = median(through) / median(direct)
        yield Row(f"uncached {self.big[1] >> 20} MiB pull, {name}", spread(through, " s"),
                  spread(direct, " s") + " direct", f"{ratio:.2f}", "<= 1.15", ratio <= 1.15)

    # One cached blob on one connection, against nginx with sendfile.
    def cached_blob(self):
        digest, size = self.big
        larder = self.bench.start_larder(self.upstream_url())
        nginx = self.bench.start_nginx("nginx", self.content, [0])
        clients.discard_seconds(larder.url("blobs", digest), size)
        time.sleep(1)
        wall, cpu = {larder: [], nginx: []}, {larder: [], nginx: []}
        for _ in range(self.options.runs):
            for server in (larder, nginx):
                one_wall, one_cpu = self.transfers(server, digest, size)
                wall[server].append(one_wall)
                cpu[server].append(one_cpu)
        curl = {server: [clients.curl_seconds(server.url("blobs", digest))
                         for _ in range(self.options.runs)] for server in (larder, nginx)}
        speed = median(wall[nginx]) / median(wall[larder])
        yield Row(f"cached {size >> 20} MiB blob, one connection: s/GiB",
                  spread(wall[larder], "", 3), spread(wall[nginx], "", 3) + " nginx",
                  f"{speed:.2f} x as fast", ">= 1.2 x", speed >= 1.2)
        load = median(cpu[larder]) / median(cpu[nginx])
        yield Row("    CPU s/GiB of the server", spread(cpu[larder], "", 3),
                  spread(cpu[nginx], "", 3) + " nginx", f"{load:.2f}", "<= 1.00", load <= 1)
        speed = median(curl[nginx]) / median(curl[larder])
        yield Row("    the same with curl: s", spread(curl[larder], "", 3),
                  spread(curl[nginx], "", 3) + " nginx", f"{speed:.2f} x as fast")
        larder.stop()
        nginx.stop()

    def transfers(self, server, digest, size):
        """(wall, CPU) seconds per GiB over several transfers."""
        count, began, cpu = self.options.transfers, time.monotonic(), server.cpu_seconds()
        for _ in range(count):
            clients.discard_seconds(server.url("blobs", digest), size)
        gibibytes = count * size / (1 << 30)
        return (time.monotonic() - began) / gibibytes, (server.cpu_seconds() - cpu) / gibibytes

    # A cached manifest by tag on 16 keep-alive connections.
    def cached_manifest(self):
        servers = [self.bench.start_larder(self.upstream_url()),
                   self.bench.start_nginx("nginx", self.content, [0]),
                   self.bench.start_registry(self.upstream_url())]
        rates = {server.name: [] for server in servers}
        bodies = {clients.get(server.url("manifests", "v1")) for server in servers}
        if len(bodies) != 1:
            raise RuntimeError("the servers do not serve the same manifest")
        for _ in range(self.options.runs):
            for server in servers:
                rates[server.name].append(clients.wrk_requests_per_second(
                    server.url("manifests", "v1"), 16, self.options.wrk_seconds))
        larder, nginx, proxy = (median(rates[server.name]) for server in servers)
        yield Row("cached manifest by tag, 16 connections: requests/s", f"{larder:.0f}",
                  f"{nginx:.0f} nginx", f"{larder / nginx:.2f}", ">= 0.6", larder / nginx >= 0.6)
        yield Row("    against docker-registry as proxy", f"{larder:.0f}",
                  f"{proxy:.0f} docker-registry", f"{larder / proxy:.0f}", ">= 50",
                  larder / proxy >= 50)
        for server in servers:
            server.stop()

    # Resident memory, idle and with 64 pulls of different blobs under way.
    def memory(self):
        blobs = [self.content.add_blob(self.options.slow_mebibytes * MEBIBYTE) for _ in range(64)]
        seen = {}
        for start in (self.bench.start_larder, self.bench.start_registry):
            server = start(self.upstream_url(CRAWL))
            time.sleep(1)
            idle, most = server.resident_bytes(), 0
            pulls = [(server.url("blobs", digest), size) for digest, size in blobs]
            with clients.ManyPulls(pulls) as running:
                time.sleep(0.5)
                while running.running() == 64:
                    most = max(most, server.resident_bytes())
                    time.sleep(0.1)
            seen[server.name] = idle / MEBIBYTE, most / MEBIBYTE
            server.stop()
        for place, (name, bar) in enumerate([("idle", 16), ("64 pulls running", 48)]):
            larder, proxy = seen["larder"][place], seen["docker-registry-proxy"][place]
            yield Row(f"resident memory, {name}", f"{larder:.1f} MiB",
                      f"{proxy:.1f} MiB docker-registry", f"{larder / proxy:.2f}", f"<= {bar} MiB",
                      0 < larder <= bar)


def ninth_decile(values):
    return statistics.quantiles(values, n=10)[8]
