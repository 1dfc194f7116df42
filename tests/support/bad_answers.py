"""What BadRegistry does with an answer that would be right.

A behaviour is called with (connection, request, answer) and sends what it likes. It returns True
when the connection may bring another request.
"""
import dataclasses
import re
import select
import socket
import struct
import time

HOLD_S = 60  # no behaviour keeps a connection longer


@dataclasses.dataclass
class Request:
    when: float  # time.monotonic()
    method: str
    path: str
    headers: dict  # names in lower case


@dataclasses.dataclass
class Answer:
    status: int
    headers: dict
    body: bytes = b""

    def head(self, length=None):
        """With another Content-Length than the body's when one is given."""
        fields = {**self.headers, "Content-Length": len(self.body) if length is None else length}
        lines = [f"HTTP/1.1 {self.status} Status", *(f"{n}: {v}" for n, v in fields.items())]
        return "\r\n".join(lines).encode() + b"\r\n\r\n"

    def wire(self, request):
        return self.head() + (b"" if request.method == "HEAD" else self.body)


def good(connection, request, answer):
    connection.sendall(answer.wire(request))
    return True


def silent(connection, _request, _answer):
    hold(connection, HOLD_S)


def drip(connection, request, answer):
    """One byte a second, from the first on."""
    drip_from(connection, answer.wire(request), 0)


def drip_body(connection, request, answer):
    """The head and half of the body at once, then one byte a second; no half for who asks for the
    rest."""
    at_once = 0 if "Content-Range" in answer.headers else len(answer.body) // 2
    drip_from(connection, answer.wire(request), len(answer.head()) + at_once)


def reset(connection, _request, _answer):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def reset_in_body(connection, request, answer):
    connection.sendall(answer.head() + answer.body[:len(answer.body) // 2])
    reset(connection, request, answer)


def garbage(connection, _request, _answer):
    connection.sendall(b"\x16\x03\x01 SSH-2.0 <html>\0\xff\r\n" * 200)


def length_too_long(connection, _request, answer):
    """Content-Length promises a byte more than comes."""
    connection.sendall(answer.head(len(answer.body) + 1) + answer.body)


def length_too_short(connection, _request, answer):
    """Content-Length promises half of what comes."""
    connection.sendall(answer.head(len(answer.body) // 2) + answer.body)


def wrong_digest(connection, request, answer):
    """One byte of each body is another; the headers are those of the right one."""
    middle = len(answer.body) // 2
    wrong = answer.body[:middle] + bytes(b ^ 1 for b in answer.body[middle:middle + 1])
    return good(connection, request, dataclasses.replace(
        answer, body=wrong + answer.body[middle + 1:]))


def redirect_loop(connection, request, _answer):
    return good(connection, request, Answer(307, {"Location": request.path}))


def redirect_to(url):
    return lambda connection, request, _: good(connection, request, Answer(307, {"Location": url}))


def refuse(status, **headers):
    """refuse(429, Retry_After=60)"""
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda connection, request, _: good(connection, request, Answer(status, fields))


def delayed(seconds):
    """Right, but late."""
    def behaviour(connection, request, answer):
        hold(connection, seconds)
        return good(connection, request, answer)
    return behaviour


def cut_at(share):
    """Bodies end early, at this share of the whole blob; what is asked for beyond gets nothing."""
    def behaviour(connection, request, answer):
        begin = int(re.match(r"bytes (\d+)", answer.headers.get("Content-Range", "bytes 0"))[1])
        whole = answer.headers.get("Content-Range", "").rpartition("/")[2] or len(answer.body)
        left = max(0, int(int(whole) * share) - begin)
        if left or request.method == "HEAD":
            connection.sendall(answer.head())
            connection.sendall(memoryview(answer.body)[:left])
    return behaviour


def hold(connection, seconds):
    """Until the peer leaves, at most so long. False when it has left."""
    return not select.select([connection], [], [], seconds)[0]


def drip_from(connection, data, start):
    connection.sendall(data[:start])
    until = time.monotonic() + HOLD_S
    for at in range(start, len(data)):
        connection.sendall(data[at:at + 1])
        if not hold(connection, 1) or time.monotonic() > until:
            return
