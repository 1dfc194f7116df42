"""Where secrets might be found, in whatever form."""
import base64
import dataclasses
import json
import urllib.parse


@dataclasses.dataclass
class Place:
    """Where somebody may look, and what is there."""
    name: str
    content: bytes


def forms(secret):
    """What a secret may look like: as it is, in a URL, in JSON, and in base64 with whatever comes
    before and behind it."""
    yield secret.encode()
    yield urllib.parse.quote(secret, safe="").encode()
    yield urllib.parse.quote_plus(secret).encode()
    yield json.dumps(secret)[1:-1].replace("/", "\\/").encode()
    for offset in range(3):
        encoded = base64.b64encode(b"x" * offset + secret.encode())
        core = encoded[4 if offset else 0:len(encoded) // 4 * 4 - 4]
        yield core
        yield core.replace(b"+", b"-").replace(b"/", b"_")


def found(secrets, places):
    return sorted({f"{place.name}: {secret[:8]}…" for secret in secrets for form in forms(secret)
                   for place in places if form in place.content})
