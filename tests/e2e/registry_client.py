"""A client of a registry that wants tokens, and the requests that a pull is made of."""
import base64
import dataclasses
import hashlib
import http.client
import json
import pathlib
import re
import urllib.parse

DEADLINE_S = 20
ACCEPT = ", ".join(f"application/vnd.oci.image.{kind}.v1+json" for kind in ("manifest", "index"))


@dataclasses.dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def is_hit(self):
        return "; hit" in self.headers.get("Cache-Status", "")


class Client:
    """`login` is "USER:PASSWORD", or empty for nobody. Tokens are kept for each scope."""

    def __init__(self, port, login=""):
        self.port, self.login, self.tokens = port, login, {}

    def ask(self, path, method="GET", **headers):
        """As runtimes do: without a token first, then with one for what the challenge names."""
        answer = self.send(path, method, headers)
        if answer.status != 401:
            return answer
        token = self.token_for(answer.headers["WWW-Authenticate"])
        return self.send(path, method, headers, "Bearer " + token) if token else answer

    def token_for(self, challenge):
        """Nothing when it is refused."""
        said = dict(re.findall(r'(\w+)="([^"]*)"', challenge))
        key = (said["realm"], said.get("scope"))
        if key not in self.tokens:
            self.tokens[key] = self.fetch_token(said)
        return self.tokens[key]

    def fetch_token(self, said):
        query = urllib.parse.urlencode({name: said[name] for name in ("service", "scope")
                                        if name in said})
        realm = urllib.parse.urlsplit(said["realm"])
        answer = self.send(f"{realm.path}?{query}", "GET", {}, self.basic())
        return json.loads(answer.body)["token"] if answer.status == 200 else None

    def basic(self):
        return "Basic " + base64.b64encode(self.login.encode()).decode() if self.login else None

    def send(self, path, method, headers, authorization=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE_S)
        sent = {"Accept": ACCEPT, **headers}
        if authorization:
            sent["Authorization"] = authorization
        connection.request(method, path, headers=sent)
        response = connection.getresponse()
        answer = Answer(response.status, response.headers, response.read())
        connection.close()
        return answer


@dataclasses.dataclass
class Wanted:
    """A request, and the bytes that it is about; nothing when the registry makes them up."""
    path: str
    body: bytes | None
    method: str = "GET"
    headers: dict = dataclasses.field(default_factory=dict)

    @property
    def is_list(self):
        return self.body is None

    def is_answered_by(self, answer):
        if self.method == "HEAD":
            return answer.status == 200 and answer.headers["Content-Length"] == str(len(self.body))
        if self.is_list:
            return answer.status == 200
        return answer.status == (206 if self.headers else 200) and answer.body == self.body

    def __str__(self):
        return f"{self.method} {self.path} {self.headers or ''}"


def requests_for_image(repository, tag, layout):
    """`repository` with its upstream in front; all that an image in an OCI layout has."""
    top = json.loads((pathlib.Path(layout) / "index.json").read_text())["manifests"][0]["digest"]
    yield from requests_for_manifest(repository, tag, read(layout, top))
    yield Wanted(f"/v2/{repository}/tags/list", None)
    yield Wanted(f"/v2/{repository}/referrers/{top}", None)
    yield from requests_for_digests(repository, layout)


def requests_for_digests(repository, layout):
    """What the layout has, as manifests or blobs of a repository that may be another's."""
    for file in sorted((pathlib.Path(layout) / "blobs/sha256").iterdir()):
        digest, body = "sha256:" + file.name, file.read_bytes()
        if is_manifest(body):
            yield from requests_for_manifest(repository, digest, body)
            continue
        path = f"/v2/{repository}/blobs/{digest}"
        yield Wanted(path, body)
        yield Wanted(path, body, "HEAD")
        yield Wanted(path, body[1:10], headers={"Range": "bytes=1-9"})
        yield Wanted(path, body[-5:], headers={"Range": "bytes=-5"})


def requests_for_manifest(repository, reference, body):
    yield Wanted(f"/v2/{repository}/manifests/{reference}", body)
    yield Wanted(f"/v2/{repository}/manifests/{reference}", body, "HEAD")


def is_manifest(body):
    return body.startswith(b'{"schemaVersion"')


def read(layout, digest):
    body = (pathlib.Path(layout) / "blobs/sha256" / digest.split(":")[1]).read_bytes()
    assert hashlib.sha256(body).hexdigest() == digest.split(":")[1]
    return body
