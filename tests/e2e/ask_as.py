#!/usr/bin/python3
"""Asks Larder for all that an image has, in somebody's name: each request is served, or none is.

ask_as.py served|hit|refused PORT UPSTREAM/REPOSITORY LAYOUT [USER:PASSWORD] [--tag TAG]
          [--digests-only] [--but LAYOUT] [--statuses 401,404]

The manifests by tag and digest, the config and the layers by digest, ranges of them, HEAD of all
these, the list of tags and of referrers; not what another layout has, too. `hit`: served, and
without upstream (but for the lists). `refused`: with such a status, and without a byte of the
image; also with the credential itself instead of a token, with tokens that are none, and with one
for another repository.
"""
import argparse
import sys
from pathlib import Path

from registry_client import Client, requests_for_digests, requests_for_image

REFUSAL_BYTES_MAX, FAULTS_TOLD_MAX = 400, 10


def main():
    options = arguments()
    client = Client(options.port, options.login)
    wanted = list(requests_for_digests(options.repository, options.layout) if options.digests_only
                  else requests_for_image(options.repository, options.tag, options.layout))
    others = blobs_of(options.but) if options.but else ()
    wanted = [want for want in wanted if want.path.rsplit(":", 1)[-1] not in others]
    check = check_refused if options.expected == "refused" else check_served
    faults = [fault for want in wanted for fault in check(client, want, options)]
    for fault in faults[:FAULTS_TOLD_MAX]:
        print(fault, file=sys.stderr)
    if faults or not wanted:
        sys.exit(1)
    who = options.login.split(":")[0] or "nobody"
    print(f"   {who}, {options.repository}: {len(wanted)} requests {options.expected}")


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("expected", choices=["served", "hit", "refused"])
    parser.add_argument("port", type=int)
    parser.add_argument("repository")
    parser.add_argument("layout")
    parser.add_argument("login", nargs="?", default="")
    parser.add_argument("--tag", default="v1")
    parser.add_argument("--digests-only", action="store_true")
    parser.add_argument("--but")
    parser.add_argument("--statuses", default="401,404")
    options = parser.parse_args()
    options.statuses = [int(status) for status in options.statuses.split(",")]
    return options


def blobs_of(layout):
    return {file.name for file in Path(layout, "blobs/sha256").iterdir()}


def check_served(client, want, options):
    answer = client.ask(want.path, want.method, **want.headers)
    if not want.is_answered_by(answer):
        yield f"{want}: {answer.status} {answer.body[:200]}"
    elif options.expected == "hit" and not answer.is_hit and not want.is_list:
        yield f"{want}: no hit: {answer.headers.get('Cache-Status')}"


def check_refused(client, want, options):
    answers = [client.ask(want.path, want.method, **want.headers)]
    for authorization in false_proofs(client, options):
        answers.append(client.send(want.path, want.method, want.headers, authorization))
    for answer in answers:
        has_bytes = len(answer.body) > REFUSAL_BYTES_MAX or (
            answer.body and b'"errors"' not in answer.body)
        if answer.status not in options.statuses or has_bytes:
            yield f"{want}: {answer.status} {len(answer.body)} bytes {answer.body[:200]}"


def false_proofs(client, options):
    yield None
    yield "Bearer x.y.z"
    yield "Basic bWFsbG9yeTptYWxsb3J5"
    if client.login:
        yield client.basic()
    elsewhere = client.token_for(
        f'realm="http://127.0.0.1:{options.port}/token",scope="repository:elsewhere.test/app:pull"')
    if elsewhere and not options.digests_only:
        yield "Bearer " + elsewhere


if __name__ == "__main__":
    main()
