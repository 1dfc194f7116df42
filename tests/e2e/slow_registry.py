#!/usr/bin/python3
"""A registry of random blobs that can be slow: GET and HEAD of /v2/NAME/blobs/DIGEST, single
ranges.

slow_registry.py LIST COUNT BYTES [--rate BYTES_PER_SECOND] [--first-byte-ms N] [--seed N]
                 [--log FILE]

Writes LIST once it listens: the port on the first line, then one digest per line. The rate is per
connection, from the first byte on. Each answer of bytes adds a line to the log when it ends: when
it began (monotonic seconds), the digest, the first byte and how many were sent. Stands for
upstreams that docker-registry cannot be made to be.
"""
import argparse
import dataclasses
import hashlib
import http.server
import os
import random
import re
import sys
import threading
import time

PIECE_BYTES = 64 * 1024
PIECES_PER_SECOND_MAX = 100  # of a connection, so that many of them need little CPU
BLOB_MEDIA_TYPE = "application/octet-stream"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("list")
    parser.add_argument("count", type=int)
    parser.add_argument("bytes", type=int)
    parser.add_argument("--rate", type=float, default=0)
    parser.add_argument("--first-byte-ms", type=float, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--log")
    options = parser.parse_args()

    blobs = make_blobs(options.count, options.bytes, options.seed)
    server = Registry(lambda path: find_blob(blobs, path), options.rate,
                      options.first_byte_ms / 1000, Log(options.log))
    tell(options.list, [server.server_address[1], *blobs])
    server.serve_forever()


def make_blobs(count, size_bytes, seed=1):
    """The same blobs for the same arguments: digest -> bytes."""
    return dict(make_blob(seed * 100000 + number, size_bytes) for number in range(count))


def make_blob(seed, size_bytes):
    chance, piece_bytes = random.Random(seed), 1 << 26
    data = b"".join(chance.randbytes(min(piece_bytes, size_bytes - start))
                    for start in range(0, size_bytes, piece_bytes))
    return digest_of(data), data


def digest_of(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def tell(path, lines):
    """A file that is there only when it is whole."""
    with open(path + ".new", "w", encoding="ascii") as out:
        out.write("".join(f"{line}\n" for line in lines))
    os.rename(path + ".new", path)


def find_blob(blobs, path):
    data = blobs.get(path.rsplit("/", 1)[-1])
    return None if data is None else Content(BLOB_MEDIA_TYPE, data)


@dataclasses.dataclass
class Content:
    media_type: str
    data: bytes
    digest: str = ""  # sent as a header when set


class Log:
    def __init__(self, path=None):
        self.lock = threading.Lock()
        self.file = open(path, "a", buffering=1, encoding="ascii") if path else None

    def add(self, *fields):
        if self.file:
            with self.lock:
                print(*fields, file=self.file)


class Registry(http.server.ThreadingHTTPServer):
    """`find(path)` gives Content or None; `trouble(content, asked)` may turn an answer bad."""
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, find, rate=0, first_byte_s=0.0, log=None, trouble=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.find, self.rate, self.first_byte_s = find, rate, first_byte_s
        self.log, self.trouble = log or Log(), trouble or (lambda content, asked: Trouble())

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], OSError):  # a client that has gone is no news
            super().handle_error(request, client_address)


@dataclasses.dataclass
class Trouble:
    """What goes wrong with an answer, if anything."""
    status: int = 0             # instead of the content
    ignores_range: bool = False
    cut_after: int | None = None    # bytes; then the connection is closed
    stall_after: int | None = None  # bytes; then nothing for `stall_s`
    stall_s: float = 0
    wrong_at: int | None = None     # this byte of the content is not what it should be


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self):
        path = self.path.split("?")[0]
        if path in ("/v2", "/v2/"):
            return self.answer(Content("application/json", b"{}"), None, Trouble())
        content = self.server.find(path)
        if content is None:
            return self.begin(404, 0, {})
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        trouble = self.server.trouble(content, asked)
        time.sleep(self.server.first_byte_s)
        if trouble.status:
            return self.begin(trouble.status, 0, {})
        return self.answer(content, None if trouble.ignores_range else asked, trouble)

    do_HEAD = do_GET

    def answer(self, content, asked, trouble):
        size = len(content.data)
        first = int(asked[1]) if asked else 0
        last = min(int(asked[2] or size), size - 1) if asked else size - 1
        if first > last and size:
            return self.begin(416, 0, {"Content-Range": f"bytes */{size}"})
        headers = {"Content-Type": content.media_type}
        if asked:
            headers["Content-Range"] = f"bytes {first}-{last}/{size}"
        if content.digest:
            headers["Docker-Content-Digest"] = content.digest
        self.begin(206 if asked else 200, last - first + 1, headers)
        if self.command != "HEAD":
            self.send_body(content, first, last + 1, trouble)

    def begin(self, status, length, headers):
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(length)}.items():
            self.send_header(name, value)
        self.end_headers()

    def send_body(self, content, first, end, trouble):
        began, sent = time.monotonic(), 0
        try:
            for piece in pieces(content.data, first, end, trouble.wrong_at, self.server.rate):
                if trouble.cut_after is not None and sent >= trouble.cut_after:
                    self.close_connection = True
                    break
                if trouble.stall_after is not None and sent >= trouble.stall_after:
                    time.sleep(trouble.stall_s)
                    trouble.stall_after = None
                if self.server.rate:
                    time.sleep(max(0, began + sent / self.server.rate - time.monotonic()))
                self.wfile.write(piece)
                sent += len(piece)
        except OSError:
            self.close_connection = True
        digest = self.path.split("?")[0].rsplit("/", 1)[-1]
        self.server.log.add(f"{began:.6f}", digest, first, sent)

    def log_message(self, *_):
        pass


def pieces(data, first, end, wrong_at, rate):
    step = max(PIECE_BYTES, int(rate / PIECES_PER_SECOND_MAX))
    view = memoryview(data)
    for start in range(first, end, step):
        piece = view[start:min(start + step, end)]
        if wrong_at is not None and start <= wrong_at < start + len(piece):
            piece = bytearray(piece)
            piece[wrong_at - start] ^= 1
        yield piece


if __name__ == "__main__":
    main()
