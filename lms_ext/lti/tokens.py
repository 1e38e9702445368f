"""Access tokens for platforms' services: shared by all processes, renewed once, whoever notices first."""

import json
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import or_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms_ext.domain.borrowed_names import may_be_told
from lms_ext.domain.delivery_reasons import FOREIGN
from lms_ext.domain.hosts import origin
from lms_ext.domain.quirks import Quirks
from lms_ext.lti.claims import fit_address
from lms_ext.lti.http import Answer, Outbound, OutboundError
from lms_ext.lti.pins import pinned
from lms_ext.lti.registry import KnownPlatform
from lms_ext.lti.tool_keys import Signer
from lms_ext.models import ServiceToken, engine, utcnow
from lms_ext.services import platform_hosts

_MARGIN = 60
_RENEWAL = timedelta(seconds=15)
"""Longer than a request to the platform can take."""
_LOOK = 0.05
_LONGEST = 16_000
"""Letters of an access token; those that are JWTs have a few thousand."""
_NEVER = datetime.min.replace(tzinfo=UTC)


class TokenRefused(Exception):
    """The platform gave no access token."""


class ForeignHost(OutboundError):
    """An address is on a host that does not belong to the platform's registration: no token goes there."""

    def __init__(self) -> None:
        super().__init__(FOREIGN)


class Tokens:
    """Keeps one token per registration and set of scopes until a minute before it ends."""

    def __init__(self, outbound: Outbound, signer: Signer, sessions: Callable[[], Session]) -> None:
        self._outbound = outbound
        self._signer = signer
        self._sessions = sessions
        self._guard = threading.Lock()
        self._locks: dict[tuple[int, str], threading.Lock] = {}
        self._kept: dict[tuple[int, str], tuple[str, datetime]] = {}
        self._failed: dict[tuple[int, str], tuple[float, Exception]] = {}

    def get(self, platform: KnownPlatform, quirks: Quirks, scopes: tuple[str, ...], *, instead_of: str = "") -> str:
        """Give a token that is not `instead_of` (one the platform just refused); TokenRefused or OutboundError when none came."""
        key = (platform.id, " ".join(sorted(scopes)))
        began = time.monotonic()
        token = self._usable(self._kept.get(key), instead_of)
        if token:
            return token
        with self._guard:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            token = self._usable(self._kept.get(key), instead_of)
            if token:
                return token
            failed = self._failed.get(key)
            if failed and failed[0] > began:  # while we waited, another thread asked in vain: do not ask the same again
                raise failed[1]
            try:
                self._kept[key] = self._renewed(platform, quirks, key, instead_of)
            except (TokenRefused, OutboundError) as error:
                self._failed[key] = (time.monotonic(), error)
                raise
            return self._kept[key][0]

    def check_host(self, platform: KnownPlatform, quirks: Quirks, url: str) -> None:
        """Raise ForeignHost when no token of the platform may go to this address; its admins are then shown the host."""
        if pinned(platform, quirks, url):
            return
        host = origin(url)
        if not fit_address(host, allow_loopback=True):
            raise OutboundError("bad-url")
        engine.reads_only()
        with self._sessions() as session:  # what we know of the platform may be some seconds old
            if platform_hosts.is_allowed(session, platform.id, host):
                return
            known = platform_hosts.is_noted(session, platform.id, host)
        if not known:
            self._note_host(platform.id, host)
        raise ForeignHost

    def _note_host(self, platform_id: int, host: str) -> None:
        engine.may_write()
        with self._sessions() as session:
            try:
                platform_hosts.note(session, platform_id, host, utcnow())
                session.commit()
            except IntegrityError:  # pragma: no cover - another process noted it since we looked
                session.rollback()

    @staticmethod
    def _usable(kept: tuple[str, datetime] | None, instead_of: str) -> str:
        return kept[0] if kept and kept[0] and kept[0] != instead_of and kept[1] > utcnow() else ""

    def _renewed(self, platform: KnownPlatform, quirks: Quirks, key: tuple[int, str], instead_of: str) -> tuple[str, datetime]:
        """Use what another process has stored; ask for a new token when none is asking; wait for the one that is."""
        deadline = time.monotonic() + _RENEWAL.total_seconds()
        waited = False
        while time.monotonic() < deadline:
            stored = self._stored(key)
            if self._usable(stored[:2], instead_of):
                return stored[:2]
            asked_elsewhere = stored[2] is not None and stored[2] > utcnow()
            if not asked_elsewhere:
                if waited:
                    raise TokenRefused("elsewhere")
                if self._may_ask(key, stored[0]):
                    return self._ask(platform, quirks, key)
            waited = True
            time.sleep(_LOOK)
        raise TokenRefused("elsewhere")  # pragma: no cover - others took fifteen seconds and more to ask, one after the other

    def _stored(self, key: tuple[int, str]) -> tuple[str, datetime, datetime | None]:
        engine.reads_only()
        with self._sessions() as session:
            row = session.get(ServiceToken, key)
            return (row.token, row.expires_at, row.renewing_until) if row else ("", _NEVER, None)

    def _may_ask(self, key: tuple[int, str], old: str) -> bool:
        """Become the one that asks, in all processes."""
        engine.may_write()
        now = utcnow()
        with self._sessions() as session:
            changed = session.execute(
                update(ServiceToken)
                .where(
                    ServiceToken.platform_id == key[0],
                    ServiceToken.scope == key[1],
                    ServiceToken.token == old,
                    or_(ServiceToken.renewing_until.is_(None), ServiceToken.renewing_until < now),
                )
                .values(renewing_until=now + _RENEWAL)
            )
            session.commit()
            if changed.rowcount:  # type: ignore[attr-defined]  # an UPDATE gives a CursorResult
                return True
            if session.get(ServiceToken, key):
                return False
            session.add(ServiceToken(platform_id=key[0], scope=key[1], token="", expires_at=now, renewing_until=now + _RENEWAL))
            try:
                session.commit()
            except IntegrityError:  # pragma: no cover - another process added the row since we looked
                session.rollback()
                return False
            return True

    def _ask(self, platform: KnownPlatform, quirks: Quirks, key: tuple[int, str]) -> tuple[str, datetime]:
        values: dict[str, Any] = {"renewing_until": None}
        try:
            token, until = self._fetch(platform, quirks, key[1])
            values |= {"token": token, "expires_at": until}
        finally:
            engine.may_write()
            with self._sessions() as session:
                session.execute(
                    update(ServiceToken).where(ServiceToken.platform_id == key[0], ServiceToken.scope == key[1]).values(**values)
                )
                session.commit()
        return token, until

    def _fetch(self, platform: KnownPlatform, quirks: Quirks, scope: str) -> tuple[str, datetime]:
        answer = ask_for_token(self._outbound, self._signer, platform, quirks, scope)
        given = read_json(answer)  # Moodle calls its token text/html: the type is not looked at
        if answer.status != 200 or not isinstance(given, dict) or not _fit_token(given.get("access_token")):
            raise TokenRefused(str(answer.status))
        seconds = given.get("expires_in")
        seconds = seconds if isinstance(seconds, int) and 0 < seconds < 10**8 else 3600
        return given["access_token"], utcnow() + timedelta(seconds=max(seconds - _MARGIN, seconds / 2))


