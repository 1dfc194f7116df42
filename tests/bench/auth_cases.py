"""The cases of who may: what a token and a policy add to a request."""
import json
import socket
import statistics
import subprocess
import time
import urllib.parse

import clients
from clients import ACCEPT
from servers import free_port
from table import Row

DECISIONS = 20_000
# What each statement says, and what a decision may take, in microseconds. Where nothing is shared
# and all but the last requirement fits, each is looked at: such a policy has a bar of its own.
FORMS = {"namespaces": ("a namespace and its repositories", 20),
         "suffixes": ("resources */NAME", 20),
         "infixes": ("resources */NAME/*", 20),
         "conditions": ("four conditions each", 20),
         "all_distinct": ("three of each, nothing in common", 60)}
STATEMENTS = 1000
median = statistics.median


class AuthCases:
    def __init__(self, bench, content, options):
        self.bench, self.content, self.options = bench, content, options

    def all(self):
        return [self.warm_token, self.policy_decision]

    # The same cached manifest, asked for at listeners that differ in what they ask, in turns.
    def warm_token(self):
        nginx = self.bench.start_nginx("hot", self.content, [0])
        ports = {name: free_port() for name in ("token", "policy", "tenant")}
        larder = self.start_larder(nginx, ports)
        ports["none"] = larder.port
        clients.get(larder.url("manifests", "v1"))
        token = self.local_token()
        asked = {name: Client(larder.url("manifests", "v1", port),
                              token if name in ("token", "policy") else "")
                 for name, port in ports.items()}
        times = in_turns(asked, self.options.samples * 25)
        larder.stop()
        nginx.stop()
        plain = median(times["none"])
        for name, what, bar in (
                ("token", "a warm token adds", 50),
                ("policy", f"    with a policy of {STATEMENTS:,} statements", 70),
                ("tenant", "    a tenant's listener, a public image", 50)):
            added = median(times[name]) - plain
            yield Row(what, f"{added:.1f} us", f"{plain:.1f} us without", "", f"<= {bar} us",
                      added <= bar)

    def start_larder(self, nginx, ports):
        statements = [{"Effect": "Allow", "Action": "registry:Pull",
                       "Principal": {"User": "local"}, "Resource": f"registry.test/{name}"}
                      for name in [f"app-{number}" for number in range(STATEMENTS - 1)] + ["app"]]
        policy = self.bench.directory / "policy.json"
        policy.write_text(json.dumps({"Version": "2012-10-17", "Statement": statements}))
        required = f"auth: required, address: \"127.0.0.1:{ports['token']}\""
        with_policy = (f"auth: required, address: \"127.0.0.1:{ports['policy']}\", "
                       f"policy: {policy}")
        tenant = f"auth: tenant, address: \"127.0.0.1:{ports['tenant']}\""
        return self.bench.start_larder(
            f"http://127.0.0.1:{nginx.port}", more="tokens: {anonymous: true}\n",
            listeners=[f"name: token, {required}", f"name: policy, {with_policy}",
                       f"name: tenant, {tenant}"])

    def local_token(self):
        done = subprocess.run(
            [self.bench.larder_binary, "token", "registry.test/app", "--listener", "token",
             "--life", "1h", "--socket", str(self.bench.directory / "larder.sock")],
            check=True, capture_output=True, text=True)
        return done.stdout.strip()

    # Statements that all have to be looked at; see policy_bench.cc.
    def policy_decision(self):
        done = subprocess.run([self.options.policy_bench, str(DECISIONS)], check=True,
                              capture_output=True, text=True)
        for form, (what, bar) in FORMS.items():
            found = json.loads(done.stdout)[form]
            yield Row(f"policy of {STATEMENTS:,} statements: {what}", f"{found['p50_us']:.1f} us",
                      f"p99 {found['p99_us']:.1f} us", "", f"<= {bar} us",
                      found["p50_us"] <= bar)


class Client:
    """One connection."""

    def __init__(self, url, token):
        parts = urllib.parse.urlsplit(url)
        authorization = f"Authorization: Bearer {token}\r\n" if token else ""
        self.request = (f"HEAD {parts.path} HTTP/1.1\r\nHost: larder\r\n{authorization}"
                        f"Accept: {ACCEPT}\r\n\r\n").encode()
        self.socket = socket.create_connection((parts.hostname, parts.port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self):
        """Microseconds."""
        began = time.perf_counter_ns()
        self.socket.sendall(self.request)
        head = b""
        while b"\r\n\r\n" not in head:
            head += self.socket.recv(65536)
        taken = (time.perf_counter_ns() - began) / 1000
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"{head!r}")
        return taken


def in_turns(asked, count):
    for one in asked.values():
        one.ask()
    times = {name: [] for name in asked}
    for _ in range(count):
        for name, one in asked.items():
            times[name].append(one.ask())
    return times
