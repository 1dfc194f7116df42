#!/usr/bin/python3
"""Makes an image as an OCI layout: a static busybox, and layers of random bytes.

make_image.py DIRECTORY [--tag TAG] [--layers N] [--layer-bytes N] [--big-bytes N] [--platforms N]

The first layer holds busybox and a file /greeting; then come N layers of --layer-bytes and one of
--big-bytes. With --platforms over 1 the tag is an image index over as many images (this
machine's first).
"""
import argparse
import gzip
import hashlib
import io
import json
import os
import pathlib
import platform
import tarfile

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
HERE = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
ARCHITECTURES = [HERE] + [name for name in ("amd64", "arm64", "riscv64", "s390x") if name != HERE]
COMMANDS = ["sh", "cat", "echo", "ls", "sleep", "true"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("--tag", default="v1")
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--layer-bytes", type=int, default=1 << 20)
    parser.add_argument("--big-bytes", type=int, default=0)
    parser.add_argument("--platforms", type=int, default=1)
    options = parser.parse_args()

    layout = Layout(options.directory)
    images = [make_image(layout, architecture, options)
              for architecture in ARCHITECTURES[:options.platforms]]
    top = images[0] if len(images) == 1 else layout.add_json(
        INDEX, {"schemaVersion": 2, "mediaType": INDEX, "manifests": images})
    layout.finish(top, options.tag)
    print(top["digest"])


def make_image(layout, architecture, options):
    sizes = [options.layer_bytes] * options.layers + [options.big_bytes] * (options.big_bytes > 0)
    tars = [base_layer(architecture)]
    tars += [tar_of([file_entry(f"data/{i}", os.urandom(size))]) for i, size in enumerate(sizes)]
    layers = [layout.add(LAYER, gzip.compress(tar, compresslevel=1, mtime=0)) for tar in tars]
    config = layout.add_json(CONFIG, {
        "architecture": architecture, "os": "linux",
        "config": {"Cmd": ["/bin/cat", "/greeting"], "Env": ["PATH=/bin"]},
        "rootfs": {"type": "layers", "diff_ids": [digest_of(tar) for tar in tars]}})
    manifest = layout.add_json(MANIFEST, {
        "schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers})
    return {**manifest, "platform": {"architecture": architecture, "os": "linux"}}


def base_layer(architecture):
    busybox = pathlib.Path("/bin/busybox").read_bytes()
    entries = [file_entry("bin/busybox", busybox, 0o755)]
    entries += [link_entry(f"bin/{name}", "busybox") for name in COMMANDS]
    return tar_of(entries + [file_entry("greeting", f"hello from {architecture}\n".encode())])


def file_entry(name, data, mode=0o644):
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(data), mode
    return info, data


def link_entry(name, target):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = tarfile.SYMTYPE, target
    return info, None


def tar_of(entries):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for info, data in entries:
            tar.addfile(info, io.BytesIO(data) if data is not None else None)
    return out.getvalue()


def digest_of(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


class Layout:
    def __init__(self, directory):
        self.directory = directory
        (directory / "blobs/sha256").mkdir(parents=True)

    def add(self, media_type, data):
        digest = digest_of(data)
        (self.directory / "blobs/sha256" / digest.split(":")[1]).write_bytes(data)
        return {"mediaType": media_type, "digest": digest, "size": len(data)}

    def add_json(self, media_type, document):
        return self.add(media_type, json.dumps(document, separators=(",", ":")).encode())

    def finish(self, top, tag):
        top = {**top, "annotations": {"org.opencontainers.image.ref.name": tag}}
        index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [top]}
        (self.directory / "index.json").write_text(json.dumps(index))
        (self.directory / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')


if __name__ == "__main__":
    main()
