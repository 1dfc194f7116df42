"""How much of what partial blobs had on disk at a kill, in whole chunks, was asked of the upstream
again."""
import os

WORTH_RESUMING_BYTES = 2 << 20
CHUNK_BYTES = 1 << 20


class ResumeWatch:
    def __init__(self):
        self.runs = []  # (began, ended, digest -> [(first, end)] on disk when it began)

    def add_run(self, began, ended, extents):
        self.runs.append((began, ended, extents))

    def tally(self, log_path):
        """(blobs, bytes on disk at kills, how many of them were sent again)."""
        blobs = there = again = 0
        answers = read_log(log_path)
        for began, ended, extents in self.runs:
            for digest, ranges in extents.items():
                sent = [(first, first + size) for at, first, size in answers.get(digest, [])
                        if began <= at < ended]
                if sent:
                    blobs += 1
                    there += total(ranges)
                    again += total(intersection(union(sent), ranges))
        return blobs, there, again


def partial_extents(cache, is_trusted):
    """digest -> ranges with data, of the partial blobs worth going on with. What a source may have
    lied about is dropped when it turns out, so only trusted digests count."""
    found = {}
    folder = cache / "partial"
    for path in folder.iterdir() if folder.exists() else []:
        if path.suffix or not path.is_file():
            continue
        digest, ranges = path.name.replace("-", ":"), data_ranges(path)
        if is_trusted(digest) and total(ranges) >= WORTH_RESUMING_BYTES:
            found[digest] = ranges
    return found


def data_ranges(path):
    ranges = []
    with open(path, "rb") as file:
        size, at = os.fstat(file.fileno()).st_size, 0
        while at < size:
            try:
                begin = os.lseek(file.fileno(), at, os.SEEK_DATA)
            except OSError:  # nothing but a hole from here on
                break
            at = os.lseek(file.fileno(), begin, os.SEEK_HOLE)
            ranges += whole_chunks(begin, at)
    return ranges


def whole_chunks(begin, end):
    first, after_last = -(-begin // CHUNK_BYTES) * CHUNK_BYTES, end // CHUNK_BYTES * CHUNK_BYTES
    return [(first, after_last)] if first < after_last else []


def read_log(path):
    answers = {}
    with open(path, encoding="ascii") as lines:
        for line in lines:
            began, digest, first, sent = line.split()
            answers.setdefault(digest, []).append((float(began), int(first), int(sent)))
    return answers


def union(ranges):
    merged = []
    for begin, end in sorted(ranges):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged


def intersection(some, others):
    return [(max(a, c), min(b, d)) for a, b in some for c, d in others if max(a, c) < min(b, d)]


def total(ranges):
    return sum(end - begin for begin, end in ranges)
