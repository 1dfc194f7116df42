"""The cases of a cache with a million blobs: look-ups, start, memory. Its records have no files,
which a start that looked for them would notice."""
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import statistics
import subprocess
import time

from servers import TICKS_PER_S
from table import Row, spread

LOOK_UPS = 200_000
STARTS = 7
READY_DEADLINE_S = 30
READING_DEADLINE_S = 120
IDLE_S = 3
INDEX = "index-v1-lmdb09/data.mdb"
SETTINGS = "budget: 1000TiB, free_floor: 0, scrub_rate: off"
median = statistics.median


class IndexCases:
    def __init__(self, bench, _, options):
        self.bench, self.options = bench, options
        self.cache = None

    def all(self):
        return [self.look_ups, self.start_to_ready, self.memory_of_many]

    def look_ups(self):
        found = self.fill()
        count = f"{found['blobs']:,}"
        for kind in ("find_blob", "find_tag"):
            p99 = found[f"{kind}_us"]["p99"]
            yield Row(f"{kind} among {count} blobs, p99", f"{p99:.2f} us",
                      f"median {found[f'{kind}_us']['p50']:.2f} us", "", "<= 10 us", p99 <= 10)

    def fill(self):
        """A cache directory with the records, as an orderly stop leaves it."""
        self.cache = self.bench.fresh_directory("million")
        done = subprocess.run([self.options.index_bench, str(self.options.records), str(LOOK_UPS),
                               self.cache], check=True, capture_output=True, text=True)
        (self.cache / "clean").touch()
        return json.loads(done.stdout)

    # From exec to ready: warm, with the index out of memory, and after a kill.
    def start_to_ready(self):
        self.cache or self.fill()
        warm = [self.start_and_end(signal.SIGTERM) for _ in range(STARTS)]
        cold = [self.start_and_end(signal.SIGTERM, is_cold=True) for _ in range(STARTS)]
        opened, listed = self.traced_start()
        killed = self.starts_after_kill()
        count = f"{self.options.records:,} blobs"
        yield Row(f"start to ready, {count}", spread(warm, " ms", 0), "", "", "<= 300 ms",
                  median(warm) <= 300)
        yield Row("    index not in memory before", spread(cold, " ms", 0), "")
        yield Row("    after kill -9", spread(killed, " ms", 0), "", "", "<= 300 ms",
                  median(killed) <= 300)
        yield Row("    files opened and folders listed until the end", f"{opened + listed}",
                  f"{opened} and {listed}", "", "no full scan", opened + listed < 2000)

    def start_and_end(self, how, is_cold=False):
        """Milliseconds."""
        if is_cold:
            forget_pages(self.cache / INDEX)
        inode = (self.cache / INDEX).stat().st_ino
        process, took = self.start_one([])
        if (self.cache / INDEX).stat().st_ino != inode:
            raise RuntimeError("larder has replaced the index: see million.log")
        end(process, how)
        return took * 1000

    # The walk that follows a kill finds no file for any record: it gets a copy of the index.
    def starts_after_kill(self):
        kept, took = self.bench.directory / "million-kept", []
        for _ in range(3):
            shutil.copytree(self.cache, kept)
            (self.cache / "clean").unlink(missing_ok=True)
            took.append(self.start_and_end(signal.SIGKILL))
            shutil.rmtree(self.cache)
            kept.rename(self.cache)
        return took

    def start_one(self, prefix):
        config = self.bench.write_config("http://127.0.0.1:1", SETTINGS, self.cache)
        began = time.monotonic()
        with open(self.bench.directory / "million.log", "ab") as log:
            process = subprocess.Popen([*prefix, *config.command], stdout=log, stderr=log)
        while not is_ready(config.metrics_port):
            if process.poll() is not None or time.monotonic() > began + READY_DEADLINE_S:
                raise RuntimeError("larder did not become ready: see million.log")
            time.sleep(0.001)
        return process, time.monotonic() - began

    # What a start that looks at each blob would do a million times.
    def traced_start(self):
        trace = self.bench.directory / "trace"
        process, _ = self.start_one(["strace", "-f", "-qq", "-o", trace, "-e",
                                     "trace=openat,getdents64"])
        time.sleep(IDLE_S)
        traced = int(children_of(process.pid)[0])
        os.kill(traced, signal.SIGTERM)
        process.wait()
        text = trace.read_text(errors="replace")
        return len(re.findall(r"openat\(", text)), len(re.findall(r"getdents64\(", text)) // 2

    # Idle, once the child that reads the index has ended.
    def memory_of_many(self):
        self.cache or self.fill()
        process, _ = self.start_one([])
        began, reading = time.monotonic(), 0.0
        while children_of(process.pid) and time.monotonic() - began < READING_DEADLINE_S:
            reading = max([reading, *map(cpu_seconds, children_of(process.pid))])
            time.sleep(0.02)
        until_read = time.monotonic() - began
        time.sleep(IDLE_S)
        rest, of_map = resident_kib(process.pid)
        end(process, signal.SIGTERM)
        yield Row(f"resident memory, {self.options.records:,} blobs, idle",
                  f"{rest / 1024:.1f} MiB", f"and {of_map / 1024:.1f} MiB of the map", "",
                  "<= 24 MiB", rest <= 24 * 1024)
        yield Row("    the index is read in the background", f"{until_read:.1f} s",
                  f"{reading:.1f} s of CPU")


def is_ready(port):
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(b"GET /readyz HTTP/1.1\r\nHost: larder\r\nConnection: close\r\n\r\n")
            return connection.recv(100).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def end(process, how):
    process.send_signal(how)
    if process.wait() != (0 if how == signal.SIGTERM else -how):
        raise RuntimeError("larder did not end well: see million.log")


def forget_pages(path):
    with open(path, "rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def children_of(pid):
    return pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def cpu_seconds(pid):
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


def resident_kib(pid):
    """Of everything but the index's map, and of that."""
    rest = of_map = 0
    is_map = False
    for line in pathlib.Path(f"/proc/{pid}/smaps").read_text().splitlines():
        if re.match(r"[0-9a-f]+-[0-9a-f]+ ", line):
            is_map = line.endswith("/data.mdb")
        elif line.startswith("Rss:"):
            size = int(line.split()[1])
            rest, of_map = rest + size * (not is_map), of_map + size * is_map
    return rest, of_map
