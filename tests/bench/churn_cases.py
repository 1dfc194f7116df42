"""The budget of a cache that must evict all the time."""
import random

from content import MEBIBYTE
from disk_watch import DiskWatch
from load import churn
from table import Row

CLIENTS = 4
CHUNK_BYTES = MEBIBYTE


class ChurnCases:
    def __init__(self, bench, content, options):
        self.bench, self.content, self.options = bench, content, options

    def all(self):
        return [self.budget_under_churn]

    # Ten times the budget in different blobs, by several clients.
    def budget_under_churn(self):
        budget = self.options.budget_mebibytes * MEBIBYTE
        sizes = self.add_blobs(10 * budget, budget // 8)
        nginx = self.bench.start_nginx("upstream", self.content, [0])
        larder = self.bench.start_larder(f"http://127.0.0.1:{nginx.port}",
                                         f"budget: {budget}, free_floor: 1MiB")
        with DiskWatch(larder) as watch, churn(larder, sizes, CLIENTS) as pulls:
            pulls.wait()
        lost = larder.metric("larder_cache_degraded_total")
        larder.stop()
        nginx.stop()
        flights = max(look.flights for look in watch.looks)
        most = max(look.blob_bytes for look in watch.looks)
        whole = max(look.all_bytes for look in watch.looks)
        over = max(look.blob_bytes - budget - look.flights * CHUNK_BYTES for look in watch.looks)
        yield Row(f"most on disk, {sum(sizes.values()) >> 20} MiB through a budget of "
                  f"{budget >> 20} MiB", f"{most / MEBIBYTE:.1f} MiB",
                  f"{len(watch.looks)} looks, up to {flights} flights", f"{most / budget:.3f}",
                  "<= budget + 1 MiB per flight", over <= 0)
        yield Row("    index and its copy counted in", f"{whole / MEBIBYTE:.1f} MiB",
                  f"{lost:.0f} of {len(sizes)} blobs not kept", f"{whole / budget:.3f}")

    def add_blobs(self, total_bytes, biggest_bytes):
        chance, sizes = random.Random(1), {}
        while sum(sizes.values()) < total_bytes:
            digest, size = self.content.add_blob(chance.randint(MEBIBYTE // 2, biggest_bytes))
            sizes[digest] = size
        return sizes
