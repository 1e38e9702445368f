"""After a backup was restored: what the database has forgotten must not count a second time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, update

from lms_ext.models import AdminInvite, AdminSession, Invitation, LaunchSession, Platform
from lms_ext.services.seats import Db


@dataclass(frozen=True, slots=True)
class BegunAnew:
    """What was ended."""

    platforms: int
    sessions: int
    """Of people and of admins."""
    invitations: int


def begin_anew(session: Db, now: datetime) -> BegunAnew:
    """Refuse from now on what was issued before now: launches and notices of every LMS, open sessions, one-time addresses.

    Marks of what was used since the backup are gone with the newer data, so nothing from that time can be told from a replay.
    """
    now = now.replace(microsecond=0)  # as the times in tokens: one of this very second is new
    return BegunAnew(
        _changed(session, update(Platform).values(not_before=now)),
        _changed(session, update(LaunchSession).where(LaunchSession.ended_at.is_(None)).values(ended_at=now))
        + _changed(session, delete(AdminSession)),
        _changed(session, delete(AdminInvite))
        + _changed(session, update(Invitation).where(Invitation.used_at.is_(None)).values(expires_at=now)),
    )


def _changed(session: Db, statement: Any) -> int:
    done: Any = session.execute(statement.execution_options(synchronize_session=False))
    return int(done.rowcount)
