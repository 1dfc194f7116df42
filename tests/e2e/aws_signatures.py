#!/usr/bin/python3
"""Compares signatures of Larder's with those of botocore, for many random requests.

usage: aws_signatures.py PROBE [COUNT [SEED]]; exits with 77 where botocore is not installed.
"""
import datetime
import json
import random
import subprocess
import sys
import urllib.parse

try:
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials
except ImportError:
    print("needs python3-botocore")
    sys.exit(77)

SERVICES = ("ecr", "ecr-public", "sts", "service")
HOSTS = ("api.ecr.eu-west-1.amazonaws.com", "h.example:8443", "127.0.0.1:5000", "[fd00::1]:81",
         "h.example:443", "h.example:80")
TEXT = "abcXYZ019-._~ /+=&%:;,@!$'()*?#[]|\\\"<>éß€"
HEADERS = ("Content-Type", "X-Amz-Target", "x-amz-meta-b", "Accept", "My-Header", "User-Agent",
           "A-b", "X-Amz-Acl", "Range", "Expect")


def main():
    probe = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 3000
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(1 << 32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    requests = [make_request(chance) for _ in range(count)]
    lines = "".join(json.dumps(one) + "\n" for one in requests)
    ours = subprocess.run([probe, "sign"], input=lines, capture_output=True, text=True, check=True,
                          timeout=120)
    answers = [json.loads(line) for line in ours.stdout.splitlines()]
    assert len(answers) == count, f"{len(answers)} answers to {count} requests"
    differences = [pair for pair in zip(requests, answers) if differs(*pair)]
    for request, answer in differences[:3]:
        print(json.dumps(request, indent=1), json.dumps(answer, indent=1), theirs(request))
    print(f"{count} signatures, {len(differences)} differ from botocore's")
    sys.exit(1 if differences else 0)


def make_request(chance):
    token = text(chance, "abcXYZ019/+=", 60) if chance.random() < 0.5 else ""
    time = datetime.datetime(1990, 1, 1) + datetime.timedelta(seconds=chance.randrange(3 * 10**9))
    return {"method": chance.choice(("GET", "POST", "PUT", "HEAD", "DELETE")),
            "url": chance.choice(("https", "http")) + "://" + chance.choice(HOSTS) + path(chance) +
                   query(chance),
            "headers": headers(chance), "body": text(chance, TEXT, 200),
            "id": text(chance, "ABC0123456789", 20) + "A",
            "secret": text(chance, "abcXYZ019/+=", 60) + "s", "token": token,
            "region": chance.choice(("eu-west-1", "us-gov-west-1", "cn-north-1")),
            "service": chance.choice(SERVICES), "time": time.strftime("%Y-%m-%dT%H:%M:%SZ")}


def text(chance, alphabet, longest):
    return "".join(chance.choices(alphabet, k=chance.randrange(longest)))


def path(chance):
    segments = (chance.choice((".", "..", "", "a", encoded(chance), encoded(chance)))
                for _ in range(chance.randrange(6)))
    return "/" + "/".join(segments)


def query(chance):
    if chance.random() < 0.3:
        return ""
    pairs = (encoded(chance) + "x=" + encoded(chance) for _ in range(chance.randrange(1, 6)))
    return "?" + "&".join(pairs)


def encoded(chance):
    return urllib.parse.quote(text(chance, TEXT, 8), safe="-._~")


def headers(chance):
    names = chance.sample(HEADERS, chance.randrange(len(HEADERS)))
    found = [[name, text(chance, "abc 09\t;=,  /", 30).strip()] for name in names]
    if found and chance.random() < 0.2:
        found.append([found[0][0].lower(), "again"])
    return found


def theirs(line):
    """As SigV4Auth.add_auth does it, with a time that is not now."""
    request = AWSRequest(method=line["method"], url=line["url"], data=line["body"].encode())
    for name, value in line["headers"]:
        request.headers.add_header(name, value)
    keys = Credentials(line["id"], line["secret"], line["token"] or None)
    signer = SigV4Auth(keys, line["service"], line["region"])
    time = datetime.datetime.strptime(line["time"], "%Y-%m-%dT%H:%M:%SZ")
    request.context["timestamp"] = time.strftime("%Y%m%dT%H%M%SZ")
    signer._modify_request_before_signing(request)
    canonical = signer.canonical_request(request)
    signature = signer.signature(signer.string_to_sign(request, canonical), request)
    signer._inject_signature_to_request(request, signature)
    return canonical, request.headers["Authorization"]


def differs(request, answer):
    return theirs(request) != (answer["canonical"], answer["authorization"])


if __name__ == "__main__":
    main()
