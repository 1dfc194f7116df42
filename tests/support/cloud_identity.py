#!/usr/bin/python3
"""The token services of Google's and Azure's clouds on loopback, as their documents have them.

cloud_identity.py: writes "METADATA_PORT ENTRA_PORT REGISTRY_PORT" to stdout, and serves until its
stdin ends. Each insists on method, path, headers and parameters: what is not as documented gets no
token. Tokens are good for the next service only when the one before gave them.
"""
import base64
import http.server
import json
import sys
import threading
import time
import urllib.parse

TENANT = "72f988bf-0000-0000-0000-000000000000"
CLIENT = "11111111-2222-3333-4444-555555555555"
ASSERTION = "eyJhbGciOiJSUzI1NiJ9.c2VydmljZS1hY2NvdW50.c2ln"
SERVICE = "name.azurecr.io"
ARM = "https://management.azure.com/"
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def jwt(claims):
    parts = [{"alg": "RS256", "typ": "JWT"}, claims, "signature"]
    encoded = (base64.urlsafe_b64encode(json.dumps(part).encode()) for part in parts)
    return b".".join(encoded).decode().replace("=", "")


class Service(http.server.BaseHTTPRequestHandler):
    """`routes`: (method, path) -> function(self, parameters) -> answer, or None for a refusal."""
    protocol_version = "HTTP/1.1"
    routes = {}
    identity_header = {}

    def do_GET(self):
        self.answer(self.target().query)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        is_form = self.headers.get("Content-Type") == "application/x-www-form-urlencoded"
        self.answer(body if is_form and not self.target().query else "")

    def target(self):
        return urllib.parse.urlsplit(self.path)

    def answer(self, text):
        route = self.routes.get((self.command, self.target().path))
        given = urllib.parse.parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text))
        parameters = dict(given)
        found = route(self, parameters) if route and len(given) == len(parameters) else None
        self.reply(200 if found else 400, found or {"error": "invalid_request"})

    def reply(self, status, document):
        body = json.dumps(document).encode()
        self.send_response(status)
        for name, value in {**self.identity_header, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Metadata(Service):
    """Both clouds' metadata services: their paths and headers tell them apart."""
    identity_header = {"Metadata-Flavor": "Google", "Server": "Metadata Server for VM"}

    def is_direct(self, name, value):
        return self.headers.get_all(name) == [value] and "X-Forwarded-For" not in self.headers

    def google(self, parameters):
        if parameters or not self.is_direct("Metadata-Flavor", "Google"):
            return None
        return {"access_token": "ya29.google", "expires_in": 3317, "token_type": "Bearer"}

    def azure(self, parameters):
        client = parameters.pop("client_id", CLIENT)
        wanted = {"api-version": "2018-02-01", "resource": ARM}
        if parameters != wanted or client != CLIENT or not self.is_direct("Metadata", "true"):
            return None
        return {"access_token": "entra-managed", "client_id": client, "expires_in": "86399",
                "expires_on": str(int(time.time()) + 86399), "resource": ARM,
                "token_type": "Bearer"}

    routes = {
        ("GET", "/computeMetadata/v1/instance/service-accounts/default/token"): google,
        ("GET", "/metadata/identity/oauth2/token"): azure,
    }


class Entra(Service):
    def workload(self, parameters):
        wanted = {"grant_type": "client_credentials", "client_id": CLIENT,
                  "scope": ARM + ".default", "client_assertion_type": JWT_BEARER,
                  "client_assertion": ASSERTION}
        if parameters != wanted:
            return None
        return {"token_type": "Bearer", "expires_in": 3599, "access_token": "entra-workload"}

    routes = {("POST", f"/{TENANT}/oauth2/v2.0/token"): workload}


class Registry(Service):
    refresh_token = jwt({"jti": "1", "exp": 1768500000, "grant_type": "refresh_token"})

    def exchange(self, parameters):
        by = parameters.pop("access_token", "")
        tenant = parameters.pop("tenant", TENANT)
        good = by in ("entra-managed", "entra-workload") and tenant == TENANT
        if not good or parameters != {"grant_type": "access_token", "service": SERVICE}:
            return None
        return {"refresh_token": self.refresh_token}

    def access(self, parameters):
        wanted = {"grant_type": "refresh_token", "service": SERVICE,
                  "scope": "repository:team/app:pull", "refresh_token": self.refresh_token}
        return {"access_token": "acr-access"} if parameters == wanted else None

    routes = {("POST", "/oauth2/exchange"): exchange, ("POST", "/oauth2/token"): access}


def serve(service):
    """The running server, on a port of the kernel's choice."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), service)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05},
                     daemon=True).start()
    return server


def main():
    print(*(serve(service).server_port for service in (Metadata, Entra, Registry)), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
