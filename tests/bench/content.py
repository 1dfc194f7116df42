"""What is served: random blobs as files, an image manifest; also pushed to a registry."""
import hashlib
import http.client
import json
import os
import urllib.parse

MEBIBYTE = 1 << 20


class Content:
    """`directory`/blobs/DIGEST and `directory`/manifest."""

    media_type = "application/vnd.oci.image.manifest.v1+json"

    def __init__(self, directory):
        self.directory = directory
        (directory / "blobs").mkdir()
        layer, config = self.add_blob(1000), self.add_json({"architecture": "amd64", "os": "linux"})
        manifest = {"schemaVersion": 2, "mediaType": self.media_type,
                    "config": describe("application/vnd.oci.image.config.v1+json", config),
                    "layers": [describe("application/vnd.oci.image.layer.v1.tar+gzip", layer)] * 8}
        data = json.dumps(manifest).encode()
        (directory / "manifest").write_bytes(data)
        self.manifest_digest = digest_of(data)

    def add_blob(self, size_bytes):
        """A new random blob: (digest, size)."""
        scratch, sha = self.directory / "scratch", hashlib.sha256()
        with open(scratch, "wb") as out:
            for start in range(0, size_bytes, MEBIBYTE):
                piece = os.urandom(min(MEBIBYTE, size_bytes - start))
                sha.update(piece)
                out.write(piece)
        return self.keep(scratch, "sha256:" + sha.hexdigest(), size_bytes)

    def add_json(self, document):
        data = json.dumps(document).encode()
        (self.directory / "scratch").write_bytes(data)
        return self.keep(self.directory / "scratch", digest_of(data), len(data))

    def keep(self, scratch, digest, size_bytes):
        scratch.rename(self.directory / "blobs" / digest)
        return digest, size_bytes

    def push_blob(self, server, digest):
        """Uploads a blob to a docker-registry."""
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
        connection.request("POST", "/v2/app/blobs/uploads/")
        begun = connection.getresponse()
        begun.read()
        place = urllib.parse.urlsplit(begun.getheader("Location"))
        with open(self.directory / "blobs" / digest, "rb") as body:
            connection.request("PUT", f"{place.path}?{place.query}&digest={digest}", body=body,
                               headers={"Content-Type": "application/octet-stream"})
            done = connection.getresponse()
        if done.status != 201:
            raise RuntimeError(f"push of {digest}: {done.status} {done.read()!r}")
        connection.close()


def describe(media_type, blob):
    return {"mediaType": media_type, "digest": blob[0], "size": blob[1]}


def digest_of(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()
