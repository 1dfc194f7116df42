"""A Larder with secrets of every kind: upstreams that take them, and some that go wrong."""
import base64
import json
import pathlib
import subprocess

from upstream_fixture import UpstreamCase
from aws_servers import PASSWORD as ECR_PASSWORD, Server, ecr
from bad_answers import Answer
from larder_process import free_port
from private_registry import PrivateRegistry
from signed_tokens import Issuer

MANIFEST = b'{"schemaVersion":2,"config":{},"layers":[]}'
BASIC, ENVIRONMENT, CONFIG = "basic+pass/word=1", "environ+pass/word=2", "config+pass/word=3"
IDENTITY, HELPER, PLUGIN = "identity+token/of=4", "helper+pass/word=5", "plugin+pass/word=6"
PULL_SECRET, ECHOED, PROXY = "secret+pass/word=7", "echoed+pass/word=8", "proxy+pass~word-9"
TENANT, HTPASSWD, WRONG = "tenant+pass/word=10", "htpasswd+pass/word=11", "wrong+pass/word=12"
SIGNATURE, INLINE = "signature-of-storage-13", "inline+pass/word=14"
AWS = {"AccessKeyId": "AKIAEXAMPLE", "SecretAccessKey": "aws+secret/key=15",
       "Token": "aws+session/token=16"}
ECR_HOST = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
AUDIENCE = "node-mirror"
ALL = {BASIC, ENVIRONMENT, CONFIG, IDENTITY, HELPER, PLUGIN, PULL_SECRET, ECHOED, PROXY, TENANT,
       HTPASSWD, WRONG, SIGNATURE, INLINE, ECR_PASSWORD, AWS["SecretAccessKey"], AWS["Token"]}


