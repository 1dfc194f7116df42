"""What a cache takes on disk, looked at while its daemon is held still, so that every look is one
moment's truth."""
import dataclasses
import os
import pathlib
import signal
import threading
import time

INTERVAL_S = 0.02
HALT_DEADLINE_S = 0.2


@dataclasses.dataclass
class Look:
    blob_bytes: int    # blobs/ and partial/, as allocated
    all_bytes: int     # the whole directory
    flights: int       # partial files


class DiskWatch:
    """Looks at the cache of `server` again and again; a context manager."""

    def __init__(self, server):
        self.server, self.looks, self.stopping = server, [], threading.Event()
        self.thread = threading.Thread(target=self.run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.thread.join()

    def run(self):
        while not self.stopping.wait(INTERVAL_S):
            self.look()

    def look(self):
        pid = self.server.process.pid
        os.kill(pid, signal.SIGSTOP)
        try:
            wait_halted(pid)
            blobs, _ = usage(self.server.cache / "blobs")
            partial, flights = usage(self.server.cache / "partial")
            everything, _ = usage(self.server.cache)
            self.looks.append(Look(blobs + partial, everything, flights))
        finally:
            os.kill(pid, signal.SIGCONT)


def wait_halted(pid):
    deadline = time.monotonic() + HALT_DEADLINE_S
    while time.monotonic() < deadline:
        states = [stat.read_text().rsplit(")", 1)[1].split()[0]
                  for stat in pathlib.Path(f"/proc/{pid}/task").glob("*/stat")]
        if all(state == "T" for state in states):
            return


def usage(directory):
    """Bytes allocated to the files below, and how many of them are blobs being filled."""
    size = flights = 0
    for entry in os.scandir(directory):
        if entry.is_dir(follow_symlinks=False):
            more, below = usage(entry.path)
            size, flights = size + more, flights + below
        else:
            size += entry.stat(follow_symlinks=False).st_blocks * 512
            flights += "." not in entry.name
    return size, flights
