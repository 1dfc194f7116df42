#!/usr/bin/python3
"""Larder beside docker-registry as a proxy, nginx and the upstream itself, in one run, on loopback.

Prints the bars and whether they are met; exit status 1 when one is not. scripts/bench starts it.
"""
import argparse
import os
import pathlib
import platform
import sys

from cases import Cases
from content import Content
from servers import Bench
from table import show

ROOT = pathlib.Path(__file__).resolve().parents[2]


def main():
    options = parse_arguments()
    load = os.getloadavg()[0]
    with Bench(options.larder, options.log_level) as bench:
        content = Content(bench.fresh_directory("content"))
        rows = list(Cases(bench, content, options).all())
    cpus = len(os.sched_getaffinity(0))
    print(f"\n{platform.system()} {platform.release()}, {cpus} CPUs, load {load:.1f} "
          "before, all on loopback; "
          f"median (best) of {options.runs} runs that take turns\n")
    show(rows)
    missed = [row.what.strip() for row in rows if row.met is False]
    print(f"\n{len(missed)} of {sum(row.met is not None for row in rows)} bars missed"
          + "".join(f"\n  {what}" for what in missed))
    sys.exit(1 if missed else 0)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--larder", default=str(ROOT / "build/release/larder"))
    parser.add_argument("--log-level", default="info", choices=["info", "error"],
                        help="info: larder and nginx both write an access log (the default)")
    parser.add_argument("--quick", action="store_true", help="smaller and fewer: under a minute")
    options = parser.parse_args()
    quick = options.quick
    options.blob_mebibytes = 64 if quick else 256
    options.slow_mebibytes = 4 if quick else 8
    options.runs = 3 if quick else 7
    options.samples = 30 if quick else 200
    options.transfers = 4 if quick else 8
    options.wrk_seconds = 1 if quick else 4
    return options


if __name__ == "__main__":
    main()