class SecretCase(UpstreamCase):
    """write_config() sets `ports`, `hosts` and `issuer`."""

    def registry(self, **arguments):
        users = {"basic": BASIC, "environment": ENVIRONMENT, "config": CONFIG, "helper": HELPER,
                 "plugin": PLUGIN, "secret": PULL_SECRET, "AWS": ECR_PASSWORD, "tenant": TENANT}
        registry = PrivateRegistry(users, {IDENTITY}, **arguments)
        self.addCleanup(registry.close)
        return registry

    def write_config(self, larder):
        self.upstream.add_tag("team/app", "1", MANIFEST)
        self.issuer = Issuer(self.directory)
        self.ports = {"node": larder.port, "tenant": free_port(), "required": free_port()}
        subprocess.run(["htpasswd", "-cbB", "-C", "5", self.directory / "htpasswd", "alice",
                        HTPASSWD], check=True, capture_output=True)
        upstreams = {**self.sound_upstreams(), **self.bad_upstreams()}
        self.hosts = [host for host in upstreams if host != ECR_HOST]
        config = {
            "cache": {"path": str(larder.cache), "budget": "1GiB", "free_floor": "1MiB"},
            "listeners": [{"name": name, "address": f"127.0.0.1:{port}",
                           "auth": "none" if name == "node" else name}
                          for name, port in self.ports.items()],
            "metrics": {"address": f"127.0.0.1:{larder.metrics_port}"},
            "control": {"socket": str(self.directory / "larder.sock")},
            "log": {"level": "debug", "format": "json"},
            "tokens": {"service": AUDIENCE, "htpasswd": str(self.directory / "htpasswd"),
                       "issuers": [{"name": "ci", "issuer": self.issuer.name,
                                    "audiences": [AUDIENCE],
                                    "jwks_file": str(self.issuer.jwks)}]},
            "upstreams": [{"match": host, **upstream} for host, upstream in upstreams.items()]}
        larder.config.write_text(json.dumps(config, indent=1), encoding="utf-8")  # which is YAML

    def sound_upstreams(self):
        at = {"endpoints": [self.upstream.url]}
        docker = self.secret_file("config.json", json.dumps({
            "auths": {"config.test": {"auth": encoded(f"config:{CONFIG}")},
                      "identity.test": {"identitytoken": IDENTITY}},
            "credHelpers": {"helper.test": "vault", "nothelper.test": "broken"}}))
        self.program("docker-credential-vault",
                     f'''echo '{{"Username": "helper", "Secret": "{HELPER}"}}' ''')
        self.program("docker-credential-broken", f"echo 'no {HELPER}' >&3; exit 1")
        self.pull_secret()
        config = {"kind": "docker-config", "file": docker,
                  "helper_directories": [str(self.directory)]}
        return {
            "basic.test": {**at, "auth": self.basic("basic", BASIC)},
            "environment.test": {**at, "auth": {"kind": "basic", "username": "environment",
                                                "password_env": "LARDER_TEST_PASSWORD"}},
            "config.test": {**at, "auth": config}, "identity.test": {**at, "auth": config},
            "helper.test": {**at, "auth": config}, "nothelper.test": {**at, "auth": config},
            "plugin.test": {**at, "auth": self.plugin("login", PLUGIN)},
            "secret.test": {**at, "auth": {"kind": "kubernetes-secret",
                                           "directory": str(self.directory),
                                           "secrets": ["pull"]}},
            "private.test": at, ECR_HOST: {**at, "auth": self.ecr()}}

    def bad_upstreams(self):
        """Each fails in another way."""
        echo = self.registry()
        echo.tokens.answer = lambda question: (403, {"errors": [{"message": question.who}]})
        self.upstream.behave(self.redirect_blobs)
        return {
            "wrong.test": {"endpoints": [self.upstream.url], "auth": self.basic("basic", WRONG)},
            "echo.test": {"endpoints": [echo.url], "auth": self.basic("echo", ECHOED)},
            "noplugin.test": {"endpoints": [self.upstream.url],
                              "auth": self.plugin("broken", f'{PLUGIN}"')},
            "proxied.test": {"endpoints": ["https://proxied.test"]},
            "gone.test": {"endpoints": [f"http://127.0.0.1:{free_port()}/{SIGNATURE[:3]}"],
                          "auth": self.basic("gone", BASIC)}}

    def redirect_blobs(self, connection, request, answer):
        if "/blobs/" in request.path and answer.status == 200:
            where = f"http://127.0.0.1:{free_port()}/storage?X-Amz-Signature={SIGNATURE}"
            answer = Answer(307, {"Location": where})
        connection.sendall(answer.wire(request))
        return True

    def ecr(self):
        api = Server("127.0.0.1", 0, ecr(AWS))
        self.addCleanup(api.close)
        return {"kind": "ecr", "access_key_id": AWS["AccessKeyId"],
                "secret_access_key_file": self.secret_file("aws-key", AWS["SecretAccessKey"]),
                "session_token_file": self.secret_file("aws-token", AWS["Token"]),
                "api_url": f"http://127.0.0.1:{api.server_port}"}

    def basic(self, user, password):
        return {"kind": "basic", "username": user,
                "password_file": self.secret_file(f"password-{user}-{password[:5]}", password)}

    def plugin(self, name, password):
        answer = {"apiVersion": "credentialprovider.kubelet.k8s.io/v1",
                  "kind": "CredentialProviderResponse", "cacheKeyType": "Registry",
                  "auth": {"*.test": {"username": "plugin", "password": password}}}
        text = json.dumps(answer).replace('\\"', '"')  # a quote in it breaks the JSON
        return {"kind": "exec", "command": self.program(name, f"echo '{text}'")}

    def pull_secret(self):
        (self.directory / "pull").mkdir()
        self.secret_file("pull/.dockerconfigjson", json.dumps(
            {"auths": {"secret.test": {"username": "secret", "password": PULL_SECRET}}}))

    def secret_file(self, name, text):
        file = self.directory / name
        file.write_text(text, encoding="utf-8")
        file.chmod(0o600)
        return str(file)

    def program(self, name, body):
        file = pathlib.Path(self.secret_file(name, f"#!/bin/sh\n{body}\n"))
        file.chmod(0o700)
        return str(file)


def encoded(text):
    return base64.b64encode(text.encode()).decode()
