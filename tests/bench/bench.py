#!/usr/bin/python3
"""Larder beside docker-registry as a proxy, nginx, plain programs and the upstream itself, in one
run, on loopback.

Prints the bars and whether they are met; exit status 1 when one is not. scripts/bench starts it.
"""
import argparse
import os
import pathlib
import platform
import sys

from auth_cases import AuthCases
from cases import Cases
from churn_cases import ChurnCases
from content import Content
from engine_cases import EngineCases
from hit_cases import HitCases
from index_cases import IndexCases
from servers import Bench
from table import show
from tls_cases import TlsCases
from upstream_cases import UpstreamCases

ROOT = pathlib.Path(__file__).resolve().parents[2]


def main():
    options = parse_arguments()
    load = os.getloadavg()[0]
    with Bench(options.larder, options.log_level) as bench:
        rows = list(run_cases(bench, options))
    cpus = len(os.sched_getaffinity(0))
    print(f"\n{platform.system()} {platform.release()}, {cpus} CPUs, load {load:.1f} "
          f"before and {os.getloadavg()[0]:.1f} after, all on loopback; "
          f"median (best) of {options.runs} runs that take turns\n")
    show(rows)
    missed = [row.what.strip() for row in rows if row.met is False]
    print(f"\n{len(missed)} of {sum(row.met is not None for row in rows)} bars missed"
          + "".join(f"\n  {what}" for what in missed))
    sys.exit(1 if missed else 0)


def run_cases(bench, options):
    groups = (Cases, TlsCases, EngineCases, ChurnCases, HitCases, IndexCases, UpstreamCases,
              AuthCases)
    for group in groups:
        content = Content(bench.fresh_directory("content"))
        for case in group(bench, content, options).all():
            if options.only and case.__name__ not in options.only:
                continue
            print(f"... {case.__name__}", file=sys.stderr, flush=True)
            yield from case()


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--larder", default=str(ROOT / "build/release/larder"))
    parser.add_argument("--index-bench", default=str(ROOT / "build/release/tests/index_bench"))
    parser.add_argument("--policy-bench", default=str(ROOT / "build/release/tests/policy_bench"))
    parser.add_argument("--log-level", default="info", choices=["info", "error"],
                        help="info: larder and nginx both write an access log (the default)")
    parser.add_argument("--quick", action="store_true", help="smaller and fewer: two minutes")
    parser.add_argument("--only", nargs="+", metavar="CASE", help="only these, such as one_flight")
    options = parser.parse_args()
    quick = options.quick
    options.blob_mebibytes = 64 if quick else 256
    options.slow_mebibytes = 4 if quick else 8
    options.runs = 3 if quick else 7
    options.samples = 30 if quick else 200
    options.transfers = 4 if quick else 8
    options.wrk_seconds = 1 if quick else 4
    options.limited_mebibytes = 128 if quick else 256
    options.limited_runs = 1 if quick else 3
    options.published_mebibytes = 256 if quick else 1024
    options.budget_mebibytes = 64 if quick else 256
    options.hit_seconds = 3 if quick else 8
    options.hit_rounds = 1 if quick else 3
    options.records = 100_000 if quick else 1_000_000
    return options


if __name__ == "__main__":
    main()