def _fit_token(token: Any) -> bool:
    """Tell whether this can be sent in a header: a line break would begin another one."""
    return isinstance(token, str) and 0 < len(token) <= _LONGEST and token.isascii() and token.isprintable()


def ask_for_token(outbound: Outbound, signer: Signer, platform: KnownPlatform, quirks: Quirks, scope: str) -> Answer:
    """Ask a platform for an access token; OutboundError when it does not answer, or must not hear what is for another."""
    now = int(time.time())
    audience = platform.token_audience or quirks.token_audience(platform.auth_token_url)
    if not may_be_told(audience, platform.auth_token_url, quirks.hosts):
        raise OutboundError("audience")
    assertion = signer.sign(
        {"iss": platform.client_id, "sub": platform.client_id, "aud": audience, "iat": now, "exp": now + 300,
         "jti": secrets.token_urlsafe(16)}
    )  # fmt: skip
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": assertion,
        "scope": scope,
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    return outbound.request("POST", platform.auth_token_url, headers=headers, body=urlencode(form).encode())


def with_token(
    outbound: Outbound, tokens: Tokens, platform: KnownPlatform, quirks: Quirks, scopes: tuple[str, ...], method: str, url: str,
    *, headers: Mapping[str, str], body: bytes | None = None, **limit: int,
) -> Answer:  # fmt: skip
    """Call a service, and once more with a new token when the platform refuses the one we had.

    Raises what `Tokens.get` and `Tokens.check_host` raise: before anything is asked for an address that is not the platform's.
    """
    tokens.check_host(platform, quirks, url)
    token = ""
    while True:
        given = tokens.get(platform, quirks, scopes, instead_of=token) if token else tokens.get(platform, quirks, scopes)
        sent = {**headers, "Authorization": f"Bearer {given}"}
        answer = outbound.request(method, url, headers=sent, body=body, **limit)
        if token or not quirks.is_token_refusal(answer.status, answer.body.decode(errors="replace")):
            return answer
        token = given


def read_json(answer: Answer) -> Any:
    """Read a body as JSON whatever its type says; None when it is none."""
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
