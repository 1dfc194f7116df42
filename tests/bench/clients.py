"""The clients of a benchmark; the same one for every server that is compared."""
import hashlib
import http.client
import re
import socket
import subprocess
import threading
import time
import urllib.parse
import urllib.request

DISCARD_BYTES = 4 << 20
ACCEPT = "application/vnd.oci.image.manifest.v1+json"  # docker-registry serves none without it


def curl_seconds(url):
    began = time.monotonic()
    subprocess.run(["curl", "-fsS", "-o", "/dev/null", url], check=True)
    return time.monotonic() - began


def curl_all_at_once(urls):
    began = time.monotonic()
    clients = [subprocess.Popen(["curl", "-fsS", "-o", "/dev/null", url]) for url in urls]
    if any([client.wait() for client in clients]):
        raise RuntimeError("a client failed")
    return time.monotonic() - began


def discard_seconds(url, size_bytes):
    """Reads a body on one connection without copying it, so that the server is what is measured."""
    began = time.monotonic()
    with begin(url) as connection:
        seen = body_in_hand(connection, size_bytes)
        while seen < size_bytes:
            got = connection.recv_into(SINK, DISCARD_BYTES, socket.MSG_TRUNC)
            if not got:
                raise RuntimeError(f"{url} was cut at {seen} of {size_bytes} bytes")
            seen += got
    return time.monotonic() - began


def checked_seconds(url, digest):
    """For a body that is whole and has this digest."""
    began, sha = time.monotonic(), hashlib.sha256()
    with urllib.request.urlopen(url, timeout=60) as response:
        while piece := response.read(DISCARD_BYTES):
            sha.update(piece)
    if "sha256:" + sha.hexdigest() != digest:
        raise RuntimeError(f"{url} gave other bytes")
    return time.monotonic() - began


def first_byte_seconds(url):
    """From before connecting to the first byte of the body; then the rest is read."""
    began = time.monotonic()
    with begin(url) as connection:
        if not body_in_hand(connection, 1):
            connection.recv(1)
        took = time.monotonic() - began
        while connection.recv_into(SINK):
            pass
    return took


SINK = bytearray(DISCARD_BYTES)


def begin(url):
    parts = urllib.parse.urlsplit(url)
    connection = socket.create_connection((parts.hostname, parts.port), timeout=60)
    connection.sendall(f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
                       "Connection: close\r\n\r\n".encode())
    return connection


def body_in_hand(connection, size_bytes):
    """Reads the head of the answer: the number of body bytes that came with it."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(4096)
        if not more:
            raise RuntimeError(f"no answer: {data!r}")
        data += more
    if not data.startswith(b"HTTP/1.1 200") and size_bytes:
        raise RuntimeError(f"not 200: {data[:300]!r}")
    return len(data.split(b"\r\n\r\n", 1)[1])


def wrk_requests_per_second(url, connections, seconds):
    done = subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s",
                           "-H", f"Accept: {ACCEPT}", url],
                          check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in done or "Socket errors" in done:
        raise RuntimeError(done)
    return float(re.search(r"Requests/sec:\s*([\d.]+)", done)[1])


def get(url):
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
    connection.request("GET", parts.path, headers={"Accept": ACCEPT})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    if response.status != 200:
        raise RuntimeError(f"{url}: {response.status} {body[:200]!r}")
    return body


class ManyPulls:
    """Pulls of different blobs at once, in threads; a context manager that waits for them."""

    def __init__(self, urls_and_sizes):
        self.threads = [threading.Thread(target=discard_seconds, args=pull)
                        for pull in urls_and_sizes]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        for thread in self.threads:
            thread.join()

    def running(self):
        return sum(thread.is_alive() for thread in self.threads)
