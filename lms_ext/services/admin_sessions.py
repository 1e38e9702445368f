"""Where admins are signed in: each browser a row with a hashed secret, an idle limit and an absolute one."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from lms_ext.domain.admins import AdminActor, AdminRole
from lms_ext.models import Admin, AdminScope, AdminSession
from lms_ext.services.seats import Db

IDLE = timedelta(hours=2)
ABSOLUTE = timedelta(hours=12)
_NOTE_EVERY = timedelta(minutes=1)
"""A page does not write for every look at it."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """An admin in a browser, proven just now."""

    actor: AdminActor
    name: str
    secret_hash: str
    is_due: bool
    """The session's last use was noted a while ago and should be noted again."""


def begin(session: Db, admin: Admin, secret_hash: str, now: datetime, *, instead_of: str = "") -> None:
    """Sign an admin in: always under a new secret, so that one planted in the browser before is worth nothing."""
    end(session, instead_of)
    session.add(AdminSession(secret_hash=secret_hash, admin_id=admin.id, created_at=now, seen_at=now, expires_at=now + ABSOLUTE))
    admin.signed_in_at = now
    session.flush()


def find(session: Db, secret_hash: str, now: datetime) -> SignedIn | None:
    """Give who is signed in by a cookie's secret; None when it is nobody, or over, or the account was disabled."""
    row = session.execute(
        select(Admin.id, Admin.login, Admin.name, Admin.role, AdminSession.seen_at)
        .join(AdminSession, AdminSession.admin_id == Admin.id)
        .where(
            AdminSession.secret_hash == secret_hash,
            AdminSession.expires_at > now,
            AdminSession.seen_at > now - IDLE,
            Admin.disabled_at.is_(None),
        )
    ).one_or_none()
    if row is None:
        return None
    role = AdminRole(row.role)
    scope: frozenset[int] = frozenset()
    if role is AdminRole.PLATFORM:
        scope = frozenset(session.execute(select(AdminScope.platform_id).where(AdminScope.admin_id == row.id)).scalars())
    return SignedIn(AdminActor(row.id, row.login, role, scope), row.name, secret_hash, now - row.seen_at > _NOTE_EVERY)


def note(session: Db, secret_hash: str, now: datetime) -> None:
    """Note that a session is in use."""
    session.execute(update(AdminSession).where(AdminSession.secret_hash == secret_hash).values(seen_at=now))


def end(session: Db, secret_hash: str) -> None:
    """Sign one browser out."""
    if secret_hash:
        session.execute(delete(AdminSession).where(AdminSession.secret_hash == secret_hash))


def end_all(session: Db, admin_id: int, *, but: str = "") -> None:
    """Sign an admin out of every browser, except the one whose secret has this hash."""
    session.execute(delete(AdminSession).where(AdminSession.admin_id == admin_id, AdminSession.secret_hash != but))
