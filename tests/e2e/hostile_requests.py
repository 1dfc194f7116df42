"""Mutated requests by the ten thousand at a running larder, plain and over TLS, while an honest
client pulls: it neither ends nor hangs, serves the honest one, and holds no more memory and no more
descriptors afterwards.

    LARDER=... hostile_requests.py [COUNT] [SEED]
"""
import collections
import concurrent.futures
import hashlib
import os
import pathlib
import random
import shutil
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from bad_registry import BadRegistry, digest_of  # noqa: E402  # found by the path set above
from larder_process import Larder, Settings, free_port  # noqa: E402
from mutations import Mutator, sound_requests  # noqa: E402

PROCESSES, THREADS = 2, 12
BATCH_MAX = 8             # requests sent at once on a connection
CONNECTION_DEADLINE_S = 20  # what larder may take at most is ten seconds, for a head
HONEST_DEADLINE_S = 10
GROWTH_MIB_MAX = 64
SETTLE_S = 15
MANIFEST = b'{"schemaVersion":2,"config":{},"layers":[]}'
BLOB = bytes(range(256)) * 256
CHANCE_OF_RESET, CHANCE_OF_TLS = 0.1, 0.15
# Each is a handler's or the reception's own; 500 would be an exception, 0 no HTTP at all.
EXPECTED = {200, 206, 304, 400, 401, 404, 405, 406, 416, 431, 501, 502, 503, 504}


class Target:
    """Where the listeners are, and how to connect to them."""

    def __init__(self, port, tls_port):
        self.ports = {False: port, True: tls_port}
        self.context = ssl.create_default_context()
        self.context.check_hostname, self.context.verify_mode = False, ssl.CERT_NONE

    def exchange(self, data, tls, reset):
        """The answers to `data`. Raises TimeoutError when they do not end."""
        connection = socket.create_connection(("127.0.0.1", self.ports[tls]),
                                              CONNECTION_DEADLINE_S)
        try:
            if tls:
                connection = self.context.wrap_socket(connection)
            connection.sendall(data)
            if reset:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return b""
            if not tls:
                connection.shutdown(socket.SHUT_WR)
            elif not data.endswith(b"\r\n\r\n"):
                return b""
            return self.read_to_end(connection)
        except TimeoutError:
            raise
        except OSError:
            return b""  # it was closed while we were sending
        finally:
            connection.close()

    def read_to_end(self, connection):
        deadline = time.monotonic() + CONNECTION_DEADLINE_S
        received = bytearray()
        while piece := connection.recv(1 << 16):
            received += piece
            if time.monotonic() > deadline:
                raise TimeoutError("the answers do not end")
        return bytes(received)


def attack(ports, digests, count, seed):
    """Of one process. How often each status came first on a connection."""
    share = [count // THREADS + (i < count % THREADS) for i in range(THREADS)]
    with concurrent.futures.ThreadPoolExecutor(THREADS) as threads:
        runs = [threads.submit(attack_in_turn, ports, digests, part, f"{seed}.{i}")
                for i, part in enumerate(share)]
        return sum((run.result() for run in runs), collections.Counter())


def attack_in_turn(ports, digests, count, seed):
    target, chance = Target(*ports), random.Random(seed)
    mutator = Mutator(chance, sound_requests(*digests))
    statuses = collections.Counter()
    while count > 0:
        batch = [mutator.request() for _ in range(min(count, chance.randint(1, BATCH_MAX)))]
        count -= len(batch)
        tls = chance.random() < CHANCE_OF_TLS
        last = b"GET /v2/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" if tls else b""
        answer = target.exchange(b"".join(batch) + last, tls, chance.random() < CHANCE_OF_RESET)
        statuses[status_of(answer)] += 1
    return statuses


def status_of(answer):
    if not answer:
        return None
    return int(answer[9:12]) if answer.startswith(b"HTTP/1.1 ") else 0


class HonestClient:
    """Pulls again and again until told to stop."""

    def __init__(self, port, digests):
        self.urls = [(f"http://127.0.0.1:{port}/v2/registry.test/app/{kind}/{digest.decode()}")
                     for kind, digest in zip(("manifests", "blobs"), digests)]
        self.seconds, self.failures, self.stopped = [], [], threading.Event()
        self.thread = threading.Thread(target=self.pull_on)
        self.thread.start()

    def pull_on(self):
        while not self.stopped.wait(0.02):
            for url in self.urls:
                began = time.monotonic()
                try:
                    pull(url)
                except (OSError, ValueError) as error:
                    self.failures.append(repr(error))
                self.seconds.append(time.monotonic() - began)

    def stop(self):
        self.stopped.set()
        self.thread.join()
        return self.failures


def pull(url):
    with urllib.request.urlopen(url, timeout=HONEST_DEADLINE_S) as response:
        if "sha256:" + hashlib.sha256(response.read()).hexdigest() != url.rsplit("/", 1)[1]:
            raise ValueError("wrong bytes")


def resident_mib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def make_certificate(directory):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=larder.test",
                    "-keyout", directory / "tls.key", "-out", directory / "tls.crt"],
                   check=True, capture_output=True)


