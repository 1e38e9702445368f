"""Platform keys: parsed once, shared through the database, refetched with restraint, never lost to a bad answer."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from jwt.utils import from_base64url_uint
from sqlalchemy import or_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms_ext.domain.refusals import Refused
from lms_ext.lti.http import Answer, Outbound, OutboundError
from lms_ext.lti.registry import KnownPlatform
from lms_ext.models import PlatformKeySet, engine

log = structlog.get_logger(__name__)

RETRY = timedelta(seconds=30)
_SHORTEST, _LONGEST, _USUAL = 300, 3600, 1800
_WEAKEST = 2048
_STALE = timedelta(hours=24)


@dataclass
class _Kept:
    keys: dict[str, RSAPublicKey] = field(default_factory=dict)
    fresh_until: datetime | None = None
    attempted_at: datetime | None = None


def parse(document: Any) -> dict[str, RSAPublicKey]:
    """Give the usable signing keys of a JWKS by kid: RSA of at least 2048 bits, not marked for encryption."""
    found = ((one["kid"], _usable(one)) for one in document["keys"] if isinstance(one, dict) and isinstance(one.get("kid"), str))
    return {kid: key for kid, key in found if key is not None}


def _usable(one: dict[str, Any]) -> RSAPublicKey | None:
    if one.get("kty") != "RSA" or one.get("use", "sig") != "sig" or one.get("alg", "RS256") != "RS256":
        return None
    try:
        key = RSAPublicNumbers(from_base64url_uint(one["e"]), from_base64url_uint(one["n"])).public_key()
    except (ValueError, TypeError, KeyError):
        return None  # one broken key must not take the good ones beside it away
    return key if key.key_size >= _WEAKEST else None


def lifetime(cache_control: str) -> int:
    """Give seconds a key set may be used without asking again: max-age, kept between 5 and 60 minutes."""
    for part in cache_control.lower().split(","):
        name, _, value = part.strip().partition("=")
        if name == "max-age" and value.isdecimal():
            return min(max(int(value), _SHORTEST), _LONGEST)
    return _SHORTEST if "no-store" in cache_control.lower() else _USUAL


def _document(answer: Answer) -> Any:
    """Read an answer as a key set; ValueError when it is not one."""
    if answer.status != 200:
        raise ValueError("status")
    document = json.loads(answer.body)
    if not parse(document):
        raise ValueError("no usable key")
    return document


class KeyRing:
    """Keys of all platforms, one process."""

    def __init__(self, outbound: Outbound, sessions: Callable[[], Session]) -> None:
        self._outbound = outbound
        self._sessions = sessions
        self._kept: dict[int, _Kept] = {}
        self._locks: dict[int, threading.Lock] = {}
        self._guard = threading.Lock()

    def key(self, platform: KnownPlatform, kid: str, now: datetime) -> RSAPublicKey:
        """Find a platform's key; refuse when it is unknown (401) or when no key set could ever be read (503)."""
        kept = self._kept.get(platform.id)
        if kept and kid in kept.keys and kept.fresh_until and kept.fresh_until > now:
            return kept.keys[kid]
        with self._guard:
            lock = self._locks.setdefault(platform.id, threading.Lock())
        with lock:
            return self._look_further(platform, kid, now)

    def _look_further(self, platform: KnownPlatform, kid: str, now: datetime) -> RSAPublicKey:
        kept = self._from_database(platform.id)
        fresh = kept.fresh_until is not None and kept.fresh_until > now
        if not (fresh and kid in kept.keys) and self._may_try(platform.id, kept, now):
            self._fetch(platform, now)
            kept = self._from_database(platform.id)
        self._kept[platform.id] = kept
        if kid in kept.keys and kept.fresh_until and kept.fresh_until + _STALE > now:
            return kept.keys[kid]
        raise Refused("key-unknown" if kept.keys else "keys-unreadable", platform=platform.id)

    def _from_database(self, platform_id: int) -> _Kept:
        with engine.reading(), self._sessions() as session:
            row = session.get(PlatformKeySet, platform_id)
            if row is None:
                return _Kept()
            keys = parse(row.jwks) if row.jwks else {}
            return _Kept(keys, row.fresh_until, row.attempted_at)

    def _may_try(self, platform_id: int, kept: _Kept, now: datetime) -> bool:
        """Claim the one try that all processes together have in 30 s."""
        with self._sessions() as session:
            if kept.attempted_at is None:
                session.add(PlatformKeySet(platform_id=platform_id, attempted_at=now))
                try:
                    session.commit()
                except IntegrityError:  # pragma: no cover - another process added the row since we looked
                    session.rollback()
                else:
                    return True
            claimed = session.execute(
                update(PlatformKeySet)
                .where(
                    PlatformKeySet.platform_id == platform_id,
                    or_(PlatformKeySet.attempted_at.is_(None), PlatformKeySet.attempted_at <= now - RETRY),
                )
                .values(attempted_at=now)
            )
            session.commit()
            return bool(claimed.rowcount)  # type: ignore[attr-defined]  # an UPDATE gives a CursorResult

    def _fetch(self, platform: KnownPlatform, now: datetime) -> None:
        values: dict[str, Any]
        try:
            answer = self._outbound.request("GET", platform.jwks_url, headers={"Accept": "application/json"})
            document = _document(answer)
            fresh_until = now + timedelta(seconds=lifetime(answer.headers.get("cache-control", "")))
            values = {"jwks": document, "fetched_at": now, "fresh_until": fresh_until, "last_error": ""}
        except OutboundError as error:
            values = {"last_error": error.code}
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            values = {"last_error": f"unreadable ({type(error).__name__})"}
        if values["last_error"]:
            log.warning("keys.not_read", platform=platform.id, error=values["last_error"])
        with self._sessions() as session:
            session.execute(update(PlatformKeySet).where(PlatformKeySet.platform_id == platform.id).values(**values))
            session.commit()
