#!/usr/bin/python3
"""An address on loopback that swallows connection attempts, as a firewall does that drops them.

    hole = BlackHole()      # connect() to hole.port hangs: a full backlog drops every SYN
    before = attempts()     # SYNs dropped so far in this network namespace, repeated ones too

black_hole.py FILE: as a process of its own; writes the port to FILE.
"""
import os
import socket
import sys
import threading

FILL_MAX = 16
HANGS_AFTER_S = 0.3


class BlackHole:
    """Raises when the kernel lets a connection through after all. close() ends it."""

    def __init__(self, port=0):
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("127.0.0.1", port))
        self.listener.listen(0)
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.filling = []
        while connects(self.filling, self.port):
            if len(self.filling) > FILL_MAX:
                raise RuntimeError("the backlog takes connections for ever")

    def close(self):
        for connection in [self.listener, *self.filling]:
            connection.close()


def connects(kept, port):
    attempt = socket.socket()
    attempt.settimeout(HANGS_AFTER_S)
    try:
        attempt.connect(("127.0.0.1", port))
    except TimeoutError:
        attempt.close()
        return False
    kept.append(attempt)
    return True


def attempts():
    with open("/proc/net/netstat", encoding="ascii") as file:
        names, values = [line.split() for line in file if line.startswith("TcpExt")]
    return int(values[names.index("ListenDrops")])


if __name__ == "__main__":
    hole = BlackHole()
    with open(sys.argv[1] + ".new", "w", encoding="ascii") as out:
        out.write(f"{hole.port}\n")
    os.rename(sys.argv[1] + ".new", sys.argv[1])
    threading.Event().wait()
