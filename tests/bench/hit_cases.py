"""How long hits take while the cache evicts and is scrubbed."""
import contextlib
import json
import pathlib
import statistics
import subprocess
import sys
import time

from content import MEBIBYTE
from load import churn, churn_past_larder, scrubs
from table import Row

CLIENTS = 4
CHURN_RATE = 30e6  # bytes per second of each client: a gigabit in all
CHURN_BYTES = 8 * MEBIBYTE
SETTLE_S = 1.5     # until the cache is full and evicts
HITS_PER_SECOND = 400
SCRUB_RATE = "128MiB"
EVICTING, ROOMY = "budget: 96MiB, free_floor: 1MiB", "budget: 100%, free_floor: 1MiB"
LATENCY_CLIENT = pathlib.Path(__file__).with_name("latency_client.py")
median = statistics.median


class HitCases:
    def __init__(self, bench, content, options):
        self.bench, self.content, self.options = bench, content, options

    def all(self):
        return [self.hit_latency]

    # Nothing else going on; beside pulls that evict, and a scrub; then, to tell what the machine
    # does to it: beside the same pulls with room for all and no scrub, and past Larder.
    def hit_latency(self):
        rounds = self.options.hit_rounds
        seconds = self.options.hit_seconds + SETTLE_S + 1
        count = round(CLIENTS * CHURN_RATE * seconds / CHURN_BYTES)
        source = self.bench.start_source("churn", count * rounds, CHURN_BYTES, rate=CHURN_RATE)
        hot = [("small blob", "blobs", self.content.add_blob(4096)[0]) for _ in range(16)]
        hot += [("1 MiB blob", "blobs", self.content.add_blob(MEBIBYTE)[0]) for _ in range(8)]
        hot += [("manifest", "manifests", "v1")] * 8
        nginx = self.bench.start_nginx("hot", self.content, [0])
        self.upstreams = {"registry.test": f"http://127.0.0.1:{nginx.port}",
                          "churn.test": f"http://127.0.0.1:{source.port}"}
        seen = {"idle": [], "evicting": [], "filling": [], "past": []}
        for start in range(0, count * rounds, count):
            sizes = dict.fromkeys(source.blobs[start:start + count], CHURN_BYTES)
            self.measure_each(seen, hot, source, sizes)
        source.stop()
        nginx.stop()
        yield from rows(seen)

    def measure_each(self, seen, hot, source, sizes):
        with self.warm_larder(EVICTING, hot) as larder:
            seen["idle"].append(self.measure(larder, hot))
            with churn(larder, sizes, CLIENTS, "/v2/churn.test/app"), scrubs(larder, SCRUB_RATE):
                time.sleep(SETTLE_S)
                seen["evicting"].append(self.measure(larder, hot))
            if not larder.metric("larder_evicted_bytes_total"):
                raise RuntimeError("nothing was evicted")
        with self.warm_larder(ROOMY, hot) as larder:
            with churn(larder, sizes, CLIENTS, "/v2/churn.test/app"):
                time.sleep(SETTLE_S)
                seen["filling"].append(self.measure(larder, hot))
        with self.warm_larder(ROOMY, hot) as larder:
            directory = self.bench.fresh_directory("past")
            with churn_past_larder(source, sizes, CLIENTS, directory):
                time.sleep(SETTLE_S)
                seen["past"].append(self.measure(larder, hot))

    @contextlib.contextmanager
    def warm_larder(self, settings, hot):
        larder = self.bench.start_larder(self.upstreams, f"{settings}, scrub_rate: off")
        for _ in range(2):
            self.ask(larder, hot, 100, len(hot) / 25)
            time.sleep(0.5)
        yield larder
        larder.stop()

    def measure(self, larder, hot):
        return self.ask(larder, hot, HITS_PER_SECOND, self.options.hit_seconds)

    @staticmethod
    def ask(larder, hot, rate, seconds):
        urls = [f"{name}={larder.url(kind, reference)}" for name, kind, reference in hot]
        command = [sys.executable, "-B", LATENCY_CLIENT, str(rate), str(seconds), *urls]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        return json.loads(done.stdout)


def rows(seen):
    def p99(situation, kind="all"):
        return median(run[kind]["p99"] for run in seen[situation])
    misses = sum(run["misses"] for run in seen["evicting"])
    ratio = p99("evicting") / p99("idle")
    yield Row("hit latency p99, evicting and scrubbing", f"{p99('evicting'):.2f} ms",
              f"{p99('idle'):.2f} ms idle", f"{ratio:.2f}", "<= 2", ratio <= 2)
    for kind in ("manifest", "small blob", "1 MiB blob"):
        busy, idle = p99("evicting", kind), p99("idle", kind)
        yield Row(f"    {kind}", f"{busy:.2f} ms", f"{idle:.2f} ms idle", f"{busy / idle:.2f}")
    yield Row("    the same pulls, no eviction or scrub", f"{p99('filling'):.2f} ms",
              f"{p99('idle'):.2f} ms idle", f"{p99('filling') / p99('idle'):.2f}")
    yield Row("    the same bytes by curl past Larder", f"{p99('past'):.2f} ms",
              f"{p99('idle'):.2f} ms idle", f"{p99('past') / p99('idle'):.2f}")
    medians = [median(run["all"]["median"] for run in seen[name]) for name in ("evicting", "idle")]
    yield Row("    the median", f"{medians[0]:.2f} ms", f"{medians[1]:.2f} ms idle",
              f"{medians[0] / medians[1]:.2f}")
    yield Row("    answers that were no hits", str(misses), "")
