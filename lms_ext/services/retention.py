"""How long courses are kept: one that nobody opened for so many months loses all work and people, in small batches.

The course and its links stay: they hold nothing of a person, and who opens it again finds its activities.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, and_, delete, distinct, exists, func, or_, select, true

from lms_ext.domain.admins import AdminActor, AdminRole
from lms_ext.models import Attempt, Erasure, Member, Person, Retention, Space
from lms_ext.services import audit, personal_data
from lms_ext.services.seats import Db

CHOICES = (6, 12, 18, 24, 36, 60)
"""Months that an admin may choose."""
_BATCH = 200
_WORKER = AdminActor(None, "worker", AdminRole.OWNER)


@dataclass(frozen=True, slots=True)
class Due:
    """What a rule would delete now."""

    courses: int
    attempts: int
    people: int
    """Those who belong to these courses; who belongs to another one as well keeps their name."""


def cutoff(now: datetime, months: int) -> str:
    """Give the first month that is still kept, as ``2026-11``: everything last opened before it is at least `months` old."""
    number = now.year * 12 + now.month - 1 - months
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def rules(session: Db) -> Mapping[int, int]:
    """Give the months of each platform that has a rule."""
    return {row.platform_id: row.months for row in session.execute(select(Retention.platform_id, Retention.months))}


def keep(session: Db, platform_id: int, months: int, now: datetime) -> None:
    """Set a platform's rule; 0 keeps everything for good."""
    session.execute(delete(Retention).where(Retention.platform_id == platform_id))
    if months:
        session.add(Retention(platform_id=platform_id, months=months, changed_at=now))
    session.flush()


def due(session: Db, platform_id: int, months: int, now: datetime) -> Due:
    """Count what a rule would delete, without deleting."""
    old = select(Space.id).where(*_is_old(platform_id, cutoff(now, months)))
    attempts = select(func.count()).where(Attempt.platform_id == platform_id, Attempt.space_id.in_(old))
    people = select(func.count(distinct(Member.person_id))).where(Member.platform_id == platform_id, Member.space_id.in_(old))
    courses = select(func.count()).select_from(Space).where(*_is_old(platform_id, cutoff(now, months)), _holds_people())
    return Due(*(int(session.execute(one).scalar_one()) for one in (courses, attempts, people)))


def _is_old(platform_id: int, before: str) -> list[Any]:
    return [Space.platform_id == platform_id, Space.opened_month < before, Space.opened_month != ""]


def _holds_people() -> Any:
    return or_(*(exists().where(table.c.platform_id == Space.platform_id, table.c.space_id == Space.id) for table in _places()))


def run(session: Db, now: datetime, *, batch: int = _BATCH) -> bool:
    """Delete one batch of what the rules no longer keep; True when there may be more. Several workers may do so at once."""
    for platform_id, months in sorted(rules(session).items()):
        asked = select(Space).where(*_is_old(platform_id, cutoff(now, months)), _holds_people()).order_by(Space.id).limit(1)
        space = session.execute(asked.with_for_update(skip_locked=True)).scalar_one_or_none()
        if space is not None:
            _empty(session, space, months, batch)
            return True
    return False


def _empty(session: Db, space: Space, months: int, batch: int) -> None:
    """Delete one batch of a course: attempts with all that hangs on them, then people's places, then what is left."""
    here = (Attempt.platform_id == space.platform_id, Attempt.space_id == space.id)
    attempts = session.execute(select(Attempt.id).where(*here).order_by(Attempt.id).limit(batch)).scalars().all()
    for table in personal_data.work_tables():
        _delete(session, table, space, table.c.attempt_id.in_(attempts))
    session.execute(delete(Attempt).where(*here, Attempt.id.in_(attempts)), execution_options=_PLAIN)
    if len(attempts) == batch:
        return
    people = _members(session, space, batch)
    for table in _places():
        _delete(session, table, space, table.c.person_id.in_(people))
    _forget_homeless(session, space.platform_id, people)
    if len(people) == batch:
        return
    for table in _places():
        _delete(session, table, space, true())
    audit.write(session, _WORKER, "retention.delete", space.title, platform_id=space.platform_id, months=months,
                last_opened=space.opened_month)  # fmt: skip


_PLAIN = {"synchronize_session": False}


def _places() -> list[Table]:
    """List the tables that hold a person's rows in a course."""
    return [one for one in personal_data.own_tables() if "space_id" in one.c]


def _members(session: Db, space: Space, batch: int) -> Sequence[int]:
    asked = select(Member.person_id).where(Member.platform_id == space.platform_id, Member.space_id == space.id)
    return session.execute(asked.order_by(Member.person_id).limit(batch)).scalars().all()


def _delete(session: Db, table: Table, space: Space, condition: Any) -> None:
    place = and_(table.c.platform_id == space.platform_id, table.c.space_id == space.id)
    session.execute(delete(table).where(place, condition))


def _forget_homeless(session: Db, platform_id: int, ids: Sequence[int]) -> None:
    """Delete the names of those who belong to no course any more."""
    belongs = exists().where(Member.platform_id == Person.platform_id, Member.person_id == Person.id)
    gone = delete(Person).where(Person.platform_id == platform_id, Person.id.in_(ids), ~belongs)
    session.execute(gone, execution_options=_PLAIN)


def erasures(session: Db, within: Any, limit: int = 20) -> list[Erasure]:
    """List the newest erasures of these platforms (None for all)."""
    asked = select(Erasure).order_by(Erasure.erased_at.desc()).limit(limit)
    if within is not None:
        asked = asked.where(Erasure.platform_id.in_(sorted(within)))
    return list(session.execute(asked).scalars())
