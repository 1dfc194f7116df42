"""The servers of a benchmark: started in one directory, measured from /proc, ended by pid."""
import dataclasses
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import clients

READY_DEADLINE_S = 15
SOURCE_DEADLINE_S = 60
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
SLOW_REGISTRY = pathlib.Path(__file__).resolve().parents[1] / "e2e/slow_registry.py"
TEMPORARY = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]  # what nginx keeps files for


class Bench:
    """A directory and the processes started in it; a context manager."""

    def __init__(self, larder, log_level):
        self.larder_binary, self.log_level = larder, log_level
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="larder-bench."))
        self.running = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for server in reversed(self.running):
            server.stop()
        shutil.rmtree(self.directory)

    def fresh_directory(self, name):
        path = self.directory / name
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir()
        return path

    def start(self, name, port, command, environment=None):
        server = self.start_unready(name, command, environment)
        server.port = port
        server.wait_ready()
        return server

    def start_unready(self, name, command, environment=None):
        """Started, not waited for; its port is not known yet."""
        with open(self.directory / f"{name}.log", "ab") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log,
                                       env={**os.environ, **(environment or {})})
        server = Server(self, name, process)
        self.running.append(server)
        return server

    def start_larder(self, upstreams, settings="budget: 100%, free_floor: 1MiB", cache=None,
                     more="", listeners=()):
        """With an empty cache unless one is given. The upstreams are host -> URL or URLs, or what
        of this registry.test has. `more` are further lines of the config, `listeners` are beside
        the one named node."""
        config = self.write_config(upstreams, settings, cache, more, listeners)
        server = self.start("larder", config.port, config.command)
        server.config, server.metrics_port = config.path, config.metrics_port
        server.cache, server.prefix = config.cache, "/v2/registry.test/app"
        return server

    def write_config(self, upstreams, settings, cache=None, more="", listeners=()):
        if not isinstance(upstreams, dict):
            upstreams = {"registry.test": upstreams}
        port, metrics_port = free_port(), free_port()
        cache = cache or self.fresh_directory("larder-cache")
        path = self.directory / "larder.yaml"
        path.write_text(
            f"cache: {{path: {cache}, {settings}}}\n"
            f'listeners:\n  - {{name: node, address: "127.0.0.1:{port}"}}\n'
            + "".join(f"  - {{{one}}}\n" for one in listeners) +
            f'metrics: {{address: "127.0.0.1:{metrics_port}"}}\n'
            f"control: {{socket: {self.directory}/larder.sock}}\n"
            f"log: {{level: {self.log_level}}}\n"
            f"{more}upstreams:\n" + "".join(
                f"  - {{match: {host}, endpoints: {json.dumps(list_of(urls))}}}\n"
                for host, urls in upstreams.items()), encoding="utf-8")
        return LarderConfig(path, port, metrics_port, cache,
                            [self.larder_binary, "serve", "--config", str(path)])

    def start_source(self, name, count, size_bytes, **options):
        """tests/e2e/slow_registry.py with random blobs; `options` as it has them: rate=20e6."""
        listing, log = self.directory / f"{name}.list", self.directory / f"{name}.sent"
        arguments = [f"--{option.replace('_', '-')}={value}" for option, value in options.items()]
        source = self.start_unready(name, [sys.executable, "-B", str(SLOW_REGISTRY), str(listing),
                                           str(count), str(size_bytes), f"--log={log}", *arguments])
        deadline = time.monotonic() + SOURCE_DEADLINE_S
        while not listing.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        port, *source.blobs = listing.read_text().split()
        source.port, source.sent_log = int(port), log
        return source

    def start_registry(self, upstream_url=None):
        """Debian's docker-registry; with an upstream: a pull-through proxy. Empty."""
        name, port = "docker-registry" + ("-proxy" if upstream_url else ""), free_port()
        config = self.directory / f"{name}.yml"
        config.write_text("version: 0.1\nstorage: {filesystem: {}}\nhttp: {}\n", encoding="utf-8")
        environment = {
            "REGISTRY_HTTP_ADDR": f"127.0.0.1:{port}", "REGISTRY_LOG_LEVEL": "error",
            "REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY": str(self.fresh_directory(f"{name}-data")),
            "OTEL_TRACES_EXPORTER": "none"}
        if upstream_url:
            environment["REGISTRY_PROXY_REMOTEURL"] = upstream_url
        return self.start(name, port, ["docker-registry", "serve", str(config)], environment)

    def start_nginx(self, name, content, rates, tls=None):
        """One worker; serves the content as a registry, on one port per rate (0: no limit); with
        `tls`, (certificate, key), by https."""
        directory = self.fresh_directory(name)
        ports = {rate: free_port() for rate in rates}
        log = "off" if self.log_level == "error" else f"{directory}/access.log bytes"
        temporary = "".join(f"{kind}_temp_path {directory}/{kind};\n" for kind in TEMPORARY)
        servers = "".join(nginx_server(port, rate, content, tls) for rate, port in ports.items())
        (directory / "nginx.conf").write_text(
            f"user root;\ndaemon off;\nworker_processes 1;\npid {directory}/pid;\n"
            f"error_log {directory}/error.log;\nevents {{ worker_connections 1024; }}\n"
            f"http {{\n{temporary}default_type application/octet-stream;\n"
            f"log_format bytes '$request_uri $status $body_bytes_sent';\naccess_log {log};\n"
            f"sendfile on;\ntcp_nopush on;\nkeepalive_requests 10000000;\n{servers}}}\n",
            encoding="utf-8")
        server = self.start(name, ports[rates[0]], ["nginx", "-c", f"{directory}/nginx.conf"])
        server.ports, server.access_log = ports, directory / "access.log"
        return server


