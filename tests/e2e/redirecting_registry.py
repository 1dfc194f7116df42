#!/usr/bin/python3
"""A registry that gives images from OCI layouts, and sends those who want its blobs elsewhere.

redirecting_registry.py ADDRESS PORT LAYOUTS [REPOSITORY=URL...]

LAYOUTS/NAME is what there is as the tag v1 of shop/NAME; the repository's blobs are redirected to
URL, or given here when it is empty.
"""
import json
import pathlib
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from bad_answers import good, redirect_to  # noqa: E402  # found by the path set above
from bad_registry import BadRegistry  # noqa: E402


def main():
    address, port, layouts, *targets = sys.argv[1:]
    targets = dict(target.split("=", 1) for target in targets)
    registry = BadRegistry(address=address, port=int(port))
    for repository in targets:
        add_image(registry, repository, pathlib.Path(layouts) / pathlib.Path(repository).name)
    registry.behave(lambda *call: behave(targets, *call))
    threading.Event().wait()


def add_image(registry, repository, layout):
    blobs = layout / "blobs/sha256"
    for path in blobs.iterdir():
        registry.add_blob(repository, path.read_bytes())
    top = json.loads((layout / "index.json").read_text())["manifests"][0]["digest"]
    registry.add_tag(repository, "v1", (blobs / top.split(":")[1]).read_bytes())


def behave(targets, connection, request, answer):
    repository = request.path.removeprefix("/v2/").partition("/blobs/")[0]
    elsewhere = targets.get(repository) if "/blobs/" in request.path else None
    how = redirect_to(elsewhere + request.path) if elsewhere else good
    return how(connection, request, answer)


if __name__ == "__main__":
    main()
