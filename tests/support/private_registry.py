"""A registry that gives nothing without a token, and its token server, both on loopback.

    registry = PrivateRegistry(users={"jane": "secret"})
    registry.add_tag("team/app", "1", manifest)
    registry.tokens.questions        # who asked for which scopes, in order

A token is for the scopes it was asked with, to pull, until its end: the registry takes no other.
"""
import base64
import dataclasses
import http.server
import json
import secrets
import sys
import threading
import time
import urllib.parse

from bad_answers import Answer
from bad_registry import BadRegistry


@dataclasses.dataclass
class Question:
    when: float   # time.monotonic()
    who: str      # "jane:secret", "refresh TOKEN" or ""
    scopes: list


class TokenServer(http.server.ThreadingHTTPServer):
    """`users`: name -> password; `refresh_tokens`: those taken instead. Thread-safe.

    What may be changed while it serves: `lifetime_s`, `delay_s` before each answer, and `answer`,
    a function that is given the question and gives (status, body) instead of a token; with 302
    it leads to `location`."""
    daemon_threads = True
    request_queue_size = 1024

    def __init__(self, users=(), refresh_tokens=(), port=0):
        self.users, self.refresh_tokens = dict(users), set(refresh_tokens)
        self.lifetime_s, self.delay_s, self.answer, self.location = 300, 0, None, ""
        self.questions, self.issued, self.guard = [], {}, threading.Lock()
        super().__init__(("127.0.0.1", port), TokenHandler)
        self.url = f"http://127.0.0.1:{self.server_port}/token"
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05},
                         daemon=True).start()

    def close(self):
        self.shutdown()
        self.server_close()

    def handle_error(self, request, client_address):
        """Who has heard enough may go."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    def asked_for(self):
        """Scope -> how often it was asked for."""
        counts = {}
        with self.guard:
            for question in self.questions:
                scope = " ".join(sorted(question.scopes))
                counts[scope] = counts.get(scope, 0) + 1
        return counts

    def give(self, question):
        with self.guard:
            self.questions.append(question)
        time.sleep(self.delay_s)
        if self.answer:
            return self.answer(question)
        if not self.knows(question.who):
            return 401, {"errors": [{"code": "UNAUTHORIZED"}]}
        token = "issued." + secrets.token_urlsafe(32)
        with self.guard:
            self.issued[token] = (question, time.monotonic() + self.lifetime_s)
        return 200, {"token": token, "expires_in": self.lifetime_s}

    def knows(self, who):
        kind, _, token = who.partition(" ")
        if kind == "refresh":
            return token in self.refresh_tokens
        name, _, password = who.partition(":")
        return name in self.users and self.users[name] == password

    def holder(self, token, scope):
        """Who asked for it; nothing when it is not good for that."""
        with self.guard:
            question, ends = self.issued.get(token, (None, 0))
        is_good = question and scope in question.scopes and time.monotonic() < ends
        return question.who if is_good else None


class TokenHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        query = dict_of_lists(urllib.parse.urlsplit(self.path).query)
        scheme, _, value = self.headers.get("Authorization", "").partition(" ")
        who = base64.b64decode(value).decode() if scheme == "Basic" else ""
        self.give(Question(time.monotonic(), who, query.get("scope", [])))

    def do_POST(self):
        length = int(self.headers.get("Content-Length", 0))
        form = dict_of_lists(self.rfile.read(length).decode())
        scopes = form.get("scope", [""])[0].split()
        self.give(Question(time.monotonic(), "refresh " + form["refresh_token"][0], scopes))

    def give(self, question):
        status, body = self.server.give(question)
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response_only(status)
        self.send_header("Content-Length", str(len(body)))
        if status == 302:
            self.send_header("Location", self.server.location)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def dict_of_lists(text):
    return urllib.parse.parse_qs(text, keep_blank_values=True)


class PrivateRegistry(BadRegistry):
    """`refused` counts the requests with a token or password that was not good. What may be changed
    while it serves: `hidden_from`, who hears of everything that it does not exist."""

    def __init__(self, users=(), refresh_tokens=(), **arguments):
        self.tokens = TokenServer(users, refresh_tokens)
        self.refused, self.seen, self.hidden_from = 0, set(), set()
        super().__init__(**arguments)

    def close(self):
        self.tokens.close()
        super().close()

    def answer(self, request):
        """Of the proper registry, or 401 with where a token is to be had."""
        authorization = request.headers.get("authorization", "")
        repository = request.path[len("/v2/"):].rsplit("/", 2)[0]
        scope = f"repository:{repository}:pull"
        with self.lock:
            self.seen.add(authorization)
        holder = self.tokens.holder(authorization.removeprefix("Bearer "), scope)
        if holder in self.hidden_from:
            return Answer(404, {}, b'{"errors":[{"code":"NAME_UNKNOWN"}]}')
        if holder is not None:
            return super().answer(request)
        if authorization:
            with self.lock:
                self.refused += 1
        challenge = f'Bearer realm="{self.tokens.url}",service="registry.test",scope="{scope}"'
        return Answer(401, {"WWW-Authenticate": challenge}, b'{"errors":[{"code":"UNAUTHORIZED"}]}')
