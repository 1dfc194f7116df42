"""A registry on loopback whose answers go wrong as a test says, byte by byte.

    registry = BadRegistry()
    registry.add_tag("app", "1", manifest)
    registry.behave(silent)     # from the next request on; `good` again when it is told so

What a behaviour (bad_answers.py) is given is the answer of a proper registry: documents by tag and
digest with an ETag, conditional and range requests, 404 for the rest. Every request is remembered.
For tests in Python; what C++ tests have as an upstream is a ScriptedServer.
"""
import contextlib
import ctypes
import hashlib
import re
import socket
import struct
import threading
import time

from bad_answers import Answer, Request, good

SO_ATTACH_FILTER = 26
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"


def digest_of(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


class BadRegistry:
    """Thread-safe. `tls`: an ssl.SSLContext. close() ends it and every connection."""

    def __init__(self, tls=None, port=0, address="127.0.0.1"):
        self.tls, self.lock = tls, threading.Lock()
        self.behaviour, self.quota = good, None
        self.content, self.requests, self.connections, self.sent = {}, [], set(), 0
        self.listener = socket.create_server((address, port), backlog=1024)
        self.port = self.listener.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://{address}:{self.port}"
        threading.Thread(target=self.accept, daemon=True).start()

    def behave(self, behaviour):
        self.behaviour = behaviour

    def add_tag(self, repository, tag, data, media_type=OCI_MANIFEST):
        """New, or moved. Returns the digest."""
        digest = digest_of(data)
        with self.lock:
            for reference in (tag, digest):
                self.content[f"/v2/{repository}/manifests/{reference}"] = (
                    media_type, digest, data)
        return digest

    def remove_tag(self, repository, tag):
        with self.lock:
            del self.content[f"/v2/{repository}/manifests/{tag}"]

    def add_blob(self, repository, data):
        digest = digest_of(data)
        with self.lock:
            self.content[f"/v2/{repository}/blobs/{digest}"] = (
                "application/octet-stream", digest, data)
        return digest

    def set_quota(self, pulls):
        """Every GET of a manifest costs one; answers tell how many are left; 429 without any."""
        self.quota = pulls

    def count(self, method=None, path=""):
        with self.lock:
            return sum(method in (None, seen.method) and path in seen.path
                       for seen in self.requests)

    def vanish(self):
        """From now on nothing that is sent here arrives, as behind a firewall that drops packets:
        on no connection, old or new."""
        with self.lock:
            for reached in (self.listener, *self.connections):
                drop_all(reached)

    def close(self):
        with contextlib.suppress(OSError):  # it was closed before
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        with self.lock:
            for connection in self.connections:
                with contextlib.suppress(OSError):  # it has ended already
                    connection.shutdown(socket.SHUT_RDWR)

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:  # closed
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        try:
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            with self.lock:
                self.connections.add(connection)
            with connection, connection.makefile("rb") as stream:
                while request := read_request(stream):
                    if not self.behaviour(Counted(connection, self), request, self.answer(request)):
                        break
        except OSError:  # the peer has gone, or the test has ended
            pass
        with self.lock:
            self.connections = {c for c in self.connections if c.fileno() >= 0}

    def answer(self, request):
        with self.lock:
            self.requests.append(request)
            found = self.content.get(request.path)
            is_pull = request.method == "GET" and "/manifests/" in request.path
            if self.quota is not None and is_pull:
                self.quota -= 1
            quota = quota_headers(self.quota)
            if self.quota is not None and self.quota < 0:
                return Answer(429, {**quota, "Retry-After": 60})
        if found is None:
            return Answer(404, quota, b'{"errors":[{"code":"MANIFEST_UNKNOWN"}]}')
        return proper_answer(request, *found, quota)


def drop_all(reached):
    """The kernel drops what comes before it acknowledges it (SO_ATTACH_FILTER, socket(7))."""
    drop = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0))  # return 0 bytes
    program = struct.pack("HP", 1, ctypes.addressof(drop))
    reached.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)


class Counted:
    """A socket whose sent bytes are added up in `registry.sent`."""

    def __init__(self, connection, registry):
        self.connection, self.registry = connection, registry

    def sendall(self, data):
        view, step = memoryview(data), 64 * 1024
        for start in range(0, len(view), step):
            self.connection.sendall(view[start:start + step])
            with self.registry.lock:
                self.registry.sent += len(view[start:start + step])

    def __getattr__(self, name):
        return getattr(self.connection, name)


def read_request(stream):
    """Nothing when the peer sends no more."""
    lines = []
    while line := stream.readline(65536):
        if line == b"\r\n":
            break
        lines.append(line.decode("latin-1").rstrip("\r\n"))
    if not lines:
        return None
    method, path, _ = lines[0].split(" ")
    fields = (line.partition(":") for line in lines[1:])
    return Request(time.monotonic(), method, path.split("?")[0],
                   {name.lower(): value.strip() for name, _, value in fields})


def proper_answer(request, media_type, digest, data, quota):
    headers = {"Content-Type": media_type, "Docker-Content-Digest": digest,
               "ETag": f'"{digest}"', **quota}
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return Answer(304, headers)
    asked = re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("range", ""))
    if not asked:
        return Answer(200, headers, data)
    first, last = int(asked[1]), min(int(asked[2] or len(data)), len(data) - 1)
    if first > last:
        return Answer(416, {"Content-Range": f"bytes */{len(data)}"})
    headers["Content-Range"] = f"bytes {first}-{last}/{len(data)}"
    return Answer(206, headers, data[first:last + 1])


def quota_headers(left):
    if left is None:
        return {}
    return {"RateLimit-Limit": "100;w=21600", "RateLimit-Remaining": f"{max(0, left)};w=21600"}
