"""Forget what nothing can use any more, in small batches, so that no lock is held for long."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, tuple_

from lms_ext.models import AdminInvite, AdminSession, LaunchSession, UsedState
from lms_ext.services.seats import Db

BATCH = 1000


def forget_old(session: Db, now: datetime, *, batch: int = BATCH) -> bool:
    """Delete used states that nothing can replay, sessions and invitations that are over; True when there may be more."""
    states = _delete(session, UsedState, (UsedState.platform_id, UsedState.state_id), now, batch)
    sessions = _delete(session, LaunchSession, (LaunchSession.platform_id, LaunchSession.space_id, LaunchSession.id), now, batch)
    admins = _delete(session, AdminSession, (AdminSession.secret_hash, AdminSession.admin_id), now, batch)
    invites = _delete(session, AdminInvite, (AdminInvite.token_hash, AdminInvite.id), now, batch)
    return max(states, sessions, admins, invites) >= batch


def _delete(session: Db, table: type[Any], key: tuple[Any, ...], now: datetime, batch: int) -> int:
    old = select(*key).where(table.expires_at < now).order_by(table.expires_at).limit(batch).with_for_update(skip_locked=True)
    rows = session.execute(old).all()
    if rows:
        session.execute(
            delete(table).where(tuple_(*key).in_([tuple(row) for row in rows])), execution_options={"synchronize_session": False}
        )
    return len(rows)
