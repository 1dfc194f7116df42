#!/usr/bin/python3
"""Makes the keys of two issuers, and tokens of theirs: subject_tokens.py DIRECTORY AUDIENCE NODE

cluster.jwks and ci.jwks are what the issuers publish. web.jwt is of the pod's service account
shop/web, as the API server signs it (RS256, the kid a hash of the key); job.jwt is of a job of the
CI system (ES256). bad-*.jwt are as web.jwt but for one thing each. next.jwks
has the key of bad-kid.jwt, too.
"""
import base64
import hashlib
import hmac
import json
import pathlib
import sys
import time
import uuid

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

CLUSTER, CI = "https://kubernetes.default.svc.cluster.local", "https://ci.example"
HUGE_BYTES = 20 * 1024


def main():
    directory, audience, node = pathlib.Path(sys.argv[1]), *sys.argv[2:]
    cluster, ci, stranger = RsaKey(), EcKey(), RsaKey()
    (directory / "cluster.jwks").write_text(json.dumps({"keys": [cluster.jwk()]}))
    (directory / "next.jwks").write_text(json.dumps({"keys": [cluster.jwk(), stranger.jwk()]}))
    (directory / "ci.jwks").write_text(json.dumps({"keys": [ci.jwk()]}))

    now = int(time.time())
    good = service_account(audience, node, now)
    tokens = {
        "web": cluster.token(good),
        "job": ci.token({"iss": CI, "aud": audience, "sub": "repo:shop/app:ref:refs/heads/main",
                         "iat": now, "nbf": now, "exp": now + 600}),
        "bad-expired": cluster.token(service_account(audience, node, now - 7200)),
        "bad-audience": cluster.token(service_account(CLUSTER, node, now)),
        "bad-node": cluster.token(service_account(audience, "another-node", now)),
        "bad-issuer": cluster.token({**good, "iss": "https://evil.example"}),
        "bad-legacy": cluster.token({"iss": CLUSTER, "sub": good["sub"]}),
        "bad-kid": stranger.token(good),
        "bad-signature": stranger.token(good, kid=cluster.kid),
        "bad-huge": cluster.token({**good, "padding": "x" * HUGE_BYTES}),
        "bad-none": unsigned(good, cluster.kid),
        "bad-hmac": signed_with_public_key(good, cluster),
    }
    for name, token in tokens.items():
        (directory / f"{name}.jwt").write_text(token)


def service_account(audience, node, issued):
    """The claims of a token that is bound to a pod."""
    def ref(name):
        return {"name": name, "uid": str(uuid.uuid4())}
    return {"aud": [audience], "exp": issued + 3607, "iat": issued, "iss": CLUSTER,
            "jti": str(uuid.uuid4()),
            "kubernetes.io": {"namespace": "shop", "node": ref(node), "pod": ref("web-5f7c9-x2x"),
                              "serviceaccount": ref("web"), "warnafter": issued + 3600},
            "nbf": issued, "sub": "system:serviceaccount:shop:web"}


class RsaKey:
    def __init__(self):
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.kid = base64url(hashlib.sha256(self.public_bytes()).digest())

    def public_bytes(self, encoding=serialization.Encoding.DER):
        return self.key.public_key().public_bytes(
            encoding, serialization.PublicFormat.SubjectPublicKeyInfo)

    def jwk(self):
        numbers = self.key.public_key().public_numbers()
        return {"use": "sig", "kty": "RSA", "kid": self.kid, "alg": "RS256",
                "n": base64url(numbers.n.to_bytes(256, "big")), "e": "AQAB"}

    def token(self, claims, kid=None):
        text = signing_input({"alg": "RS256", "kid": kid or self.kid}, claims)
        return joined(text, self.key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))


class EcKey:
    def __init__(self):
        self.key = ec.generate_private_key(ec.SECP256R1())

    def jwk(self):
        numbers = self.key.public_key().public_numbers()
        return {"use": "sig", "kty": "EC", "crv": "P-256", "kid": "ci-1", "alg": "ES256",
                "x": base64url(numbers.x.to_bytes(32, "big")),
                "y": base64url(numbers.y.to_bytes(32, "big"))}

    def token(self, claims):
        text = signing_input({"typ": "JWT", "alg": "ES256", "kid": "ci-1"}, claims)
        r, s = utils.decode_dss_signature(self.key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
        return joined(text, r.to_bytes(32, "big") + s.to_bytes(32, "big"))


def unsigned(claims, kid):
    return joined(signing_input({"alg": "none", "kid": kid}, claims), b"")


def signed_with_public_key(claims, key):
    """What a verifier takes that believes `alg`: the public key as the secret of an HMAC."""
    text = signing_input({"alg": "HS256", "kid": key.kid}, claims)
    secret = key.public_bytes(serialization.Encoding.PEM)
    return joined(text, hmac.digest(secret, text.encode(), "sha256"))


def signing_input(header, claims):
    return ".".join(base64url(json.dumps(part, separators=(",", ":")).encode())
                    for part in (header, claims))


def joined(text, signature):
    return f"{text}.{base64url(signature)}"


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


if __name__ == "__main__":
    main()
