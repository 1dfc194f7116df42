"""What the tests of upstreams in trouble share: a real larder, the registry in front of which it
stands, and answers with the time they took.

They run in a network namespace of their own (upstreams.sh), so that every connection attempt in it
is one of the test's, and the metadata address can be a trap.
"""
import dataclasses
import http.client
import os
import pathlib
import re
import shutil
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from bad_registry import BadRegistry  # noqa: E402  # found by the path set above
from larder_process import Larder, Settings  # noqa: E402

# What a busy machine may add to the contract's bounds. With three busy processes for each core it
# was 0.12 s at most. No wait of Larder's is shorter than these (an endpoint rests for 0.8 s at
# least, and the deadlines here begin at 1 s): one wait too many is found out.
MARGIN_S = 0.7
AT_ONCE_S = 0.2
# The contract's own bound of an answer at once. A busy machine delays some of a few answers, not
# all of them: the fastest keeps it.
FASTEST_S, FEW = 0.01, 5
CLIENT_DEADLINE_S = 30
DEFAULT_DEADLINES = "{manifest: 3s, first_byte: 5s, stall: 10s, connect: 1s}"
ALWAYS_EXPIRED = '[{match: "**", ttl: 0s, stale_for: forever}]'


@dataclasses.dataclass
class Fetched:
    status: int
    headers: http.client.HTTPMessage
    body: bytes
    is_whole: bool
    seconds: float

    @property
    def cache_status(self):
        return self.headers.get("Cache-Status", "")


class UpstreamCase(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="larder-upstreams."))
        self.addCleanup(shutil.rmtree, self.directory)
        self.upstream = self.registry()

    def registry(self, **arguments):
        registry = BadRegistry(**arguments)
        self.addCleanup(registry.close)
        return registry

    def larder(self, *endpoints, **settings):
        """Started, with an empty cache; the endpoints of registry.test are URLs."""
        settings = Settings(**{"deadlines": DEFAULT_DEADLINES, "freshness": ALWAYS_EXPIRED,
                               **settings})
        directory = tempfile.mkdtemp(dir=self.directory)
        larder = Larder(os.environ["LARDER"], directory, "larder",
                        "budget: 100%, free_floor: 1MiB", endpoints or [self.upstream.url],
                        settings)
        larder.settings = settings
        larder.start()
        self.addCleanup(larder.kill)
        larder.wait_ready()
        return larder

    def restart(self, larder, *endpoints):
        """On the same cache; with other endpoints when they are given. Seconds until ready."""
        larder.stop()
        if endpoints:
            larder.write_config(endpoints, larder.settings)
        larder.start()
        return larder.wait_ready()

    def fetch(self, larder, path, host="registry.test"):
        """`path` without /v2/HOST/."""
        began = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", larder.port,
                                                timeout=CLIENT_DEADLINE_S)
        connection.request("GET", f"/v2/{host}/{path}")
        response = connection.getresponse()
        try:
            body, is_whole = response.read(), True
        except http.client.IncompleteRead as error:
            body, is_whole = error.partial, False
        except ConnectionResetError:
            body, is_whole = b"", False
        connection.close()
        return Fetched(response.status, response.headers, body, is_whole,
                       time.monotonic() - began)

    def fetch_at_once(self, larder, path):
        """A few times in a row; the answers."""
        answers = [self.fetch(larder, path) for _ in range(FEW)]
        for answer in answers:
            self.assert_at_once(answer)
        self.assertLess(min(answer.seconds for answer in answers), FASTEST_S)
        return answers

    def tell(self, text):
        """A figure for who reads the log."""
        print(f"   {self.id().rsplit('.', 1)[1]}: {text}", flush=True)

    def assert_at_once(self, fetched):
        self.assertLess(fetched.seconds, AT_ONCE_S)

    def assert_no_retry_status(self, fetched):
        """A runtime repeats these on the same host."""
        self.assertNotIn(fetched.status, (408, 429))


def slowest_ms(answers):
    return f"at most {max(answer.seconds for answer in answers) * 1000:.1f} ms"


def warnings(larder):
    """The lines that an operator would be shown as trouble."""
    lines = larder.log.read_text(errors="replace").splitlines()
    return [line for line in lines if re.match(r"\S+ (warn|error) ", line)]
