"""The tool's own signing keys: made on first need, rotated with overlap."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update

from lms_ext.models import ToolKey
from lms_ext.services.sealing import SealedColumn, Sealer
from lms_ext.services.seats import Db

LEAD = timedelta(hours=1)
"""A new key is published this long before it signs: platforms keep our key set for up to an hour."""
OVERLAP = timedelta(days=7)
"""An old key stays published this long after the new one began to sign."""

PRIVATE = SealedColumn(ToolKey.private_pem, "tool-key", plain_begins="-----BEGIN")


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key pair just made."""

    kid: str
    private_pem: str
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


def signing(session: Db, now: datetime) -> ToolKey | None:
    """Give the newest key that may sign."""
    return next((one for one in published(session, now) if one.signs_from <= now), None)


def add(session: Db, sealer: Sealer, key: NewKey, now: datetime, *, at_once: bool) -> datetime:
    """Publish a new key; older ones stay until their overlap ends. Gives the time from which it signs: now if no other may."""
    signs_from = now if at_once or signing(session, now) is None else now + LEAD
    session.execute(update(ToolKey).where(ToolKey.published_until.is_(None)).values(published_until=signs_from + OVERLAP))
    sealed = PRIVATE.seal(sealer, key.private_pem, key.kid)
    session.add(ToolKey(kid=key.kid, private_pem=sealed, public_jwk=key.public_jwk, created_at=now, signs_from=signs_from))
    session.flush()
    return signs_from
