#!/usr/bin/python3
"""Kills larder with SIGKILL at random moments while clients pull, and checks every byte it serves.

kill9.py LARDER CONFIG BASE_URL READY_URL COUNT BYTES [--rounds N] [--seed N]

COUNT and BYTES are those of the slow_registry.py behind it. After each restart every blob that had
been a hit before must be a hit again. A body may be cut by the kill; a complete one must match its
digest, a range must match the same range of the true bytes.
"""
import argparse
import http.client
import random
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request

from slow_registry import make_blobs

CLIENTS = 6
READY_DEADLINE_S = 20


def main():
    parser = argparse.ArgumentParser()
    for name in ("larder", "config", "base", "ready"):
        parser.add_argument(name)
    parser.add_argument("count", type=int)
    parser.add_argument("bytes", type=int)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that `finally` ends larder
    ledger = Ledger(make_blobs(options.count, options.bytes))
    sys.exit(run(options, random.Random(options.seed), ledger))


def run(options, chance, ledger):
    for number in range(options.rounds + 1):
        with open(options.config + ".log", "ab") as log:
            larder = subprocess.Popen([options.larder, "serve", "--config", options.config],
                                      stdout=log, stderr=log)
        try:
            wait_ready(options.ready, larder)
            check_kept(options.base, ledger)
            if number < options.rounds:
                pull_until_killed(options.base, ledger, larder, chance)
        finally:
            larder.send_signal(signal.SIGKILL)
            larder.wait()
        print(f"round {number}: {len(ledger.hits)} of {len(ledger.blobs)} blobs kept, "
              f"{ledger.complete} bodies checked, {ledger.cut} cut", flush=True)
        if ledger.wrong:
            print("\n".join(ledger.wrong[:10]))
            return 1
    if not ledger.hits or not ledger.cut:
        print("nothing was kept or nothing was cut: this run proves nothing")
        return 1
    return 0


class Ledger:
    """What clients saw; written by the client threads."""

    def __init__(self, blobs):
        self.blobs = blobs
        self.hits = set()
        self.wrong = []
        self.complete = 0
        self.cut = 0
        self.lock = threading.Lock()


def wait_ready(url, larder):
    deadline = time.monotonic() + READY_DEADLINE_S
    while time.monotonic() < deadline and larder.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:
            time.sleep(0.01)
    sys.exit("larder did not become ready after a kill")


def check_kept(base, ledger):
    for digest in sorted(ledger.hits):
        hit = fetch(base, digest, ledger)
        if not hit:
            ledger.wrong.append(f"{digest} was a hit before the kill and is not after it")


def pull_until_killed(base, ledger, larder, chance):
    threads = [
        threading.Thread(target=pull_at_random, args=(base, ledger, random.Random(chance.random())))
        for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    time.sleep(chance.uniform(0.02, 0.8))
    larder.send_signal(signal.SIGKILL)
    for thread in threads:
        thread.join()


def pull_at_random(base, ledger, chance):
    digests = list(ledger.blobs)
    while True:
        digest = chance.choice(digests)
        first = chance.randrange(len(ledger.blobs[digest])) if chance.random() < 0.2 else 0
        try:
            hit = fetch(base, digest, ledger, first)
            if hit and not first:
                with ledger.lock:
                    ledger.hits.add(digest)
        except (OSError, http.client.HTTPException):
            with ledger.lock:
                ledger.cut += 1
            return


def fetch(base, digest, ledger, first=0):
    """GETs a blob from byte `first` and checks it: whether it was a hit. Raises when it was cut."""
    url = urllib.parse.urlsplit(base)
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=30)
    headers = {"Range": f"bytes={first}-"} if first else {}
    connection.request("GET", f"{url.path}/blobs/{digest}", headers=headers)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    with ledger.lock:
        ledger.complete += 1
        if response.status != (206 if first else 200):
            ledger.wrong.append(f"{digest}: status {response.status}: {body[:200]!r}")
        elif body != ledger.blobs[digest][first:]:
            ledger.wrong.append(f"{digest}: wrong bytes in the {len(body)} from {first}")
    return re.search(r";\s*hit\b", response.getheader("Cache-Status", "")) is not None


if __name__ == "__main__":
    main()
