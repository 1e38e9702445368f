"""Signing with the tool's key: the PEM is parsed once per process, not at each signature (30 ms against 0.3 ms)."""

import json
import secrets
import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from jwt.algorithms import RSAAlgorithm
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms_ext.models import engine, utcnow
from lms_ext.services import tool_keys
from lms_ext.services.sealing import Sealer
from lms_ext.services.tool_keys import NewKey

_KEEP = 60.0
"""Seconds a process may sign with the key it chose."""
_FIRST_KID = "first"


def make_key(kid: str | None = None) -> NewKey:
    """Make an RSA key pair of 2048 bits."""
    private = generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    kid = kid or secrets.token_urlsafe(9)
    public = json.loads(RSAAlgorithm.to_jwk(private.public_key()))
    return NewKey(kid, pem, {**{name: public[name] for name in ("kty", "n", "e")}, "kid": kid, "alg": "RS256", "use": "sig"})


class Signer:
    """Signs for one process with the newest key that may sign."""

    def __init__(self, sessions: Callable[[], Session], sealer: Sealer) -> None:
        self._sessions = sessions
        self._sealer = sealer
        self._lock = threading.Lock()
        self._kid = ""
        self._until = 0.0
        self._parsed: dict[str, RSAPrivateKey] = {}

    def sign(self, claims: dict[str, Any]) -> str:
        """Give a signed JWT (RS256) with our key id in its header."""
        kid, key = self._current()
        return jwt.encode(claims, key, algorithm="RS256", headers={"kid": kid})

    def _current(self) -> tuple[str, RSAPrivateKey]:
        with self._lock:
            if time.monotonic() >= self._until:
                self._choose(utcnow())
                self._until = time.monotonic() + _KEEP
            return self._kid, self._parsed[self._kid]

    def _choose(self, now: datetime) -> None:
        ensure_key(self._sessions, self._sealer, now)
        with engine.reading(), self._sessions() as session:
            chosen = tool_keys.signing(session, now)
        if chosen is None:  # pragma: no cover - the line above saw to it that one may sign; for the type checker
            raise LookupError("no key may sign yet")
        if chosen.kid not in self._parsed:
            parsed = load_pem_private_key(tool_keys.PRIVATE.open(self._sealer, chosen.private_pem, chosen.kid).encode(), None)
            if not isinstance(parsed, RSAPrivateKey):  # pragma: no cover - we make no others; for the type checker
                raise TypeError(chosen.kid)
            self._parsed = {chosen.kid: parsed}  # one is enough: the others sign no more
        self._kid = chosen.kid


def ensure_key(sessions: Callable[[], Session], sealer: Sealer, now: datetime) -> None:
    """Make the first key if there is none; of two processes that try, one wins and both use its key."""
    with engine.reading(), sessions() as session:
        if tool_keys.published(session, now):
            return
    engine.may_write()
    with sessions() as session:
        try:
            tool_keys.add(session, sealer, make_key(_FIRST_KID), now, at_once=True)
            session.commit()
        except IntegrityError:  # pragma: no cover - another process made the first key in the same moment
            session.rollback()


def rotate_when_due(sessions: Callable[[], Session], sealer: Sealer, days: int, now: datetime) -> str:
    """Publish a new key when the newest one is `days` old (0 for never), and clear old ones; gives its kid, or ""."""
    with sessions() as session:
        due = tool_keys.next_due(session, days)
    kid = ""
    with sessions() as session:
        if due and due <= now and tool_keys.claim_rotation(session, days, now):
            made = make_key()
            tool_keys.add(session, sealer, made, now)
            kid = made.kid
        tool_keys.wipe_old(session, now)
        session.commit()
    return kid


def key_set(sessions: Callable[[], Session], sealer: Sealer, now: datetime) -> dict[str, Any]:
    """Give our JWKS: every published key, public parts only."""
    ensure_key(sessions, sealer, now)
    with engine.reading(), sessions() as session:
        return {"keys": [one.public_jwk for one in tool_keys.published(session, now)]}
