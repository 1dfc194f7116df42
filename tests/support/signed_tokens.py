"""An OIDC issuer whose keys are made here: its JWKS as a file, and tokens signed with RS256."""
import base64
import json
import subprocess
import time


class Issuer:
    def __init__(self, directory, name="https://issuer.test"):
        self.name, self.key, self.jwks = name, directory / "issuer.key", directory / "jwks.json"
        subprocess.run(["openssl", "genrsa", "-out", self.key, "2048"], check=True,
                       capture_output=True)
        modulus = subprocess.run(["openssl", "rsa", "-in", self.key, "-noout", "-modulus"],
                                 check=True, capture_output=True, text=True).stdout
        modulus = bytes.fromhex(modulus.strip().partition("=")[2])
        self.jwks.write_text(json.dumps({"keys": [{
            "kty": "RSA", "kid": "1", "alg": "RS256", "use": "sig", "n": base64url(modulus),
            "e": "AQAB"}]}), encoding="utf-8")

    def token(self, subject, audience, **more):
        now = int(time.time())
        claims = {"iss": self.name, "sub": subject, "aud": audience, "iat": now, "nbf": now,
                  "exp": now + 3600, "jti": subject, **more}
        parts = [{"alg": "RS256", "kid": "1", "typ": "JWT"}, claims]
        signed = ".".join(base64url(json.dumps(part).encode()) for part in parts)
        signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", self.key], check=True,
                                   input=signed.encode(), capture_output=True).stdout
        return f"{signed}.{base64url(signature)}"


def base64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
