#!/usr/bin/python3
"""Kills larder with SIGKILL at random instants under load, and checks every byte it serves.

torture.py LARDER [--kills N | --minutes N] [--seed N]

Two caches take turns: a roomy one, where everything that was complete must be served again without
upstream, and a tight one, where evictions run. Both are scrubbed all the time, and their upstream
is slow and often fails. Clients pull whole images, blobs, ranges, and leave early. Now and then a
cache is stopped in order; `larder fsck` must then find nothing. Ends with 0 when no byte was wrong,
nothing lost and no check failed. The clients' choices follow from the seed; the moments do not.
"""
import argparse
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

import torture_report
from larder_process import Larder
from torture_catalog import Catalog
from torture_round import Cache, Rounds

HERE = pathlib.Path(__file__).resolve().parent
SOURCE_DEADLINE_S = 60
KILLS_TIMES_MAX = 5
COMMON = "free_floor: 1MiB, scrub_rate: 64MiB, scrub_interval: 1s"


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("larder")
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--minutes", type=float, help="instead of a number of kills")
    parser.add_argument("--images", type=int, default=32, help="about 7 MiB each")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that everything started is ended
    print(f"seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="larder-torture.") as directory:
        sys.exit(run(options, pathlib.Path(directory)))


def run(options, directory):
    chance, began = random.Random(options.seed), time.monotonic()
    catalog = Catalog(options.seed, options.images)
    source, ports, log = start_source(options, directory)
    caches = [Cache("roomy", f"budget: 8GiB, {COMMON}", evicts=False),
              Cache("tight", f"budget: {catalog.total_bytes() // 3}, {COMMON}", evicts=True)]
    for cache in caches:
        cache.larder = Larder(options.larder, directory, cache.name, cache.settings, ports)
    rounds = Rounds(caches, catalog, chance)
    try:
        while not is_done(options, rounds, log, began):
            rounds.run_one()
        rounds.finish()
    finally:
        for cache in caches:
            cache.larder.kill()
        source.terminate()
        source.wait()
    return torture_report.show(rounds, time.monotonic() - began, log)


# A short run on a quick machine may not meet everything it is to prove: then it goes on.
def is_done(options, rounds, source_log, began):
    if options.minutes is not None:
        return time.monotonic() - began >= options.minutes * 60
    if rounds.kills < options.kills:
        return False
    return (torture_report.proves_all(rounds, source_log)
            or rounds.kills >= KILLS_TIMES_MAX * options.kills)


def start_source(options, directory):
    listing, log = directory / "source-ports", directory / "source.log"
    log.touch()
    source = subprocess.Popen([sys.executable, "-B", HERE / "torture_source.py", listing,
                               str(options.seed), str(options.images), log])
    deadline = time.monotonic() + SOURCE_DEADLINE_S
    while not listing.exists():
        if time.monotonic() > deadline or source.poll() is not None:
            raise RuntimeError("the upstream of the torture did not start")
        time.sleep(0.02)
    return source, [int(line) for line in listing.read_text().split()], log


if __name__ == "__main__":
    main()
