"""What goes on in the background of a measurement; each a context manager that ends it."""
import contextlib
import subprocess
import threading

import clients


class Threads:
    """`count` threads that call `step` with the items in turn, until these are used up or the
    end."""

    def __init__(self, count, items, step):
        self.items, self.step, self.stopping = list(items), step, threading.Event()
        self.failed = None
        self.threads = [threading.Thread(target=self.run, args=(self.items[i::count],))
                        for i in range(count)]

    def run(self, items):
        for item in items:
            if self.stopping.is_set():
                return
            try:
                self.step(item)
            except Exception as error:  # told by the thread that waits
                self.failed = error
                return

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def wait(self):
        for thread in self.threads:
            thread.join()
        if self.failed:
            raise self.failed

    def __exit__(self, kind, *_):
        self.stopping.set()
        with contextlib.nullcontext() if kind is None else contextlib.suppress(Exception):
            self.wait()


def churn(server, sizes, count, prefix=None):
    """Pulls of different blobs (digest -> size), `count` at a time."""
    url = f"http://127.0.0.1:{server.port}{prefix or server.prefix}/blobs/"
    return Threads(count, sizes.items(), lambda blob: clients.discard_seconds(url + blob[0],
                                                                             blob[1]))


def churn_past_larder(source, sizes, count, directory):
    """The same from the source itself, into files; with nobody to evict, only some are kept."""
    def pull(blob):
        path = directory / str(threading.get_ident())
        subprocess.run(["curl", "-fsS", "-o", path, source.url("blobs", blob[0])], check=True)
    return Threads(count, sizes.items(), pull)


def scrubs(larder, rate):
    """One pass after the other."""
    def scrub(_):
        subprocess.run([larder.bench.larder_binary, "scrub", "--config", larder.config,
                        "--rate", rate], check=True, capture_output=True)
    return Threads(1, range(10_000), scrub)
