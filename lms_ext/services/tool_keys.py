"""The tool's own signing keys: made on first need, rotated with overlap."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update

from lms_ext.models import ToolKey
from lms_ext.services.sealing import SealedColumn, Sealer
from lms_ext.services.seats import Db

LEAD = timedelta(days=2)
"""A new key is published this long before it signs: platforms keep our key set for an hour, some for a day."""
OVERLAP = timedelta(days=7)
"""An old key stays published this long after the new one began to sign: what it signed lives for minutes, and may wait in a
queue of the platform."""
_WIPED = timedelta(days=1)
"""The private half of a key goes this long after another signs in its place."""
_SHOWN = timedelta(days=400)
"""Keys that ended are listed this long."""

PRIVATE = SealedColumn(ToolKey.private_pem, "tool-key", plain_begins="-----BEGIN")


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key pair just made."""

    kid: str
    private_pem: str = field(repr=False)
    public_jwk: dict[str, str]


def published(session: Db, now: datetime) -> Sequence[ToolKey]:
    """List the keys that platforms may see, newest first."""
    return (
        session.execute(
            select(ToolKey)
            .where(or_(ToolKey.published_until.is_(None), ToolKey.published_until > now))
            .order_by(ToolKey.signs_from.desc(), ToolKey.kid)
        )
        .scalars()
        .all()
    )


def every(session: Db) -> Sequence[ToolKey]:
    """List all keys, newest first, also those that ended."""
    return session.execute(select(ToolKey).order_by(ToolKey.signs_from.desc(), ToolKey.kid)).scalars().all()


def signing(session: Db, now: datetime) -> ToolKey | None:
    """Give the newest key that may sign."""
    return next((one for one in published(session, now) if one.signs_from <= now), None)


def stage(key: ToolKey, keys: Sequence[ToolKey], now: datetime) -> str:
    """Tell where a key is in its life: ``waiting`` (published, signs later), ``signing``, ``fading`` or ``ended``."""
    if key.published_until is not None and key.published_until <= now:
        return "ended"
    if key.signs_from > now:
        return "waiting"
    signs = next(one for one in keys if one.signs_from <= now and (one.published_until is None or one.published_until > now))
    return "signing" if key is signs else "fading"


def next_due(session: Db, days: int) -> datetime | None:
    """Tell when the next key will be published by schedule; None when keys rotate by hand only, or there is none yet."""
    newest = session.execute(select(ToolKey.signs_from).where(ToolKey.published_until.is_(None))).scalar()
    return newest + timedelta(days=days) - LEAD if newest and days else None


def claim_rotation(session: Db, days: int, now: datetime) -> bool:
    """Tell whether the schedule asks for a new key, and keep every other worker from making one until this commits."""
    newest = session.execute(select(ToolKey.signs_from).where(ToolKey.published_until.is_(None)).with_for_update()).scalar()
    # a worker that waited for the lock finds that the newest key is another's, or none that it can see yet
    return newest is not None and newest + timedelta(days=days) - LEAD <= now


def add(session: Db, sealer: Sealer, key: NewKey, now: datetime, *, at_once: bool = False, withdraw: bool = False) -> datetime:
    """Publish a new key and give the time from which it signs; older ones stay until their overlap ends.

    It signs now when no other may, and with `at_once`, for when the old key cannot be used; `withdraw` also ends the others now,
    for when one leaked.
    """
    signs_from = now if at_once or withdraw or signing(session, now) is None else now + LEAD
    until = now if withdraw else signs_from + OVERLAP
    older = update(ToolKey).where(or_(ToolKey.published_until.is_(None), ToolKey.published_until > until))
    session.execute(older.values(published_until=until))
    sealed = PRIVATE.seal(sealer, key.private_pem, key.kid)
    session.add(ToolKey(kid=key.kid, private_pem=sealed, public_jwk=key.public_jwk, created_at=now, signs_from=signs_from))
    session.flush()
    return signs_from


def wipe_old(session: Db, now: datetime) -> None:
    """Drop the private half of keys that sign no more, and keys that ended long ago."""
    signs = signing(session, now)
    if signs is None or signs.signs_from > now - _WIPED:
        return
    superseded = update(ToolKey).where(ToolKey.signs_from < signs.signs_from, ToolKey.private_pem != "")
    session.execute(superseded.values(private_pem=""))
    session.execute(delete(ToolKey).where(ToolKey.published_until < now - _SHOWN))
