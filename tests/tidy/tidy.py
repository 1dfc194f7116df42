#!/usr/bin/python3
"""Checks over the sources that a compiler does not make; prints FILE:LINE: MESSAGE like one.

Lengths of functions and lines; which folder may include which library and which room (the rooms and
their arrows are the larder_room lines of CMakeLists.txt); every .cc has a test; every header says
what it is; a to-do names its issue.
"""
import pathlib
import re
import sys

import functions
import rooms

FUNCTION_LINES_MAX = 70
COLUMNS_MAX = 100

# Library header -> the only paths (prefixes) that include it, besides that folder's unit tests.
SEAMS = {
    "httplib.h": ("daemon/http/", "tests/"),
    "lmdb.h": ("cache/lmdb_",),
    "spdlog/": ("daemon/log/",),
    "yaml-cpp/": ("daemon/config/",),
    "prometheus/": ("daemon/control/",),
    "CLI/": ("daemon/cli/",),
    "grpcpp/": ("k8s/",),
    "crypt.h": ("daemon/auth/tokens/bcrypt.cc",),
    "openssl/evp.h": ("cache/hasher.cc", "daemon/auth/digests.cc", "daemon/auth/tokens/", "tests/"),
    "openssl/hmac.h": ("daemon/auth/digests.cc",),
    "pugixml.hpp": ("daemon/auth/aws/",),
    "openssl/ssl.h": ("daemon/http/", "tests/"),
}

# A .cc is tested when a test includes its header. These are parts of what is tested as a whole.
STORE = "a part of cache/store.h: tests/unit/cache/store_blobs_test.cc"
PROGRAM = "the whole program: tests/e2e"
TESTED_ELSEWHERE = {
    "cache/flight.cc": STORE,
    "cache/flights.cc": STORE,
    "cache/pass_through.cc": STORE,
    "cache/readers.cc": STORE,
    "daemon/cli/serve.cc": PROGRAM,
    "daemon/main.cc": PROGRAM,
}


def main():
    root = pathlib.Path(__file__).resolve().parents[2]
    problems = sorted(check_tree(root))
    for path, line, message in problems:
        print(f"{path}:{line}: {message}")
    sys.exit(1 if problems else 0)


def check_tree(root):
    sources = read_all(root, ("cache", "daemon", "k8s", "tests"), ("*.h", "*.cc"))
    scripts = read_all(root, ("scripts", ".ci", "tests"), ("*.py", "*.sh", "[a-z]*[a-z]"))
    house = rooms.parse((root / "CMakeLists.txt").read_text(encoding="utf-8"))
    for path, text in sources.items():
        yield from at(path, check_source(path, text, house))
    for path, text in {**sources, **scripts}.items():
        yield from at(path, long_lines(text))
        yield from at(path, nameless_todos(text))
    yield from untested(sources)


def read_all(root, folders, patterns):
    return {str(path.relative_to(root)): path.read_text(encoding="utf-8")
            for folder in folders for pattern in patterns
            for path in sorted((root / folder).rglob(pattern))
            if path.is_file() and "__pycache__" not in path.parts and is_text(path)}


def is_text(path):
    return path.suffix in (".h", ".cc", ".py", ".sh") or path.read_bytes().startswith(b"#!")


def at(path, findings):
    return ((path, line, message) for line, message in findings)


def check_source(path, text, house):
    yield from long_functions(text)
    yield from stray_libraries(path, text)
    yield from house.stray_includes(path, includes(text))
    if path.endswith(".h") and not text.startswith("// "):
        yield 1, "a header begins with a comment that says what it is"


def includes(text):
    """(line, name, is_quoted) of each #include."""
    for number, line in enumerate(text.splitlines(), 1):
        found = re.match(r'\s*#\s*include\s*(["<])([^">]+)[">]', line)
        if found:
            yield number, found[2], found[1] == '"'


def long_functions(text):
    for first, last in functions.spans(text):
        if last - first + 1 > FUNCTION_LINES_MAX:
            yield first, f"a function of {last - first + 1} lines, at most {FUNCTION_LINES_MAX}"


def long_lines(text):
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > COLUMNS_MAX:
            yield number, f"a line of {len(line)} columns, at most {COLUMNS_MAX}"


def nameless_todos(text):
    for number, line in enumerate(text.splitlines(), 1):
        if re.search(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b(?!\(#\d+\))", line):
            yield number, "a to-do without its issue, write TO" + "DO(#number)"


def stray_libraries(path, text):
    for line, name, _ in includes(text):
        for header, allowed in SEAMS.items():
            if name.startswith(header) and not path.removeprefix("tests/unit/").startswith(allowed):
                yield line, f"{header} is included only in {' and '.join(allowed)}"


def untested(sources):
    seen = {name for path, text in sources.items() if path.startswith("tests/")
            for _, name, _ in includes(text)}
    for path, text in sources.items():
        if not path.endswith(".cc") or path.startswith("tests/"):
            continue
        header = header_of(path, text, sources)
        if header not in seen and path not in TESTED_ELSEWHERE:
            yield path, 1, f"no test includes {header}"
        elif header in seen and TESTED_ELSEWHERE.get(path) == STORE:
            yield path, 1, "has a test now: take it off the list in tests/tidy/tidy.py"


def header_of(path, text, sources):
    """The header a .cc implements: of its own name, or else the first it includes."""
    own = path.removesuffix(".cc") + ".h"
    if own in sources:
        return own
    return next((name for _, name, quoted in includes(text) if quoted), own)


if __name__ == "__main__":
    main()
