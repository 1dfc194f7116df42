#!/usr/bin/python3
"""Pulls or removes an image over a runtime's CRI socket.

cri.py pull|remove SOCKET IMAGE [USER:PASSWORD]
"""
import importlib
import pathlib
import subprocess
import sys
import tempfile

import grpc

CALLS = {"pull": "PullImage", "remove": "RemoveImage"}
DEADLINE_S = 120


def main():
    verb, socket, image, *login = sys.argv[1:]
    messages = compiled_messages()
    call = CALLS[verb]
    request = getattr(messages, call + "Request")(image=messages.ImageSpec(image=image))
    if login:
        request.auth.username, request.auth.password = login[0].split(":", 1)
    response = getattr(messages, call + "Response")
    with grpc.insecure_channel(f"unix://{socket}") as channel:
        method = channel.unary_unary(f"/runtime.v1.ImageService/{call}",
                                     request_serializer=lambda message: message.SerializeToString(),
                                     response_deserializer=response.FromString)
        try:
            print(getattr(method(request, timeout=DEADLINE_S), "image_ref", ""))
        except grpc.RpcError as error:
            sys.exit(f"{call}: {error.code().name}: {error.details()}")


def compiled_messages():
    here = pathlib.Path(__file__).resolve().parent
    with tempfile.TemporaryDirectory() as out:
        subprocess.run(["protoc", f"-I{here}", f"--python_out={out}", "cri.proto"], check=True)
        sys.path.insert(0, out)
        return importlib.import_module("cri_pb2")


if __name__ == "__main__":
    main()
