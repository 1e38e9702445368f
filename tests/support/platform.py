"""A small LTI platform for tests: a key, a key set on a real socket, and tokens of any shape."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from time import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lms_ext.models import Deployment, Platform, db
from tests.support.servers import listening

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
TARGET = "http://localhost:8000/lti/launch?activity=demo/sum"


def b64(raw: bytes) -> str:
    """Encode as in a JWT."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def jwk(key: rsa.RSAPrivateKey, kid: str, **more: Any) -> dict[str, Any]:
    """Give the public JWK of a key."""
    numbers = key.public_key().public_numbers()
    size = (numbers.n.bit_length() + 7) // 8
    return {"kty": "RSA", "kid": kid, "use": "sig", "alg": "RS256", "e": b64(numbers.e.to_bytes(3, "big")),
            "n": b64(numbers.n.to_bytes(size, "big")), **more}  # fmt: skip


@dataclass
class KeyServer:
    """Serves a key set and counts who asked."""

    url: str = ""
    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    hits: int = 0


@contextmanager
def key_server(body: bytes | None = None) -> Iterator[KeyServer]:
    """Run a key server on loopback."""
    state = KeyServer(body=body or json.dumps({"keys": [jwk(KEY, "k1")]}).encode())

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.hits += 1
            self.send_response(state.status)
            for name, value in state.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(state.body)))
            self.end_headers()
            self.wfile.write(state.body)

    with listening(Handler) as address:
        state.url = f"{address}/jwks"
        yield state


def register(keys: KeyServer, *, issuer: str = "https://lms.example", client_id: str = "c1", **more: Any) -> Platform:
    """Register this platform with the tool; deployment ``1`` is accepted."""
    platform = Platform(
        issuer=issuer, client_id=client_id, name="LMS", auth_login_url="https://lms.example/auth",
        auth_token_url="https://lms.example/token", jwks_url=keys.url, **more,
    )  # fmt: skip
    db.session.add(platform)
    db.session.flush()
    db.session.add(Deployment(platform_id=platform.id, deployment_id="1"))
    db.session.add(Deployment(platform_id=platform.id, deployment_id="blocked", status="disabled"))
    db.session.commit()
    return platform


def login_params(**changes: Any) -> dict[str, Any]:
    """Give a login initiation; a value of None leaves a parameter out."""
    given = {
        "iss": "https://lms.example",
        "login_hint": "42",
        "target_link_uri": TARGET,
        "client_id": "c1",
        "lti_deployment_id": "1",
    }
    return {name: value for name, value in (given | changes).items() if value is not None}


def claims(nonce: str, /, **changes: Any) -> dict[str, Any]:
    """Give a learner's resource link launch; names without a colon are short for LTI claims, ``...`` leaves one out."""
    now = int(time())
    body: dict[str, Any] = {
        "iss": "https://lms.example", "aud": "c1", "sub": "42", "nonce": nonce, "iat": now, "exp": now + 60, "name": "Sri",
        LTI + "version": "1.3.0", LTI + "message_type": "LtiResourceLinkRequest", LTI + "deployment_id": "1",
        LTI + "target_link_uri": TARGET, LTI + "roles": ["http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"],
        LTI + "resource_link": {"id": "9", "title": "Jumlah"}, LTI + "context": {"id": "7", "title": "Kelas F"},
    }  # fmt: skip
    standard = {"iss", "aud", "azp", "sub", "nonce", "iat", "exp", "nbf", "name", "email"}
    for name, value in changes.items():
        key = name if name in standard or ":" in name else LTI + name
        if value is ...:
            body.pop(key, None)
        else:
            body[key] = value
    return body


def token(body: Any, *, key: rsa.RSAPrivateKey = KEY, header: dict[str, Any] | None = None) -> str:
    """Sign anything."""
    head = {"alg": "RS256", "typ": "JWT", "kid": "k1"} if header is None else header
    signed = f"{b64(json.dumps(head).encode())}.{b64(json.dumps(body).encode())}"
    return f"{signed}.{b64(key.sign(signed.encode(), PKCS1v15(), SHA256()))}"


@dataclass
class Begun:
    """A login under way."""

    response: TestResponse
    state: str
    nonce: str


def begin(client: FlaskClient, **changes: Any) -> Begun:
    """Do the login initiation; the client keeps the cookie."""
    response = client.get("/lti/login", query_string=login_params(**changes), base_url="https://localhost")
    query = parse_qs(urlsplit(response.headers.get("Location", "")).query)
    return Begun(response, query.get("state", [""])[0], query.get("nonce", [""])[0])


def post(client: FlaskClient, **form: Any) -> TestResponse:
    """Post the platform's answer."""
    return client.post("/lti/launch", data=form, base_url="https://localhost")


def launch(client: FlaskClient, **changes: Any) -> TestResponse:
    """Do a whole launch with changed claims."""
    begun = begin(client)
    return post(client, state=begun.state, id_token=token(claims(begun.nonce, **changes)))
