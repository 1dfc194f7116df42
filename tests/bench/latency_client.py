#!/usr/bin/python3
"""Asks for cached things at a steady rate on one connection, whatever the answers take.

latency_client.py RATE SECONDS KIND=URL...

Times run from when a request was due. Prints JSON: for each kind and for "all" the milliseconds at
the median, the 99th percentile and the longest, and how many answers were no hits.
"""
import json
import random
import re
import socket
import sys
import time
import urllib.parse

from clients import ACCEPT

SINK = bytearray(4 << 20)


def main():
    rate, seconds = float(sys.argv[1]), float(sys.argv[2])
    urls = [argument.split("=", 1) for argument in sys.argv[3:]]
    connection, chance = Connection(urls[0][1]), random.Random(1)
    times, misses, began = {}, 0, time.monotonic() + 0.05
    for number in range(round(rate * seconds)):
        kind, url = chance.choice(urls)
        due = began + number / rate
        time.sleep(max(0, due - time.monotonic()))
        misses += not connection.get(url)
        for name in (kind, "all"):
            times.setdefault(name, []).append((time.monotonic() - due) * 1000)
    print(json.dumps({"misses": misses, **{kind: summary(of) for kind, of in times.items()}}))


def summary(times):
    times.sort()
    return {"median": times[len(times) // 2], "p99": times[int(len(times) * 0.99)],
            "longest": times[-1]}


class Connection:
    def __init__(self, url):
        parts = urllib.parse.urlsplit(url)
        self.address = parts.hostname, parts.port
        self.socket = self.connect()

    def connect(self):
        connection = socket.create_connection(self.address, timeout=30)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def get(self, url):
        """Whether it was a hit."""
        parts = urllib.parse.urlsplit(url)
        self.socket.sendall(f"GET {parts.path} HTTP/1.1\r\nHost: larder\r\nAccept: {ACCEPT}\r\n\r\n"
                            .encode())
        data = b""
        while b"\r\n\r\n" not in data:
            more = self.socket.recv(65536)
            if not more:
                raise RuntimeError("the connection was closed")
            data += more
        head, body = data.split(b"\r\n\r\n", 1)
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"{url}: {head!r}")
        left = int(re.search(rb"(?i)content-length: *(\d+)", head)[1]) - len(body)
        while left > 0:
            left -= self.socket.recv_into(SINK, min(left, len(SINK)), socket.MSG_TRUNC)
        return re.search(rb"(?i)cache-status:[^\r]*; *hit", head) is not None


if __name__ == "__main__":
    main()
