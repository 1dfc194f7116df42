#!/usr/bin/python3
"""A registry of random blobs that can be slow: GET and HEAD of /v2/NAME/blobs/DIGEST, single
ranges.

slow_registry.py LIST COUNT BYTES [--rate BYTES_PER_SECOND] [--first-byte-ms N] [--seed N]

Writes LIST once it listens: the port on the first line, then one digest per line. The rate is per
connection. Stands for upstreams that docker-registry cannot be made to be.
"""
import argparse
import hashlib
import http.server
import os
import random
import re
import time

PIECE_BYTES = 64 * 1024


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("list")
    parser.add_argument("count", type=int)
    parser.add_argument("bytes", type=int)
    parser.add_argument("--rate", type=float, default=0)
    parser.add_argument("--first-byte-ms", type=float, default=0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    Handler.options = options
    Handler.blobs = make_blobs(options.count, options.bytes, options.seed)
    server = Server(("127.0.0.1", 0), Handler)
    with open(options.list + ".new", "w", encoding="ascii") as out:
        out.write("\n".join([str(server.server_address[1]), *Handler.blobs]) + "\n")
    os.rename(options.list + ".new", options.list)
    server.serve_forever()


def make_blobs(count, size_bytes, seed=1):
    """The same blobs for the same arguments: digest -> bytes."""
    blobs = {}
    for number in range(count):
        data = random.Random(seed * 100000 + number).randbytes(size_bytes)
        blobs["sha256:" + hashlib.sha256(data).hexdigest()] = data
    return blobs


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    options = None
    blobs = {}

    def do_GET(self):
        path = self.path.split("?")[0]
        data = self.blobs.get(path.rsplit("/", 1)[-1])
        if path in ("/v2", "/v2/"):
            data = b"{}"
        if data is None:
            return self.begin(404, 0, {})
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        first = int(asked[1]) if asked else 0
        last = min(int(asked[2] or len(data)), len(data) - 1) if asked else len(data) - 1
        if first > last and data:
            return self.begin(416, 0, {"Content-Range": f"bytes */{len(data)}"})
        time.sleep(self.options.first_byte_ms / 1000)
        self.begin(206 if asked else 200, last - first + 1,
                   {"Content-Range": f"bytes {first}-{last}/{len(data)}"} if asked else {})
        if self.command != "HEAD":
            self.send_slowly(memoryview(data)[first:last + 1])

    do_HEAD = do_GET

    def begin(self, status, length, headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def send_slowly(self, data):
        rate, began = self.options.rate, time.monotonic()
        try:
            for start in range(0, len(data), PIECE_BYTES):
                if rate:
                    time.sleep(max(0, began + start / rate - time.monotonic()))
                self.wfile.write(data[start:start + PIECE_BYTES])
        except OSError:
            self.close_connection = True

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    main()
