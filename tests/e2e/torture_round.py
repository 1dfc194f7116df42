"""One round of the torture: start, look whether everything is still there, load, kill."""
import contextlib
import dataclasses
import http.client
import shutil
import time

from larder_process import Larder
from torture_catalog import Catalog
from torture_clients import Client, Load
from torture_ledger import Ledger
from torture_resume import ResumeWatch, partial_extents

CLIENTS = 6
EARLY_KILLS = 0.15     # share of the kills that come before or just after the start
LONG_ROUNDS = 0.1      # share of the rounds that leave time for scrubbing and background work
KILLS_PER_FSCK = 10    # of a cache as the kill left it
KILLS_PER_LIFE = 30    # then it is stopped in order, checked, and begun anew
FULL_AFTER = 3         # kills in a row that cut no fetch: then, too, for want of anything to fetch
BODIES_LOOKED_AT = 10  # whole, of those that must be there; the others by HEAD
RECONCILE_DEADLINE_S = 20
BENIGN = {"orphan_file", "missing_file", "stray_file", "dangling_record"}  # until the next start


@dataclasses.dataclass
class Cache:
    name: str
    settings: str
    evicts: bool
    larder: Larder = None
    ledger: Ledger = dataclasses.field(default_factory=Ledger)
    kills: int = 0
    extents: dict = dataclasses.field(default_factory=dict)
    idle_kills: int = 0  # in a row
    evicted_bytes: float = 0


class Rounds:
    def __init__(self, caches, catalog, chance):
        self.caches, self.catalog, self.chance = caches, catalog, chance
        self.kills = self.rounds = 0
        self.resume = ResumeWatch()
        self.ready_s = []
        self.checks_failed = []
        self.fscks = self.scrubbed = 0

    def run_one(self):
        cache = self.caches[self.rounds % len(self.caches)]
        self.rounds += 1
        began = time.monotonic()
        cache.larder.start()
        if self.chance.random() < EARLY_KILLS:
            time.sleep(self.chance.uniform(0, 0.05))
            return self.kill(cache, began)
        self.ready_s.append(cache.larder.wait_ready())
        if not cache.evicts:
            self.look_up_everything(cache)
        load = Load(CLIENTS, cache.larder.port, self.catalog, cache.ledger, self.chance)
        load.start()
        is_long = self.chance.random() < LONG_ROUNDS
        time.sleep(self.chance.uniform(2, 4) if is_long else self.chance.uniform(0.02, 1.0))
        self.note_evictions(cache)
        if is_long:
            self.note_scrub(cache)
        killed_at = time.monotonic()
        self.kill(cache, began)
        load.stop()
        cache.ledger.note_kill(killed_at)
        cache.idle_kills = 0 if cache.evicts or cache.extents else cache.idle_kills + 1
        if cache.kills % KILLS_PER_LIFE == 0 or cache.idle_kills >= FULL_AFTER:
            self.end_life(cache)
        return None

    def kill(self, cache, began):
        if not cache.larder.is_running():
            self.checks_failed.append(
                f"{cache.name} was gone before it was killed: {cache.larder.last_words()}")
        cache.larder.kill()
        self.resume.add_run(began, time.monotonic(), cache.extents)
        cache.kills, self.kills = cache.kills + 1, self.kills + 1
        cache.extents = {} if cache.evicts else partial_extents(
            cache.larder.cache, lambda digest: not Catalog.may_lie(self.catalog.blobs[digest]))
        if cache.kills % KILLS_PER_FSCK == 0:
            self.check_files(cache, BENIGN)

    def look_up_everything(self, cache):
        client, ledger = Client(cache.larder.port, self.catalog, cache.ledger), cache.ledger
        expected = sorted(ledger.hits)
        whole = set(self.chance.sample(expected, min(BODIES_LOOKED_AT, len(expected))))
        for path in expected:
            ledger.count(looked_up=1)
            try:
                is_hit = client.pull(path) if path in whole else client.is_hit(path)
            except (OSError, http.client.HTTPException) as error:
                is_hit = False
                ledger.note(ledger.bad_answers, f"{path}: {error!r}")
            if not is_hit:
                ledger.note(ledger.lost, f"{path} was complete before the kill and is not after it")
        client.close()

    def note_evictions(self, cache):
        with contextlib.suppress(OSError):
            evicted = cache.larder.metric("larder_evicted_bytes_total")
            cache.evicted_bytes += evicted
            if evicted and not cache.evicts:
                self.checks_failed.append(f"{cache.name}: evicted {evicted:.0f} bytes")

    def note_scrub(self, cache):
        """What the scrubber finds wrong is wrong: nobody damages the files."""
        report = cache.larder.scrub_status()
        self.scrubbed += report["blobs_checked"]
        bad = [finding for finding in report["findings"] if finding["kind"].startswith("wrong")]
        if bad:
            self.checks_failed.append(f"scrub of {cache.name}: {bad[:5]}")

    def end_life(self, cache):
        """An orderly stop after the kills: nothing may be wrong then."""
        reconciled = count_events(cache, "reconciled")
        cache.larder.start()
        cache.larder.wait_ready()
        deadline = time.monotonic() + RECONCILE_DEADLINE_S
        while count_events(cache, "reconciled") == reconciled and time.monotonic() < deadline:
            time.sleep(0.01)
        cache.larder.stop()
        self.check_files(cache, allowed={"dangling_record"})  # eviction leaves tags
        shutil.rmtree(cache.larder.cache)
        cache.ledger.forget_all_hits()
        cache.extents, cache.idle_kills = {}, 0

    def check_files(self, cache, allowed):
        self.fscks += 1
        report = cache.larder.fsck()
        found = [finding for finding in report["findings"] if finding["kind"] not in allowed]
        if found or report["error"]:
            self.checks_failed.append(f"fsck of {cache.name}: {report['error']} {found[:5]}")

    def finish(self):
        for cache in self.caches:
            if cache.larder.cache.exists():
                self.end_life(cache)


def count_events(cache, event):
    return cache.larder.log.read_text(errors="replace").count(event)
