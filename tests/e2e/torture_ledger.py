"""What the clients of the torture saw, and what must therefore still be there after a kill."""
import threading
import time

DOCUMENT_LASTS_AFTER_S = 1.0  # written in the background; on disk long before this


class Ledger:
    """Of one cache. Written by the client threads."""

    def __init__(self):
        self.lock = threading.Lock()
        self.hits = {}  # path below /v2/NAME/ -> when it was first a hit (monotonic)
        self.counts = dict.fromkeys(
            ["bodies", "bytes", "cut", "refused", "looked_up", "beyond_proof"], 0)
        self.wrong = []
        self.lost = []
        self.bad_answers = []

    def count(self, **more):
        with self.lock:
            for name, number in more.items():
                self.counts[name] += number

    def note_hit(self, path):
        with self.lock:
            self.hits.setdefault(path, time.monotonic())

    def note(self, findings, text):
        with self.lock:
            findings.append(text)

    def note_kill(self, killed_at):
        """What was a hit must be there from now on; documents only if they had time to be
        written."""
        with self.lock:
            self.hits = {path: at for path, at in self.hits.items() if path.startswith("blobs/")
                         or killed_at - at >= DOCUMENT_LASTS_AFTER_S}

    def forget_all_hits(self):
        self.hits.clear()

    def findings(self):
        return {"wrong bytes": self.wrong, "lost": self.lost, "bad answers": self.bad_answers}
