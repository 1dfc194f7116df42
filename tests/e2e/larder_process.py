"""A larder on a cache directory of its own: started, asked, killed."""
import dataclasses
import json
import pathlib
import signal
import socket
import subprocess
import time
import urllib.request

READY_DEADLINE_S = 20
STOP_DEADLINE_S = 30


@dataclasses.dataclass
class Settings:
    """What a config says of upstreams, as YAML."""
    deadlines: str = "{first_byte: 4s, stall: 1s}"
    freshness: str = '[{match: "**", ttl: 1h}]'
    more: str = ""    # of registry.test: ", ca: FILE"
    others: str = ""  # besides registry.test: ", {match: ghcr.io}"
    listeners: str = ""  # besides "node": ", {name: other, address: ...}"


class Larder:
    """`endpoints` are those of registry.test, as ports of 127.0.0.1 or as URLs."""

    def __init__(self, binary, directory, name, cache_settings, endpoints, settings=Settings()):
        self.binary, self.name = binary, name
        self.directory = pathlib.Path(directory)
        self.cache = self.directory / f"{name}-cache"
        self.port, self.metrics_port = free_ports(2)
        self.config, self.log = self.directory / f"{name}.yaml", self.directory / f"{name}.log"
        self.process = None
        self.cache_settings = cache_settings
        self.write_config(endpoints, settings)

    def write_config(self, endpoints, settings):
        """For the next start."""
        urls = ", ".join(f'"http://127.0.0.1:{endpoint}"' if isinstance(endpoint, int)
                         else f'"{endpoint}"' for endpoint in endpoints)
        self.config.write_text(
            f"cache: {{path: {self.cache}, {self.cache_settings}}}\n"
            f'listeners: [{{name: node, address: "127.0.0.1:{self.port}"}}{settings.listeners}]\n'
            f'metrics: {{address: "127.0.0.1:{self.metrics_port}"}}\n'
            f"control: {{socket: {self.directory}/{self.name}.sock}}\n"
            f"deadlines: {settings.deadlines}\n"
            f"freshness: {settings.freshness}\n"
            "log: {level: info, format: text}\n"
            f"upstreams: [{{match: registry.test, endpoints: [{urls}]{settings.more}}}"
            f"{settings.others}]\n", encoding="utf-8")

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [self.binary, "serve", "--config", str(self.config)], stdout=log, stderr=log)

    def wait_ready(self):
        """Seconds until it was ready. Raises when it is not in time."""
        began = time.monotonic()
        while time.monotonic() < began + READY_DEADLINE_S and self.process.poll() is None:
            try:
                self.ask("readyz")
                return time.monotonic() - began
            except OSError:
                time.sleep(0.002)
        raise RuntimeError(f"{self.name} did not become ready: {self.last_words()}")

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        if self.process:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None

    def stop(self):
        """In order. Raises when it does not end well."""
        self.process.terminate()
        status = self.process.wait(STOP_DEADLINE_S)
        self.process = None
        if status != 0:
            raise RuntimeError(f"{self.name} ended with {status}: {self.last_words()}")

    def ask(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics_port}/{path}",
                                    timeout=5) as response:
            return response.read().decode()

    def metric(self, name):
        return sum(float(line.rsplit(" ", 1)[1]) for line in self.ask("metrics").splitlines()
                   if line.startswith((name + " ", name + "{")))

    def fsck(self):
        """The report on the stopped cache."""
        return self.report("fsck", "--path", str(self.cache))

    def scrub_status(self):
        """The report of the running or last pass."""
        return self.report("scrub", "--status", "--config", str(self.config))

    def report(self, *arguments):
        done = subprocess.run([self.binary, *arguments, "--output", "json"], capture_output=True,
                              text=True, timeout=120, check=False)
        if done.returncode not in (0, 1):
            raise RuntimeError(f"{arguments[0]} of {self.name}: {done.returncode} {done.stderr}")
        return json.loads(done.stdout)

    def last_words(self):
        return self.log.read_text(errors="replace")[-800:]


def free_port():
    return free_ports(1)[0]


def free_ports(count):
    """Different ones: all are held until the last is known."""
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports
