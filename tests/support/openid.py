"""A small OpenID provider on a real socket: discovery, codes used once, PKCE and client secret checked, signed id_tokens.

What it says of a person can be bent, claim by claim, to see what the tool believes.
"""

import base64
import hashlib
import http.client
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from time import time
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.support.platform import KEY, jwk, token
from tests.support.servers import listening

CLIENT, SECRET = "lms-ext", "rahasia klien: äö"


@dataclass
class OpenIdProvider:
    """The provider; `person` are the claims about whoever signs in, `changes` bend the token (``...`` leaves a claim out)."""

    url: str = ""
    person: dict[str, Any] = field(default_factory=dict)
    changes: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] | None = None
    key: Any = KEY
    keys: list[dict[str, Any]] = field(default_factory=lambda: [jwk(KEY, "k1")])
    ways: list[str] = field(default_factory=lambda: ["client_secret_basic"])
    asked: list[dict[str, str]] = field(default_factory=list)
    """Every authorization request."""
    asks_again: bool = True
    """Whether it asks for the password once more when it is told to; some go on with who is signed in."""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    paths: list[str] = field(default_factory=list)
    """Every path that was asked for."""

    def authorize(self, query: dict[str, str]) -> str:
        """Give the address that the browser is sent back to, with a code."""
        self.asked.append(query)
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        assert "openid" in query["scope"].split()
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def trade(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """Answer a token request; a code counts once."""
        query = self.codes.pop(form.get("code", ""), None)
        client = form.get("client_id"), form.get("client_secret")
        if authorization:
            raw = base64.b64decode(authorization.removeprefix("Basic ")).decode()
            client = tuple(parse_qs(f"x={one}")["x"][0] for one in raw.split(":"))  # type: ignore[assignment]  # a name and a secret
        if client != (CLIENT, SECRET):
            return 401, {"error": "invalid_client"}
        proof = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        if query is None or proof != query["code_challenge"] or form.get("redirect_uri") != query["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        now = int(time())
        said: dict[str, Any] = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": query["nonce"]}
        if "max_age" in query:
            said["auth_time"] = now if self.asks_again else now - 7200
        said = {name: value for name, value in (said | self.person | self.changes).items() if value is not ...}
        return 200, {"access_token": "t", "token_type": "Bearer", "id_token": token(said, key=self.key, header=self.header)}

    def description(self) -> dict[str, Any]:
        """Give the discovery document."""
        return {
            "issuer": self.url, "authorization_endpoint": f"{self.url}/authorize", "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks", "token_endpoint_auth_methods_supported": self.ways,
        }  # fmt: skip

    def visit(self, address: str) -> str:
        """Go to the provider as a browser does; gives the path and query one is sent back to."""
        parts = urlsplit(address)
        connection = http.client.HTTPConnection(parts.netloc, timeout=10)
        connection.request("GET", f"{parts.path}?{parts.query}")
        answer = connection.getresponse()
        answer.read()
        connection.close()
        assert answer.status == 302
        back = urlsplit(answer.headers["Location"])
        return f"{back.path}?{back.query}"


@contextmanager
def openid_provider() -> Iterator[OpenIdProvider]:
    """Run a provider on loopback."""
    state = OpenIdProvider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            state.paths.append(parts.path)
            if parts.path == "/authorize":
                self.send_response(302)
                self.send_header("Location", state.authorize({name: one[0] for name, one in parse_qs(parts.query).items()}))
                self.send_header("Content-Length", "0")
                self.end_headers()
            elif parts.path == "/jwks":
                self._json(200, {"keys": state.keys})
            else:
                self._json(200, state.description())

        def do_POST(self) -> None:
            state.paths.append(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: one[0] for name, one in parse_qs(body).items()}
            self._json(*state.trade(form, self.headers.get("Authorization", "")))

        def _json(self, status: int, document: dict[str, Any]) -> None:
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with listening(Handler) as address:
        state.url = address
        yield state
