"""The outbox as an admin sees it: how much waits where, since when, and why."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, select, update

from lms_ext.domain.pacing import Pace
from lms_ext.models import GradeSlot, Link, Platform, Space
from lms_ext.services import lanes
from lms_ext.services.seats import Db


@dataclass(frozen=True, slots=True)
class PlatformGrades:
    """The grades of one platform."""

    platform_id: int
    name: str
    counts: dict[str, int]
    """Grades by state."""
    oldest: timedelta | None
    """Age of the oldest grade that is still on its way."""
    parked: dict[str, int]
    """Parked grades by reason."""
    pace: Pace | None


def every_platform(session: Db, now: datetime) -> list[PlatformGrades]:
    """Count the grades of all platforms; reads every slot once."""
    rows = session.execute(
        select(GradeSlot.platform_id, GradeSlot.state, GradeSlot.reason, func.count(), func.min(GradeSlot.queued_at)).group_by(
            GradeSlot.platform_id, GradeSlot.state, GradeSlot.reason
        )
    ).all()
    names = {row.id: row.name for row in session.execute(select(Platform.id, Platform.name))}
    paces = lanes.every(session)
    found = []
    for platform_id in sorted(names):
        mine = [row for row in rows if row[0] == platform_id]
        counts: dict[str, int] = {}
        for _, state, _, number, _ in mine:
            counts[state] = counts.get(state, 0) + number
        waiting = [since for _, state, _, _, since in mine if state in {"queued", "late"}]
        parked = {reason: number for _, state, reason, number, _ in mine if state == "parked"}
        oldest = now - min(waiting) if waiting else None
        found.append(PlatformGrades(platform_id, names[platform_id], counts, oldest, parked, paces.get(platform_id)))
    return found


@dataclass(frozen=True, slots=True)
class Trouble:
    """A grade that is late, parked or kept back; whose it is only its teachers see."""

    platform: str
    course: str
    link: str
    state: str
    reason: str
    since: datetime


def troubles(session: Db, within: Collection[int] | None, limit: int = 50) -> list[Trouble]:
    """List the newest grades that did not simply arrive; `within` narrows to these platforms."""
    asked = (
        select(Platform.name, Space.title, Link.title, GradeSlot.state, GradeSlot.reason, GradeSlot.queued_at)
        .join(Platform, Platform.id == GradeSlot.platform_id)
        .join(Space, and_(Space.platform_id == GradeSlot.platform_id, Space.id == GradeSlot.space_id))
        .join(
            Link,
            and_(Link.platform_id == GradeSlot.platform_id, Link.space_id == GradeSlot.space_id, Link.id == GradeSlot.link_id),
        )
        .where(GradeSlot.state.in_(("late", "parked", "kept")))
        .order_by(GradeSlot.queued_at.desc())
        .limit(limit)
    )
    if within is not None:
        asked = asked.where(GradeSlot.platform_id.in_(sorted(within)))
    return [Trouble(*row) for row in session.execute(asked)]


def resend_parked(session: Db, platform_id: int, reason: str, now: datetime) -> int:
    """Make a platform's parked grades due again, those parked for `reason` ("" for all); gives how many.

    They keep the time they were made at, so that they cannot replace what a teacher wrote in the LMS since.
    """
    chosen = update(GradeSlot).where(GradeSlot.platform_id == platform_id, GradeSlot.state == "parked")
    if reason:
        chosen = chosen.where(GradeSlot.reason == reason)
    changed = session.execute(chosen.values(state="queued", due_at=now).execution_options(synchronize_session=False))
    return int(changed.rowcount)  # type: ignore[attr-defined]  # an UPDATE gives a CursorResult
