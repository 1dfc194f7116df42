#!/usr/bin/python3
"""Pushes to a registry what names the parts of somebody else's image, and asks Larder for it.

crafted_documents.py REGISTRY_PORT LARDER_PORT UPSTREAM REPOSITORY LAYOUT

A manifest with each member twice, and one with names in other cases (registries look at the last,
and take cases for one), an index likewise, and a manifest that was pushed as a layer. The registry
has none of LAYOUT's image; only Larder's cache does.
"""
import hashlib
import http.client
import json
import sys
from pathlib import Path

from registry_client import Client

INDEX, MANIFEST, CONFIG, LAYER = (
    f"application/vnd.oci.image.{kind}+json"
    for kind in ("index.v1", "manifest.v1", "config.v1", "layer.v1"))


def main():
    port, larder_port, upstream, repository, layout = sys.argv[1:6]
    registry = Registry(int(port), repository)
    client = Client(int(larder_port))
    for kind, reference in crafted(registry, Path(layout)):
        path = f"/v2/{upstream}/{repository}/{kind}/{reference}"
        answer = client.ask(path)
        if answer.status != 200:
            sys.exit(f"{path}: {answer.status} {answer.body[:200]}")
    print("   manifests that name another's parts are served, as they are")


def crafted(registry, layout):
    own = registry.push_blob(b"{}")
    whole = json.loads(Path(layout, "index.json").read_text())["manifests"][0]
    manifest = json.loads(blob(layout, whole["digest"]))
    parts = [manifest["config"], *manifest["layers"]]
    good = registry.push_manifest("good", MANIFEST, text_of(own, [[own]]))
    yield "manifests", registry.push_manifest("twice", MANIFEST, text_of(own, [parts, [own]]))[0]
    both = [{**part, "Digest": own["digest"], "Size": own["size"]} for part in parts]
    yield "manifests", registry.push_manifest("cases", MANIFEST, text_of(own, [both]))[0]
    yield "manifests", registry.push_manifest("index", INDEX, index_of([[whole], [good[1]]]))[0]
    hidden = registry.push_blob(text_of(own, [parts]))["digest"]
    yield "blobs", hidden
    hidden = registry.push_blob(index_of([[whole]]))["digest"]
    yield "blobs", hidden


def blob(layout, digest):
    return Path(layout, "blobs", *digest.split(":")).read_bytes()


def text_of(config, layers):
    members = [f'"schemaVersion":2,"mediaType":"{MANIFEST}","config":{json.dumps(config)}']
    members += [f'"layers":{json.dumps(some)}' for some in layers]
    return ("{" + ",".join(members) + "}").encode()


def index_of(manifests):
    members = [f'"schemaVersion":2,"mediaType":"{INDEX}"']
    members += [f'"manifests":{json.dumps(some)}' for some in manifests]
    return ("{" + ",".join(members) + "}").encode()


class Registry:
    def __init__(self, port, repository):
        self.port, self.path = port, f"/v2/{repository}"

    def push_blob(self, data):
        digest = "sha256:" + hashlib.sha256(data).hexdigest()
        place = self.send("POST", f"{self.path}/blobs/uploads/").headers["Location"]
        path = "/" + place.split("://")[-1].split("/", 1)[1]
        self.send("PUT", f"{path}&digest={digest}", data, "application/octet-stream")
        return {"mediaType": LAYER, "digest": digest, "size": len(data)}

    def push_manifest(self, tag, media_type, data):
        answer = self.send("PUT", f"{self.path}/manifests/{tag}", data, media_type)
        return tag, {"mediaType": media_type, "digest": answer.headers["Docker-Content-Digest"],
                     "size": len(data), "platform": {"os": "linux", "architecture": "amd64"}}

    def send(self, method, path, data=b"", media_type=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request(method, path, data, {"Content-Type": media_type} if media_type else {})
        answer = connection.getresponse()
        body = answer.read()
        if answer.status >= 300:
            sys.exit(f"{method} {path}: {answer.status} {body[:300]}")
        return answer


if __name__ == "__main__":
    main()
