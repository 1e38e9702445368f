"""How often somebody may try a password or a code, or a server may send notices: counted in the database, so by all processes.

Each thing that is counted (an account from one network, a network, an account in browsers it never used) has one row with one
number: the moment at which all its tries are forgotten. A try moves it on by the pace's interval, and is refused while it lies
further ahead than the burst allows (the "generic cell rate algorithm"). Nothing is ever locked: waiting always helps.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from lms_ext.models import SignInPace
from lms_ext.services.seats import Db

MOST_ROWS = 20_000
"""More are not kept: those that would be forgotten soonest make room."""
_ROOM = 1_000
_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Pace:
    """So many tries at once, then one per interval (seconds)."""

    burst: int
    interval: float


ACCOUNT_HERE = Pace(5, 60)
"""One account from one network, or from a browser it was used in before."""
NETWORK = Pace(30, 20)
"""All tries from one network: a school behind one address has many people."""
STRANGE_BROWSERS = Pace(30, 120)
"""One account, from all browsers it was never used in together: slows a guess from many networks, and does not reach the
admin's own browser, so nobody can be locked out by a stranger."""
SECOND_FACTOR = Pace(5, 60)
"""Codes for one account; only who knows the password gets as far."""

NOTICES = Pace(60, 0.5)
"""Requests with notices from one network; each may bring a hundred."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What a try counts against; `key` is a hash, no address is kept."""

    key: str
    pace: Pace


def take(session: Db, counted: Sequence[Counted], now: datetime) -> int:
    """Count a try against all of these; gives 0, or the seconds to wait when one of them is used up. The caller commits."""
    at = int(now.timestamp() * 1000)
    wait = max((_take(session, one, at) for one in sorted(counted, key=lambda one: one.key)), default=0)
    _make_room(session, at)
    return wait


def _take(session: Db, one: Counted, at: int) -> int:
    step = int(one.pace.interval * 1000)
    ahead = step * (one.pace.burst - 1)
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    moved = case((SignInPace.free_at < at, at), else_=SignInPace.free_at) + step
    taken = session.execute(
        insert(SignInPace)
        .values(key=one.key, free_at=at + step)
        .on_conflict_do_update(index_elements=["key"], set_={"free_at": moved}, where=SignInPace.free_at <= at + ahead)
        .returning(SignInPace.free_at)
    ).scalar_one_or_none()
    if taken is not None:
        return 0
    free_at = session.execute(select(SignInPace.free_at).where(SignInPace.key == one.key)).scalar_one_or_none() or at
    return max(1, -(-(free_at - ahead - at) // 1000))


def forgive(session: Db, keys: Sequence[str]) -> None:
    """Forget the tries of who proved to be the account's owner."""
    session.execute(delete(SignInPace).where(SignInPace.key.in_(sorted(keys))))


def _make_room(session: Db, at: int) -> None:
    _forget(session, select(SignInPace.key).where(SignInPace.free_at <= at).limit(_BATCH))
    number = session.execute(select(func.count()).select_from(SignInPace)).scalar_one()
    if number > MOST_ROWS:
        _forget(session, select(SignInPace.key).order_by(SignInPace.free_at).limit(number - MOST_ROWS + _ROOM))


def _forget(session: Db, chosen: Select[Any]) -> None:
    """Delete rows that nobody holds: two requests that wait for each other's rows would never end."""
    keys = session.execute(chosen.with_for_update(skip_locked=True)).scalars().all()
    if keys:
        session.execute(delete(SignInPace).where(SignInPace.key.in_(keys)), execution_options={"synchronize_session": False})
