"""The clients of the torture: they pull at random and compare every byte with their own copy."""
import contextlib
import http.client
import random
import re
import threading

from torture_catalog import MANIFEST

TIMEOUT_S = 30
FORBIDDEN = (408, 429)  # a runtime would repeat these on the same host


class Client:
    """One connection at a time; every answer is checked and written down in the ledger."""

    def __init__(self, port, catalog, ledger):
        self.port, self.catalog, self.ledger = port, catalog, ledger
        self.connection = None

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    def pull(self, path, first=None, last=None, leave_after=None):
        """GETs blobs/DIGEST or manifests/NAME; whether it was a hit. Raises when there is no
        answer."""
        headers = {"Accept": MANIFEST}
        if first is not None:
            headers["Range"] = f"bytes={first}-{'' if last is None else last}"
        response = self.ask("GET", path, headers)
        if leave_after is not None:
            response.read(leave_after)
            self.close()
            return False
        body, is_whole = self.read(response)
        return self.judge(path, response, body, is_whole, first, last)

    def is_hit(self, path):
        response = self.ask("HEAD", path, {"Accept": MANIFEST})
        response.read()
        return response.status == 200 and was_hit(response)

    def ask(self, method, path, headers):
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_S)
        try:
            self.connection.request(method, f"/v2/registry.test/app/{path}", headers=headers)
            return self.connection.getresponse()
        except (OSError, http.client.HTTPException):
            self.close()
            raise

    def read(self, response):
        try:
            return response.read(), True
        except http.client.IncompleteRead as cut:
            self.close()
            return cut.partial, False
        except OSError:
            self.close()
            return b"", False

    def judge(self, path, response, body, is_whole, first, last):
        if response.status not in (200, 206):
            self.ledger.count(refused=1)
            if response.status < 500 or response.status in FORBIDDEN:
                self.ledger.note(self.ledger.bad_answers,
                                 f"{path}: {response.status} {body[:99]!r}")
            return False
        truth = self.truth(path)
        expected = truth if first is None else truth[first:None if last is None else last + 1]
        self.ledger.count(**{"bodies" if is_whole else "cut": 1}, bytes=len(body))
        if is_whole and body != expected and self.is_beyond_proof(truth, last):
            self.ledger.count(beyond_proof=1)
        elif is_whole and body != expected:
            self.ledger.note(self.ledger.wrong, f"{path}: {len(body)} wrong bytes from {first}")
        elif body != expected[:len(body)] and not self.catalog.may_lie(truth):
            self.ledger.note(self.ledger.wrong, f"{path}: wrong bytes in a body that was cut")
        return is_whole and was_hit(response)

    def is_beyond_proof(self, truth, last):
        """A part of a blob that nobody wants whole cannot be checked against the digest."""
        return last is not None and self.catalog.may_lie(truth)

    def truth(self, path):
        kind, name = path.split("/")
        if kind == "blobs":
            return self.catalog.blobs[name]
        return self.catalog.manifests[self.catalog.tags.get(name, name)]


def was_hit(response):
    return re.search(r";\s*hit\b", response.getheader("Cache-Status", "")) is not None


class Load:
    """Clients in threads, from start() to stop()."""

    def __init__(self, count, port, catalog, ledger, chance):
        self.stopping = threading.Event()
        self.threads = [
            threading.Thread(target=self.run, args=(Client(port, catalog, ledger),
                                                    random.Random(chance.random())))
            for _ in range(count)]

    def start(self):
        for thread in self.threads:
            thread.start()

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def run(self, client, chance):
        while not self.stopping.is_set():
            with contextlib.suppress(OSError, http.client.HTTPException):
                act_at_random(client, chance, self.stopping)
        client.close()


def act_at_random(client, chance, stopping):
    kind, catalog = chance.random(), client.catalog
    if kind < 0.3:
        return pull_image(client, chance.choice(list(catalog.tags)), stopping)
    digest = chance.choice(list(catalog.blobs))
    size, path = len(catalog.blobs[digest]), f"blobs/{digest}"
    if kind < 0.6:
        if client.pull(path):
            client.ledger.note_hit(path)
    elif kind < 0.8:
        first = chance.randrange(size)
        client.pull(path, first, chance.choice([None, chance.randrange(first, size)]))
    elif kind < 0.9:
        client.pull(path, leave_after=chance.randrange(size))
    elif client.is_hit(path):
        client.ledger.note_hit(path)
    return None


def pull_image(client, tag, stopping):
    for path in [f"manifests/{tag}", f"manifests/{client.catalog.tags[tag]}",
                 *(f"blobs/{digest}" for digest in client.catalog.blobs_of(tag))]:
        if stopping.is_set():
            return
        if client.pull(path):
            client.ledger.note_hit(path)
