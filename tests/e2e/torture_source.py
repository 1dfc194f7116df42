#!/usr/bin/python3
"""The upstream of the torture: two endpoints with the same content, slow, and often failing.

torture_source.py LIST SEED IMAGES LOG [--rate BYTES_PER_SECOND]

Writes both ports to LIST once it listens. An answer may be an error, be cut, stop for longer than
the stall deadline, ignore the range, or have a wrong bit. Wrong bits are only in some blobs
(Catalog.may_lie), so that all bytes of the others that reach a client must be right.
"""
import argparse
import random
import threading

from slow_registry import Log, Registry, Trouble, tell
from torture_catalog import Catalog

STALL_S = 1.5
CHUNK_BYTES = 1 << 20


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("list")
    parser.add_argument("seed", type=int)
    parser.add_argument("images", type=int)
    parser.add_argument("log")
    parser.add_argument("--rate", type=float, default=16e6)
    options = parser.parse_args()
    catalog, log = Catalog(options.seed, options.images), Log(options.log)
    chance = random.Random(options.seed)
    endpoints = [Registry(catalog.find, options.rate, 0, log,
                          lambda content, asked: trouble(chance, content, asked))
                 for _ in range(2)]
    threads = [threading.Thread(target=endpoint.serve_forever) for endpoint in endpoints]
    for thread in threads:
        thread.start()
    tell(options.list, [endpoint.server_address[1] for endpoint in endpoints])
    for thread in threads:
        thread.join()


def trouble(chance, content, asked):
    size = len(content.data)
    kind = chance.random()
    if content.digest or size < CHUNK_BYTES:  # documents and small blobs fail seldom and simply
        return Trouble(status=503) if kind < 0.02 else Trouble()
    if kind < 0.03:
        return Trouble(status=500)
    if kind < 0.10:
        return Trouble(cut_after=chance.randrange(size))
    if kind < 0.12:
        return Trouble(stall_after=chance.randrange(size), stall_s=STALL_S)
    if kind < 0.14:
        return Trouble(ignores_range=asked is not None)
    if kind < 0.20 and Catalog.may_lie(content.data):
        return Trouble(wrong_at=chance.randrange(size))
    return Trouble()


if __name__ == "__main__":
    main()
