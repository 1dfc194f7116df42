#!/usr/bin/python3
"""What Larder's work is compared with; prints the CPU seconds it took.

plain_work.py hash-write DIRECTORY COUNT BYTES   SHA-256 of COUNT files of random bytes, written
plain_work.py receive URL...                     GETs, received into memory and dropped
plain_work.py pull DIRECTORY URL...              GETs, received, hashed and written
"""
import hashlib
import os
import sys

import clients

PIECE_BYTES = 256 << 10


def main():
    works = {"hash-write": hash_and_write, "receive": receive, "pull": pull}
    work = works[sys.argv[1]](*sys.argv[2:])
    began = cpu_seconds()
    for _ in work:
        pass
    print(cpu_seconds() - began)


def cpu_seconds():
    times = os.times()
    return times.user + times.system


def hash_and_write(directory, count, size_bytes):
    piece = os.urandom(PIECE_BYTES)
    for number in range(int(count)):
        yield write_one(f"{directory}/{number}", piece, int(size_bytes))


def write_one(path, piece, size_bytes):
    sha = hashlib.sha256()
    with open(path, "wb", buffering=0) as out:
        for _ in range(0, size_bytes, PIECE_BYTES):
            sha.update(piece)
            out.write(piece)
        os.fdatasync(out.fileno())
    return sha.hexdigest()


def receive(*urls):
    sink = bytearray(PIECE_BYTES)
    for url in urls:
        with clients.begin(url) as connection:
            clients.body_in_hand(connection, 1)
            while connection.recv_into(sink):
                pass
        yield


def pull(directory, *urls):
    piece = memoryview(bytearray(PIECE_BYTES))
    for number, url in enumerate(urls):
        sha = hashlib.sha256()
        with open(f"{directory}/{number}", "wb", buffering=0) as out, \
                clients.begin(url) as connection:
            clients.body_in_hand(connection, 1)
            while size := connection.recv_into(piece):
                out.write(piece[:size])
                sha.update(piece[:size])
            os.fdatasync(out.fileno())
        yield


if __name__ == "__main__":
    main()