def start_larder(directory, registry):
    """With everything in its cache, offline. The larder and its port with TLS."""
    tls_port = free_port()
    make_certificate(directory)
    listener = (f', {{name: tls, address: "127.0.0.1:{tls_port}", tls: '
                f"{{certificate: {directory}/tls.crt, key: {directory}/tls.key}}}}")
    larder = Larder(os.environ["LARDER"], directory, "larder", "budget: 100%, free_floor: 1MiB",
                    [registry.url], Settings(listeners=listener))
    larder.start()
    larder.wait_ready()
    for path in (f"manifests/{digest_of(MANIFEST)}", f"blobs/{digest_of(BLOB)}", "manifests/1"):
        urllib.request.urlopen(f"http://127.0.0.1:{larder.port}/v2/registry.test/app/{path}",
                               timeout=HONEST_DEADLINE_S).read()
    larder.stop()
    config = larder.config.read_text(encoding="utf-8").replace("level: info", "level: error")
    larder.config.write_text(config + "offline: true\n", encoding="utf-8")
    larder.start()
    larder.wait_ready()
    return larder, tls_port


def send_all(ports, digests, count, seed):
    with concurrent.futures.ProcessPoolExecutor(PROCESSES) as processes:
        runs = [processes.submit(attack, ports, digests, count // PROCESSES, f"{seed}.{i}")
                for i in range(PROCESSES)]
        return sum((run.result() for run in runs), collections.Counter())


def settle(pid, before):
    deadline = time.monotonic() + SETTLE_S
    while descriptors(pid) > before and time.monotonic() < deadline:
        time.sleep(0.1)
    return descriptors(pid)


def run(directory, count, seed):
    registry = BadRegistry()
    registry.add_tag("app", "1", MANIFEST)
    registry.add_blob("app", BLOB)
    larder, tls_port = start_larder(directory, registry)
    try:
        ports = (larder.port, tls_port)
        digests = (digest_of(MANIFEST).encode(), digest_of(BLOB).encode())
        send_all(ports, digests, max(2000, count // 50), f"warm.{seed}")
        pid = larder.process.pid
        files = descriptors_at_rest(pid)
        memory, began = resident_mib(pid), time.monotonic()
        honest = HonestClient(larder.port, digests)
        try:
            statuses = send_all(ports, digests, count, seed)
        finally:
            failures = honest.stop()
        seconds, left = time.monotonic() - began, settle(pid, files)
        report(count, seconds, statuses, honest.seconds)
        print(f"memory {memory:.1f} -> {resident_mib(pid):.1f} MiB, descriptors {files} -> {left}")
        check(larder.is_running(), "larder ended: " + larder.last_words())
        check(not failures, f"the honest client: {len(failures)}, first {failures[:1]}")
        check(not set(statuses) - EXPECTED - {None}, f"unexpected answers: {dict(statuses)}")
        check(resident_mib(pid) < memory + GROWTH_MIB_MAX, "memory grew")
        check(left <= files, "descriptors stayed open")
        larder.stop()
    finally:
        larder.kill()
        registry.close()


def descriptors_at_rest(pid):
    """Once they have stopped getting fewer."""
    count = descriptors(pid)
    while True:
        time.sleep(2.5)  # longer than a connection lingers
        now = descriptors(pid)
        if now >= count:
            return now
        count = now


def check(condition, text):
    if not condition:
        raise SystemExit("FAILED: " + text)


def report(count, seconds, statuses, waits):
    waits = sorted(waits)
    print(f"{count} requests on {sum(statuses.values())} connections in {seconds:.1f} s; "
          f"first answers {dict(statuses.most_common())}")
    print(f"honest client: {len(waits)} pulls, p50 {1000 * waits[len(waits) // 2]:.1f} ms, "
          f"p99 {1000 * waits[len(waits) * 99 // 100]:.1f} ms, worst {1000 * waits[-1]:.1f} ms")


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20000
    seed = sys.argv[2] if len(sys.argv) > 2 else "1"
    directory = pathlib.Path(tempfile.mkdtemp(prefix="larder-hostile."))
    try:
        run(directory, count, seed)
    finally:
        shutil.rmtree(directory)
    print("passed")


if __name__ == "__main__":
    main()
