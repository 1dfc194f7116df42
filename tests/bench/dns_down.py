#!/usr/bin/python3
"""How larder and docker-registry start when names cannot be resolved; prints JSON.

dns_down.py LARDER DIRECTORY RUNS, in a network and a mount namespace of its own. The name server
never answers, so that each look-up of the resolver takes ten seconds and more.
"""
import http.client
import json
import pathlib
import socket
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "support"), str(HERE.parent / "e2e")]

from bad_registry import BadRegistry  # noqa: E402  # found by the path set above
from larder_process import Larder, Settings, free_port  # noqa: E402

PROXY_DEADLINE_S = 20
EXPIRED = Settings(deadlines="{manifest: 3s, connect: 1s}",
                   freshness='[{match: "**", ttl: 0s, stale_for: forever}]')


def main():
    binary, directory, runs = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3])
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    name_server = lose_questions(directory)
    larder = filled_larder(binary, directory)
    larder.write_config(["https://registry.invalid"], EXPIRED)
    ready_ms = []
    for run in range(runs):
        larder.start()
        ready_ms.append(larder.wait_ready() * 1000)
        if run < runs - 1:
            larder.stop()
    stale_ms = stale_answer_ms(larder)
    larder.stop()
    print(json.dumps({"ready_ms": ready_ms, "stale_ms": stale_ms,
                      "proxy": fate_of_proxy(directory)}))
    name_server.close()


def lose_questions(directory):
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.53", 53))
    resolv = directory / "resolv.conf"
    resolv.write_text("nameserver 127.0.0.53\n", encoding="ascii")
    subprocess.run(["mount", "--bind", resolv, "/etc/resolv.conf"], check=True)
    return server


def filled_larder(binary, directory):
    """Stopped, with the tag app:1 in its cache."""
    upstream = BadRegistry()
    upstream.add_tag("app", "1", b'{"schemaVersion":2}')
    larder = Larder(binary, directory, "larder", "budget: 100%, free_floor: 1MiB", [upstream.url],
                    EXPIRED)
    larder.start()
    larder.wait_ready()
    ask(larder)
    larder.stop()
    upstream.close()
    return larder


def stale_answer_ms(larder):
    began = time.monotonic()
    ask(larder)
    return (time.monotonic() - began) * 1000


def ask(larder):
    connection = http.client.HTTPConnection("127.0.0.1", larder.port, timeout=30)
    connection.request("GET", "/v2/registry.test/app/manifests/1")
    response = connection.getresponse()
    response.read()
    connection.close()
    if response.status != 200:
        raise RuntimeError(f"the cached tag was answered {response.status}")


def fate_of_proxy(directory):
    """What becomes of docker-registry as a proxy, in words."""
    config, port, began = directory / "proxy.yml", free_port(), time.monotonic()
    config.write_text(
        "version: 0.1\nstorage: {filesystem: {rootdirectory: %s}}\nhttp: {addr: 127.0.0.1:%d}\n"
        "proxy: {remoteurl: https://registry.invalid}\n" % (directory / "proxy", port),
        encoding="ascii")
    with subprocess.Popen(["docker-registry", "serve", str(config)], text=True,
                          stderr=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        while time.monotonic() < began + PROXY_DEADLINE_S and process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    process.terminate()
                    return f"ready after {time.monotonic() - began:.1f} s"
            time.sleep(0.05)
        if process.poll() is None:
            process.terminate()
            return f"not ready after {PROXY_DEADLINE_S} s"
        said = process.stderr.read()
    how = "panics" if "panic:" in said else f"exits with {process.returncode}"
    return f"{how} after {time.monotonic() - began:.1f} s"


if __name__ == "__main__":
    main()
