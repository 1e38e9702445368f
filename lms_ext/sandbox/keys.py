"""The signing keys of the practice LMS, and the tool's, fetched as an LMS fetches them."""

import json
import secrets
import threading
import time
from functools import lru_cache
from typing import Any, cast
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from lms_ext.sandbox.store import Store

_KEPT = 3


class ToolKeysError(Exception):
    """The tool's key set could not be used; the text says why."""


@lru_cache(_KEPT)
def _private(pem: str) -> rsa.RSAPrivateKey:
    """Parse a key once: that takes a hundred times as long as signing."""
    return cast("rsa.RSAPrivateKey", serialization.load_pem_private_key(pem.encode(), None))


class PlatformKeys:
    """The newest key signs; the ones before stay published."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        if not store.get("keys"):
            self.rotate()

    def rotate(self, *, drop_old: bool = False) -> str:
        """Sign with a new key from now on; gives its id."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()
        kid = secrets.token_hex(8)
        with self._lock:
            old = [] if drop_old else self._store.get("keys") or []
            self._store.put("keys", [{"kid": kid, "pem": pem}, *old][:_KEPT])
        return kid

    def sign(self, claims: dict[str, Any]) -> str:
        """Sign claims with RS256."""
        newest = self._store.get("keys")[0]
        return jwt.encode(claims, _private(newest["pem"]), algorithm="RS256", headers={"kid": newest["kid"]})

    def verify(self, token: str) -> dict[str, Any]:
        """Give the claims of a token that this LMS signed itself; raise jwt.PyJWTError."""
        kid = jwt.get_unverified_header(token).get("kid")
        pem = next((one["pem"] for one in self._store.get("keys") if one["kid"] == kid), None)
        if pem is None:
            raise jwt.InvalidTokenError("unknown key")
        private = cast("rsa.RSAPrivateKey", serialization.load_pem_private_key(pem.encode(), None))
        claims: dict[str, Any] = jwt.decode(token, private.public_key(), algorithms=["RS256"], options={"verify_aud": False})
        return claims

    def public(self) -> dict[str, Any]:
        """Give the key set."""
        found = []
        for one in self._store.get("keys"):
            body = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(_private(one["pem"]).public_key()))
            body.pop("key_ops", None)
            found.append(body | {"kid": one["kid"], "use": "sig", "alg": "RS256"})
        return {"keys": found}


class ToolKeys:
    """The tool's key set: kept for an hour, asked for again when a key id is unknown.

    A platform that is not `curious` looks again only when the time is over, as some do for a whole day.
    """

    def __init__(self, keep_seconds: float = 3600.0, *, curious: bool = True) -> None:
        self._keep = keep_seconds
        self._curious = curious
        self._kept: dict[str, tuple[float, dict[str, Any]]] = {}
        self._lock = threading.Lock()

    def key(self, url: str, token: str) -> Any:
        """Give the public key that a token names; raise ToolKeysError."""
        try:
            kid = jwt.get_unverified_header(token).get("kid")
        except jwt.PyJWTError as error:
            raise ToolKeysError(f"JWT: {error}") from error
        if not kid:
            raise ToolKeysError("JWT: kid?")
        with self._lock:
            until, keys = self._kept.get(url, (0.0, {}))
            if until < time.monotonic() or (self._curious and kid not in keys):
                keys = self._fetch(url)
                self._kept[url] = (time.monotonic() + self._keep, keys)
        if kid not in keys:
            raise ToolKeysError(f"kid {kid}: {url}")
        return keys[kid]

    @staticmethod
    def _fetch(url: str) -> dict[str, Any]:
        if urlsplit(url).scheme not in {"http", "https"}:
            raise ToolKeysError(url)
        try:
            request = Request(url, headers={"Accept": "application/json"})  # noqa: S310 - the scheme was looked at
            with urlopen(request, timeout=5) as answer:  # noqa: S310 - the scheme was looked at
                found = json.loads(answer.read(262_144))["keys"]
            return {one["kid"]: jwt.PyJWK(one, "RS256").key for one in found if one.get("kid")}
        except (OSError, ValueError, KeyError, TypeError, AttributeError, jwt.PyJWTError) as error:
            raise ToolKeysError(f"{url}: {error}") from error