def list_of(urls):
    return [urls] if isinstance(urls, str) else urls


@dataclasses.dataclass
class LarderConfig:
    path: pathlib.Path
    port: int
    metrics_port: int
    cache: pathlib.Path
    command: list


def nginx_server(port, rate, content, tls):
    secured = f"ssl_certificate {tls[0]};\nssl_certificate_key {tls[1]};\n" if tls else ""
    manifests = "".join(
        f"location = /v2/app/manifests/{name} {{ alias {content.directory}/manifest; "
        f"default_type {content.media_type}; "
        f"add_header Docker-Content-Digest {content.manifest_digest}; }}\n"
        for name in ("v1", content.manifest_digest))
    ssl = "ssl " if tls else ""
    return (f"server {{ listen 127.0.0.1:{port} {ssl}backlog=512;\n{secured}limit_rate {rate};\n"
            f"location = /v2/ {{ return 200 '{{}}'; }}\n{manifests}"
            f"location /v2/app/blobs/ {{ alias {content.directory}/blobs/; }}\n}}\n")


class Server:
    prefix = "/v2/app"
    port = 0

    def __init__(self, bench, name, process):
        self.bench, self.name, self.process = bench, name, process

    def url(self, kind, reference, port=None):
        return f"http://127.0.0.1:{port or self.port}{self.prefix}/{kind}/{reference}"

    def wait_ready(self):
        deadline = time.monotonic() + READY_DEADLINE_S
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.02)
        log = (self.bench.directory / f"{self.name}.log").read_text(errors="replace")
        raise RuntimeError(f"{self.name} did not start: {log[-500:]}")

    def stop(self):
        self.bench.running.remove(self)
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def pids(self):
        """The process and its children (nginx: the master and the worker)."""
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [self.process.pid, *map(int, children.read_text().split())]

    def cpu_seconds(self):
        ticks = 0
        for pid in self.pids():
            fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / TICKS_PER_S

    def metric(self, name):
        text = clients.get(f"http://127.0.0.1:{self.metrics_port}/metrics").decode()
        return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines()
                   if line.startswith((name + " ", name + "{")))

    def resident_bytes(self):
        kilobytes = 0
        for pid in self.pids():
            for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
                if line.startswith("VmRSS:"):
                    kilobytes += int(line.split()[1])
        return kilobytes * 1024


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
