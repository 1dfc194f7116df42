"""Hits over TLS, beside nginx with the same certificate."""
import statistics
import subprocess
import time

from content import MEBIBYTE
from servers import free_port
from table import Row, spread

median = statistics.median


class TlsCases:
    def __init__(self, bench, content, options):
        self.bench, self.content, self.options = bench, content, options

    def all(self):
        return [self.tls_blob]

    # One cached blob, again and again on one connection, by curl.
    def tls_blob(self):
        digest, size = self.content.add_blob(self.options.blob_mebibytes * MEBIBYTE)
        pair = self.make_certificate()
        upstream = self.bench.start_nginx("tls-upstream", self.content, [0])
        port = free_port()
        larder = self.bench.start_larder(
            f"http://127.0.0.1:{upstream.port}",
            listeners=[f'name: tls, address: "127.0.0.1:{port}", '
                       f"tls: {{certificate: {pair[0]}, key: {pair[1]}}}"])
        nginx = self.bench.start_nginx("tls-nginx", self.content, [0], pair)
        urls = {larder: larder.url("blobs", digest, port), nginx: nginx.url("blobs", digest)}
        wall, cpu = {larder: [], nginx: []}, {larder: [], nginx: []}
        for _ in range(self.options.runs + 1):
            for server in (larder, nginx):
                one_wall, one_cpu = self.transfers(server, urls[server], pair[0], size)
                wall[server].append(one_wall)
                cpu[server].append(one_cpu)
        for server in (larder, nginx, upstream):
            server.stop()
        yield from rows(size, *([seen[server][1:] for server in (larder, nginx)]  # 0: fills caches
                                for seen in (wall, cpu)))

    def make_certificate(self):
        directory = self.bench.fresh_directory("tls")
        pair = directory / "server.crt", directory / "server.key"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=bench",
                        "-addext", "subjectAltName=IP:127.0.0.1", "-out", pair[0],
                        "-keyout", pair[1]], check=True, capture_output=True)
        return pair

    def transfers(self, server, url, authority, size):
        """(wall, CPU) seconds per GiB over several transfers."""
        count, began, cpu = self.options.transfers, time.monotonic(), server.cpu_seconds()
        outputs = ["-o", "/dev/null"] * count
        subprocess.run(["curl", "-fsS", "--http1.1", "--cacert", authority, *outputs,
                        *[url.replace("http:", "https:")] * count], check=True)
        gibibytes = count * size / (1 << 30)
        return (time.monotonic() - began) / gibibytes, (server.cpu_seconds() - cpu) / gibibytes


def rows(size, wall, cpu):
    speed = median(wall[1]) / median(wall[0])
    yield Row(f"cached {size >> 20} MiB blob, TLS, one connection: s/GiB",
              spread(wall[0], "", 3), spread(wall[1], "", 3) + " nginx", f"{speed:.2f} x as fast",
              ">= 0.9 x", speed >= 0.9)
    load = median(cpu[0]) / median(cpu[1])
    yield Row("    CPU s/GiB of the server", spread(cpu[0], "", 3),
              spread(cpu[1], "", 3) + " nginx", f"{load:.2f}")
