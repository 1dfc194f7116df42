"""The cases of the cache engine on one blob after the other: several ranges of one source at once,
and what it costs to publish."""
import statistics
import subprocess
import sys
import time
import pathlib

import clients
from content import MEBIBYTE
from table import Row, spread

CONNECTION_RATE = 20e6  # bytes per second
PUBLISHED_MEBIBYTES = 64
PLAIN_WORK = pathlib.Path(__file__).with_name("plain_work.py")
PUBLISH_DEADLINE_S = 60
median = statistics.median


class EngineCases:
    def __init__(self, bench, content, options):
        self.bench, self.content, self.options = bench, content, options

    def all(self):
        return [self.limited_source, self.publish_cpu]

    # A source that limits each connection, against one plain connection to it.
    def limited_source(self):
        size = self.options.limited_mebibytes * MEBIBYTE
        source = self.bench.start_source("limited", 1, size, rate=CONNECTION_RATE)
        digest, through, sent, busy = source.blobs[0], [], [], []
        direct = clients.discard_seconds(source.url("blobs", digest), size)
        for _ in range(self.options.limited_runs):
            before, cpu = bytes_sent(source, digest), source.cpu_seconds()
            larder = self.bench.start_larder(f"http://127.0.0.1:{source.port}")
            through.append(clients.discard_seconds(larder.url("blobs", digest), size))
            busy.append((source.cpu_seconds() - cpu) / through[-1])
            time.sleep(0.5)  # the source logs when it has noticed the end
            sent.append((bytes_sent(source, digest) - before) / size)
            larder.stop()
        source.stop()
        gain = direct / median(through)
        yield Row(f"{self.options.limited_mebibytes} MiB, source limited to 20 MB/s per connection",
                  spread(through, " s"), f"{direct:.2f} s one connection", f"{gain:.2f} x as fast",
                  ">= 3 x", gain >= 3)
        yield Row("    bytes the source sent / bytes of the blob", f"{max(sent):.3f} x",
                  f"the source used {median(busy):.0%} of a CPU")

    # CPU for pulling blobs into the cache; the client leaves after the head, so that nothing is
    # served. Beside it the same bytes hashed and written, received and dropped, and all of it at
    # once, by plain programs: the costs do not add up where the sender's timers interrupt whoever
    # computes.
    def publish_cpu(self):
        count = self.options.published_mebibytes // PUBLISHED_MEBIBYTES
        size = PUBLISHED_MEBIBYTES * MEBIBYTE
        digests = [self.content.add_blob(size)[0] for _ in range(count)]
        nginx = self.bench.start_nginx("upstream", self.content, [0])
        cpu = {"larder": [], "served": [], "plain": [], "receive": [], "pull": []}
        for _ in range(min(3, self.options.runs)):
            cpu["larder"].append(self.larder_cpu(nginx, digests, self.begin_and_leave))
            cpu["served"].append(self.larder_cpu(nginx, digests, self.read_whole))
            cpu["plain"].append(plain_cpu("hash-write", self.bench.fresh_directory("plain"),
                                          count, size))
            cpu["receive"].append(plain_cpu(
                "receive", *(nginx.url("blobs", digest) for digest in digests)))
            cpu["pull"].append(plain_cpu(
                "pull", self.bench.fresh_directory("plain"),
                *(nginx.url("blobs", digest) for digest in digests)))
        nginx.stop()
        gibibytes = count * size / 2**30
        larder, served, plain, receive, pull = (median(cpu[name]) / gibibytes for name in cpu)
        net = (larder - receive) / plain
        yield Row("CPU to publish, without receiving: s/GiB", f"{larder - receive:.2f}",
                  f"{plain:.2f} SHA-256 + write alone", f"{net:.2f}", "<= 1.3", net <= 1.3)
        yield Row("    receiving counted in (plain receive: "
                  f"{receive:.2f})", f"{larder:.2f}", f"{plain:.2f} SHA-256 + write alone",
                  f"{larder / plain:.2f}")
        yield Row("    the same, received, hashed and written by one plain program",
                  f"{larder:.2f}", f"{pull:.2f}", f"{larder / pull:.2f}")
        yield Row("    receiving and serving counted in", f"{served:.2f}",
                  f"{plain:.2f} SHA-256 + write alone", f"{served / plain:.2f}")

    def larder_cpu(self, upstream, digests, pull):
        larder = self.bench.start_larder(f"http://127.0.0.1:{upstream.port}")
        time.sleep(0.5)
        before = larder.cpu_seconds()
        for digest in digests:
            pull(larder, digest)
            wait_published(larder, digest)
        used = larder.cpu_seconds() - before
        larder.stop()
        return used

    @staticmethod
    def begin_and_leave(larder, digest):
        with clients.begin(larder.url("blobs", digest)) as connection:
            clients.body_in_hand(connection, 1)

    @staticmethod
    def read_whole(larder, digest):
        clients.discard_seconds(larder.url("blobs", digest), PUBLISHED_MEBIBYTES * MEBIBYTE)


def wait_published(larder, digest):
    algorithm, name = digest.split(":")
    path = larder.cache / "blobs" / algorithm / name[:2] / name
    deadline = time.monotonic() + PUBLISH_DEADLINE_S
    while not path.exists():
        if time.monotonic() > deadline:
            raise RuntimeError(f"{digest} was not published")
        time.sleep(0.002)


def plain_cpu(*arguments):
    done = subprocess.run([sys.executable, "-B", PLAIN_WORK, *map(str, arguments)], check=True,
                          capture_output=True, text=True)
    return float(done.stdout)


def bytes_sent(source, digest):
    lines = (line.split() for line in source.sent_log.read_text().splitlines())
    return sum(int(sent) for _, name, _, sent in lines if name == digest)
