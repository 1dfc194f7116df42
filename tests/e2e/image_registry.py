#!/usr/bin/python3
"""A registry that gives one image, and not as it should.

image_registry.py FILE LAYOUT REPOSITORY TAG breaking|late

The image is an OCI layout; the port goes to FILE. `breaking`: it breaks off in the middle of every
layer. `late`: each answer comes LATE_S later.
"""
import json
import pathlib
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from bad_answers import cut_at, delayed, good  # noqa: E402  # found by the path set above
from bad_registry import BadRegistry  # noqa: E402
from slow_registry import tell  # noqa: E402

LAYER_BYTES_MIN = 100_000  # what is smaller is a document
CUT_AT = 0.5
LATE_S = 2


def main():
    file, layout, repository, tag, how = sys.argv[1:]
    registry, layout = BadRegistry(), pathlib.Path(layout)
    for path in (layout / "blobs/sha256").iterdir():
        registry.add_blob(repository, path.read_bytes())
    top = json.loads((layout / "index.json").read_text())["manifests"][0]["digest"]
    registry.add_tag(repository, tag, (layout / "blobs/sha256" / top.split(":")[1]).read_bytes())
    registry.behave({"breaking": break_layers, "late": delayed(LATE_S)}[how])
    tell(file, [registry.port])
    threading.Event().wait()


def break_layers(connection, request, answer):
    whole = int(answer.headers.get("Content-Range", "").rpartition("/")[2] or len(answer.body))
    is_layer = "/blobs/" in request.path and whole >= LAYER_BYTES_MIN
    return (cut_at(CUT_AT) if is_layer else good)(connection, request, answer)


if __name__ == "__main__":
    main()
