#!/usr/bin/python3
"""Asks a TLS listener without a pause, on kept connections and on new ones, until a file is there.

tls_load.py HOST PORT CA CERTIFICATE KEY PATH END_FILE

Prints {"requests", "failures", "kept_connections", "serials"}: what went wrong, how many
connections the kept ones took, and the serial numbers that new ones met, in order.
"""
import http.client
import json
import os
import ssl
import sys
import threading
import time

KEPT, NEW = 2, 2  # threads of each
RUN_S_MAX = 60


class Load:
    def __init__(self, host, port, context, path, end_file):
        self.host, self.port, self.context = host, int(port), context
        self.path, self.end_file, self.deadline = path, end_file, time.monotonic() + RUN_S_MAX
        self.lock = threading.Lock()
        self.seen = {"requests": 0, "failures": [], "kept_connections": 0, "serials": []}

    def runs(self):
        return not os.path.exists(self.end_file) and time.monotonic() < self.deadline

    def connect(self):
        return http.client.HTTPSConnection(self.host, self.port, timeout=10, context=self.context)

    def ask(self, connection):
        try:
            connection.request("GET", self.path)
            answer = connection.getresponse()
            answer.read()
            failure = None if answer.status == 200 else answer.status
        except (OSError, http.client.HTTPException) as error:
            failure = repr(error)
            connection.close()
        with self.lock:
            self.seen["requests"] += 1
            self.seen["failures"] += [failure] if failure else []

    def keep_asking(self):
        connection, last = self.connect(), None
        while self.runs():
            self.ask(connection)
            if connection.sock is not last:
                last = connection.sock
                with self.lock:
                    self.seen["kept_connections"] += 1

    def come_anew(self):
        while self.runs():
            connection = self.connect()
            self.ask(connection)
            if connection.sock:
                self.note(connection.sock.getpeercert()["serialNumber"])
            connection.close()

    def note(self, serial):
        with self.lock:
            if serial not in self.seen["serials"]:
                self.seen["serials"].append(serial)

    def run(self):
        threads = [threading.Thread(target=work) for work in
                   [self.keep_asking] * KEPT + [self.come_anew] * NEW]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return self.seen


def main():
    host, port, ca, certificate, key, path, end_file = sys.argv[1:]
    context = ssl.create_default_context(cafile=ca)
    context.load_cert_chain(certificate, key)
    print(json.dumps(Load(host, port, context, path, end_file).run()))


if __name__ == "__main__":
    main()
