"""What the torture pulls: images of blobs between 1 KiB and 16 MiB, the same for the same seed."""
import json
import random

from slow_registry import BLOB_MEDIA_TYPE, Content, digest_of, make_blob

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar"
# (share of the layers, smallest, biggest)
LAYER_SIZES = [(0.5, 4 << 10, 512 << 10), (0.35, 1 << 20, 4 << 20), (0.15, 8 << 20, 16 << 20)]


class Catalog:
    def __init__(self, seed, images):
        self.seed, self.chance = seed, random.Random(seed)
        self.blobs = {}      # digest -> bytes, without the manifests
        self.manifests = {}  # digest -> bytes
        self.tags = {}       # tag -> digest
        layers = [self.add_blob(size) for size in self.layer_sizes(images * 3)]
        for number in range(images):
            self.add_image(f"v{number}", self.chance.sample(layers, self.chance.randint(2, 5)))

    def layer_sizes(self, count):
        for share, smallest, biggest in LAYER_SIZES:
            for _ in range(round(count * share)):
                yield self.chance.randint(smallest, biggest)

    def add_blob(self, size_bytes):
        digest, data = make_blob(self.seed * 1000003 + len(self.blobs), size_bytes)
        self.blobs[digest] = data
        return digest

    def add_image(self, tag, layers):
        config = self.add_blob(self.chance.randint(1 << 10, 8 << 10))
        manifest = json.dumps({
            "schemaVersion": 2, "mediaType": MANIFEST, "config": self.describe(CONFIG, config),
            "layers": [self.describe(LAYER, layer) for layer in layers]}).encode()
        self.manifests[digest_of(manifest)] = manifest
        self.tags[tag] = digest_of(manifest)

    def describe(self, media_type, digest):
        return {"mediaType": media_type, "digest": digest, "size": len(self.blobs[digest])}

    def blobs_of(self, tag):
        manifest = json.loads(self.manifests[self.tags[tag]])
        return [part["digest"] for part in [manifest["config"], *manifest["layers"]]]

    def find(self, path):
        """For the registry: Content or None."""
        kind, name = path.rsplit("/", 2)[-2:]
        digest = self.tags.get(name, name)
        if kind == "manifests" and digest in self.manifests:
            return Content(MANIFEST, self.manifests[digest], digest)
        if kind == "blobs" and digest in self.blobs:
            return Content(BLOB_MEDIA_TYPE, self.blobs[digest])
        return None

    @staticmethod
    def may_lie(data):
        """Whether the source may send wrong bits of this blob."""
        return data[0] % 8 == 0

    def total_bytes(self):
        return sum(map(len, self.blobs.values()))
