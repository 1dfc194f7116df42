"""HTTP requests that were sound once. The same seed makes the same ones."""
BLOB = b"/v2/registry.test/app/blobs/"
PIECES = [
    b"\r\n", b"\n", b"\r", b"\0", b" ", b"\t", b":", b"%0d%0a", b"%00", b"\xff\xfe", b"\r\n ",
    b"\r\n\r\n", b"0\r\n\r\n", b"-1\r\n", b"ffffffffffffffff\r\n", b"5;x=y\r\nhello\r\n",
    b"Content-Length: 5\r\n", b"Content-Length: -1\r\n", b"Content-Length: 0\r\n",
    b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding : chunked\r\n", b"Host: b\r\n",
    b"Range: bytes=0-,0-,-1\r\n", b"Range: bytes=9-1\r\n", b"Expect: 100-continue\r\n",
    b"Connection: close\r\n", b"REMOTE_ADDR: 1.2.3.4\r\n", b"X-Forwarded-For: ,\r\n",
    b"If-None-Match: \"\r\n", b"Authorization: Basic ====\r\n", b"?ns=", b"/../", b"//", b"#",
    b"18446744073709551616", b"A" * 300, b"a: b\r\n" * 200, b"A" * 17000, b"PRI * HTTP/2.0\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00", b"\r\n\r\n\0\r\nQUIT\n"]


def sound_requests(manifest, blob):
    """Bytes of requests for documents with these digests, and of some that are answered no."""
    fields = b"Host: registry.test\r\nUser-Agent: mutant\r\nAccept: */*\r\n"
    request = b"%s %s HTTP/1.1\r\n" + fields + b"%s\r\n%s"
    return [request % parts for parts in [
        (b"GET", b"/v2/", b"", b""),
        (b"GET", b"/v2/app/manifests/" + manifest, b"Connection: keep-alive\r\n", b""),
        (b"GET", b"/v2/registry.test/app/manifests/1?ns=registry.test", b"", b""),
        (b"HEAD", BLOB + blob, b"", b""),
        (b"GET", BLOB + blob, b"Range: bytes=10-99\r\n", b""),
        (b"GET", BLOB + blob, b"If-None-Match: \"" + blob + b"\"\r\n", b""),
        (b"GET", b"/v2/app/tags/list?n=3&last=a", b"Accept-Encoding: gzip\r\n", b""),
        (b"POST", b"/v2/app/blobs/uploads/", b"Content-Length: 5\r\n", b"hello"),
        (b"PUT", b"/v2/app/manifests/1", b"Transfer-Encoding: chunked\r\n",
         b"5\r\nhello\r\n0\r\nA: b\r\n\r\n"),
    ]]


class Mutator:
    def __init__(self, random, sound):
        self.random, self.sound = random, sound

    def request(self):
        data = bytearray(self.random.choice(self.sound))
        for _ in range(self.random.choice((0, 1, 1, 1, 2, 3, 8))):
            self.random.choice((self.flip, self.insert, self.insert, self.delete, self.repeat,
                                self.swap, self.splice))(data)
        return bytes(data)

    def span(self, data):
        begin = self.random.randrange(len(data) + 1)
        return begin, min(len(data), begin + self.random.randrange(1, 40))

    def flip(self, data):
        if data:
            data[self.random.randrange(len(data))] = self.random.randrange(256)

    def insert(self, data):
        at = self.random.randrange(len(data) + 1)
        if self.random.random() < 0.5:  # where a line begins
            at = data.find(b"\n", at) + 1
        data[at:at] = self.random.choice(PIECES)

    def delete(self, data):
        begin, end = self.span(data)
        del data[begin:end]

    def repeat(self, data):
        begin, end = self.span(data)
        data[end:end] = data[begin:end] * self.random.choice((1, 2, 50))

    def swap(self, data):
        lines = data.split(b"\r\n")
        self.random.shuffle(lines)
        data[:] = b"\r\n".join(lines)

    def splice(self, data):
        begin, _ = self.span(data)
        data[begin:] = self.random.choice(self.sound)[begin // 2:]
