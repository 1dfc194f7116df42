"""Servers that insist on what AWS documents, one address each: EC2's metadata service, the agents
of EKS Pod Identity and ECS, and ECR's API, which checks signatures with botocore.

Each remembers what it was asked ("PUT /latest/api/token") and what it had to complain about.
"""
import base64
import datetime
import email.utils
import http.server
import json
import socket
import threading
import time
import uuid

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

ROLE = "mirror-role"
SECRETS = ("s3cretKey/+instance", "s3cretSession/+instance==", "s3cretKey/+agent",
           "s3cretSession/+agent==", "s3cretToken.of.pod", "s3cretToken.of.task")
INSTANCE = {"AccessKeyId": "ASIAINSTANCE", "SecretAccessKey": SECRETS[0], "Token": SECRETS[1]}
AGENT = {"AccessKeyId": "ASIAAGENT", "SecretAccessKey": SECRETS[2], "Token": SECRETS[3]}
PASSWORD = "the-ecr-password"


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, host, port, answer):
        """`answer(request)` gives status, headers and body; None: nothing, and silence."""
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.answer = answer
        self.asked = []
        self.complaints = []
        super().__init__((host, port), Handler)
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05},
                         daemon=True).start()

    def close(self):
        self.shutdown()
        self.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_any(self):
        self.server.asked.append(f"{self.command} {self.path}")
        length = int(self.headers.get("Content-Length", 0))
        self.body = self.rfile.read(length)
        try:
            answered = self.server.answer(self)
        except Complaint as complaint:
            self.server.complaints.append(str(complaint))
            answered = complaint.status, {}, str(complaint).encode()
        if answered is None:
            time.sleep(5)  # longer than anybody should wait
            self.close_connection = True
            return
        self.give(*answered)

    def give(self, status, headers, body):
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if "Date" not in headers:
            self.send_header("Date", self.date_time_string())
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_PUT = do_POST = handle_any

    def log_message(self, *_):
        pass


class Complaint(Exception):
    def __init__(self, status, text):
        super().__init__(text)
        self.status = status


def expect(condition, status, text):
    if not condition:
        raise Complaint(status, text)


def keys(of, **more):
    ends = datetime.datetime.utcnow() + datetime.timedelta(hours=6)
    return json.dumps({**of, **more, "Expiration": ends.strftime("%Y-%m-%dT%H:%M:%SZ")}).encode()


def metadata(uses=100):
    """IMDSv2; a session is good for so many questions."""
    sessions = {}
    roles = "/latest/meta-data/iam/security-credentials/"

    def answer(request):
        if request.command == "PUT":
            expect(request.path == "/latest/api/token", 404, "no such thing to PUT")
            expect("X-Forwarded-For" not in request.headers, 403, "forwarded")
            seconds = request.headers.get("X-aws-ec2-metadata-token-ttl-seconds", "")
            expect(seconds.isdigit() and 1 <= int(seconds) <= 21600, 400, "bad TTL")
            sessions[session := uuid.uuid4().hex] = uses
            return 200, {"X-aws-ec2-metadata-token-ttl-seconds": seconds}, session.encode()
        session = request.headers.get("X-aws-ec2-metadata-token")
        if sessions.get(session, 0) < 1:
            return 401, {}, b"Unauthorized"
        sessions[session] -= 1
        if request.path == roles:
            return 200, {"Content-Type": "text/plain"}, ROLE.encode()
        expect(request.path == roles + ROLE, 404, "no such role")
        return 200, {}, keys(INSTANCE, Code="Success", Type="AWS-HMAC",
                             LastUpdated="2026-01-15T08:30:00Z")
    return answer


def agent(path, token):
    """Pod Identity's or ECS's; `token()` is what Authorization must be now."""
    def answer(request):
        expect(request.command == "GET" and request.path == path, 404, "no such path")
        expect(request.headers.get("Authorization") == token(), 401, "bad authorization")
        return 200, {}, keys(AGENT, AccountId="123456789012")
    return answer


def ecr(known, region="eu-west-1", ahead_s=0):
    """GetAuthorizationToken for whoever signs with `known` keys, by a clock that is ahead."""
    def answer(request):
        now = datetime.datetime.utcnow() + datetime.timedelta(seconds=ahead_s)
        date = {"Date": email.utils.formatdate(time.time() + ahead_s, usegmt=True)}
        expect(request.headers["Content-Type"] == "application/x-amz-json-1.1", 400, "bad type")
        expect(request.headers["X-Amz-Target"] ==
               "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken", 400, "bad target")
        expect(request.command == "POST" and request.path == "/", 404, "bad path")
        code = judge(request, known, region, now)
        if code:
            return 400, date, json.dumps({"__type": f"com.amazon.ecr#{code}",
                                          "message": "by a clock of ours"}).encode()
        token = base64.b64encode(f"AWS:{PASSWORD}".encode()).decode()
        data = {"authorizationToken": token, "expiresAt": time.time() + 43200.5,
                "proxyEndpoint": "https://123456789012.dkr.ecr.eu-west-1.amazonaws.com"}
        return 200, date, json.dumps({"authorizationData": [data]}).encode()
    return answer


def judge(request, known, region, now):
    """The code of a refusal, or None."""
    signed_at = datetime.datetime.strptime(request.headers["X-Amz-Date"], "%Y%m%dT%H%M%SZ")
    if abs(now - signed_at) > datetime.timedelta(minutes=5):
        return "InvalidSignatureException"
    if request.headers.get("X-Amz-Security-Token") != known["Token"]:
        return "UnrecognizedClientException"
    return None if is_signed(request, known, region) else "InvalidSignatureException"


def is_signed(request, known, region):
    names = request.headers["Authorization"].split("SignedHeaders=")[1].split(",")[0].split(";")
    again = AWSRequest(method="POST", url=f"http://{request.headers['Host']}/", data=request.body)
    for name in names:
        if name != "host":
            again.headers[name] = request.headers[name]
    signer = SigV4Auth(Credentials(known["AccessKeyId"], known["SecretAccessKey"]), "ecr", region)
    again.context["timestamp"] = request.headers["X-Amz-Date"]
    text = signer.string_to_sign(again, signer.canonical_request(again))
    return request.headers["Authorization"].endswith("=" + signer.signature(text, again))
