#!/usr/bin/python3
"""Floods a TLS listener from several hosts, and measures what an honest client notices.

flood.py HOST PORT CA LARDER_PID TARGETS HEADS READERS IDLE STRANGERS

Run on the node; TARGETS is a file with the path of a blob and of a large one, and the network
namespaces of an honest client, of an attacker and of a host outside `allow`. Prints JSON.
"""
import ctypes
import http.client
import json
import os
import pathlib
import socket
import ssl
import statistics
import sys
import threading
import time

CALM_S, BUSY_S = 2, 5
PAUSE_S = 0.01
GONE_S_MAX = 50
CLONE_NEWNET = 0x40000000
SMALL_BUFFER = 4096
LIBC = ctypes.CDLL(None, use_errno=True)


def main():
    host, port, ca, pid, targets, *counts = sys.argv[1:]
    target = (host, int(port), ssl.create_default_context(cafile=ca))
    blob, large, honest, attacker, outsider = pathlib.Path(targets).read_text().split()
    heads, readers, idle, strangers = map(int, counts)
    client = Honest(target, blob, honest)
    seen = {"calm": client.measure(CALM_S), "memory_before": memory(pid)}
    enter(attacker)
    began = time.monotonic()
    bad = {"heads": [slow_head(target) for _ in range(heads)],
           "readers": [stalled_reader(target, large) for _ in range(readers)],
           "idle": [idler(target, blob) for _ in range(idle)]}
    seen["setup_s"] = round(time.monotonic() - began, 1)
    seen["beside_bad_clients"] = client.measure(BUSY_S)
    seen["memory_with_bad_clients"] = memory(pid)
    seen["threads"] = len(os.listdir(f"/proc/{pid}/task"))
    flood = threading.Thread(target=knock, args=(target, outsider, strangers, seen))
    flood.start()
    seen["beside_strangers"] = client.measure(3)
    flood.join()
    seen["memory_after_strangers"] = memory(pid)
    seen["gone_s"] = gone_after(bad, began)
    seen["memory_at_the_end"] = memory(pid)
    seen["failures"] = client.failures[:5]
    print(json.dumps(seen))


def enter(namespace):
    """This thread's sockets are that host's from now on."""
    with open(namespace, "rb") as file:
        if LIBC.setns(file.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")


def memory(pid):
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) // 1024


class Honest:
    """Asks for a blob now and then, on a kept connection and, each tenth time, on a new one."""

    def __init__(self, target, path, namespace):
        self.target, self.path, self.namespace = target, path, namespace
        self.failures = []

    def measure(self, seconds):
        times = []
        thread = threading.Thread(target=self.ask_for, args=(seconds, times))
        thread.start()
        thread.join()
        return {"requests": len(times), "median_ms": round(statistics.median(times), 2),
                "p99_ms": round(statistics.quantiles(times, n=100)[98], 2)}

    def ask_for(self, seconds, times):
        enter(self.namespace)
        host, port, context = self.target
        connection = http.client.HTTPSConnection(host, port, timeout=20, context=context)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if len(times) % 10 == 9:
                connection.close()
            began = time.monotonic()
            self.ask(connection)
            times.append((time.monotonic() - began) * 1000)
            time.sleep(PAUSE_S)
        connection.close()

    def ask(self, connection):
        try:
            connection.request("GET", self.path)
            answer = connection.getresponse()
            if answer.status != 200 or not answer.read():
                self.failures.append(answer.status)
        except (OSError, http.client.HTTPException) as error:
            self.failures.append(repr(error))
            connection.close()


def connect(target, receive_buffer=None):
    host, port, context = target
    plain = socket.socket()
    if receive_buffer:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    plain.settimeout(20)
    plain.connect((host, port))
    return context.wrap_socket(plain, server_hostname=host)


def head(path):
    return f"GET {path} HTTP/1.1\r\nHost: registry.test\r\n".encode()


def slow_head(target):
    connection = connect(target)
    connection.sendall(head("/v2/"))
    return connection


def stalled_reader(target, path):
    connection = connect(target, SMALL_BUFFER)
    connection.sendall(head(path) + b"\r\n")
    return connection


def idler(target, path):
    connection = connect(target)
    connection.sendall(head(path) + b"\r\n")
    answer = http.client.HTTPResponse(connection)
    answer.begin()
    answer.read()
    return connection


def knock(target, outsider, count, seen):
    enter(outsider)
    began, refused, answered = time.monotonic(), 0, 0
    for _ in range(count):
        try:
            with socket.create_connection(target[:2], timeout=5) as one:
                one.sendall(b"\x16")
                answered += one.recv(1) != b""
        except ConnectionError:  # a reset: at whatever step it is noticed
            refused += 1
    seen["strangers"] = {"refused": refused, "answered": answered,
                         "per_second": round(count / (time.monotonic() - began))}


def gone_after(bad, began):
    """By kind: seconds from the flood's begin until the last is closed; null: some stay."""
    gone = dict.fromkeys(bad)
    while None in gone.values() and time.monotonic() - began < GONE_S_MAX:
        for kind, connections in bad.items():
            if gone[kind] is None and not any(is_open(one) for one in connections):
                gone[kind] = round(time.monotonic() - began, 1)
        time.sleep(0.25)
    return gone


def is_open(connection):
    """As the kernel says, whatever is still to be read (TCP_INFO begins with 1: ESTABLISHED)."""
    return connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == 1


if __name__ == "__main__":
    main()
