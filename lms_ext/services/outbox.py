"""The grade outbox: one slot per (gradebook column, person); the newest score supersedes what was not yet sent."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from lms_ext.domain import delivery_reasons
from lms_ext.domain.access import Actor
from lms_ext.domain.columns import whole
from lms_ext.domain.texts import Text
from lms_ext.models import GradeSlot
from lms_ext.models.statements import Runs
from lms_ext.services import columns
from lms_ext.services.seats import Db


def enqueue(
    session: Db,
    *,
    platform_id: int,
    space_id: int,
    link_id: int,
    person_id: int,
    given: float | None,
    maximum: int,
    comment: str,
    activity_progress: str,
    grading_progress: str,
    submitted_at: datetime | None,
    now: datetime,
    column: str = "",
) -> int:
    """Put a score in its slot, in the caller's transaction; give the slot's new version. A parked slot is due again.

    `column` is the key of one of the link's columns, "" for its own.
    """
    score = {
        "given": given,
        "maximum": maximum,
        "comment": comment,
        "activity_progress": activity_progress,
        "grading_progress": grading_progress,
        "submitted_at": submitted_at,
        "state": "queued",
        "reason": "",
        "tries": 0,
        "due_at": now,
        "queued_at": now,
    }
    key = {
        "platform_id": platform_id, "space_id": space_id, "link_id": link_id, "person_id": person_id, "column_key": column
    }  # fmt: skip
    postgres = session.get_bind().dialect.name == "postgresql"
    insert = (postgresql.insert if postgres else sqlite.insert)(GradeSlot).values(**key, **score, version=1)
    statement = insert.on_conflict_do_update(
        index_elements=list(key),
        set_=score | {"version": GradeSlot.version + 1},
    ).returning(GradeSlot.version)
    return int(session.execute(statement).scalar_one())


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where a person's grade is."""

    state: str
    reason: str
    given: float | None
    maximum: int
    delivered_at: datetime | None

    @property
    def words(self) -> Text | None:
        """Say why it is late, kept or parked; None when there is no trouble."""
        return delivery_reasons.words(self.reason)


def slots(session: Db, actor: Actor, link_id: int) -> Sequence[GradeSlot]:
    """List the grades of a link, in all its columns."""
    found = select(GradeSlot).where(
        GradeSlot.platform_id == actor.platform_id, GradeSlot.space_id == actor.space_id, GradeSlot.link_id == link_id
    )
    return session.execute(found).scalars().all()


def scores_of(session: Db, link: tuple[int, int, int], person_id: int) -> dict[str, tuple[float | None, int]]:
    """Give what a person's slots at a link `(platform, space, id)` hold, by key of the column: (points, maximum)."""
    rows = session.execute(
        select(GradeSlot.column_key, GradeSlot.given, GradeSlot.maximum).where(
            GradeSlot.platform_id == link[0], GradeSlot.space_id == link[1], GradeSlot.link_id == link[2],
            GradeSlot.person_id == person_id,
        )
    )  # fmt: skip
    return {row.column_key: (row.given, row.maximum) for row in rows}


def deliveries(grades: Sequence[GradeSlot], column: str = "") -> dict[int, Delivery]:
    """Give the delivery of each person's grade in one of a link's columns, by person id."""
    return {one.person_id: _delivery(one) for one in grades if one.column_key == column}


def _delivery(slot: GradeSlot) -> Delivery:
    return Delivery(slot.state, slot.reason, slot.given, slot.maximum, slot.delivered_at)


def unpark(
    session: Runs,
    link: tuple[int, int, int | None],
    now: datetime,
    *,
    person_id: int | None = None,
    reasons: Collection[str] | None = None,
) -> None:
    """Make parked grades of a link `(platform, space, id)` due again: one person's, or those parked for one of `reasons`.

    Without an id, those of all links of the space.

    They keep the time they were made at, so that they cannot replace what a teacher wrote in the LMS since.
    """
    platform_id, space_id, link_id = link
    chosen = update(GradeSlot).where(
        GradeSlot.platform_id == platform_id,
        GradeSlot.space_id == space_id,
        GradeSlot.state == "parked",
        GradeSlot.sent_version < GradeSlot.version,
    )
    if link_id is not None:
        chosen = chosen.where(GradeSlot.link_id == link_id)
    if person_id is not None:
        chosen = chosen.where(GradeSlot.person_id == person_id)
    if reasons is not None:
        chosen = chosen.where(GradeSlot.reason.in_(sorted(reasons)))
    values = {"state": "queued", "due_at": now}
    session.execute(chosen.values(**values).execution_options(synchronize_session=False))


def resend(session: Db, actor: Actor, link_id: int, person_id: int, now: datetime, *, column: str = "", ref: str = "") -> bool:
    """Make a person's grade in a column, and those of parts of `ref`, due again, whatever became of it; False without any.

    One that is still on its way keeps the time it was made at: it must not replace what a teacher wrote in the LMS since. One
    that has arrived, or gave way to the LMS's own grade, is sent as new: who asks for that means it. A column that was deleted
    in the LMS is made anew, with everybody's grades.
    """
    link = (actor.platform_id, actor.space_id, link_id)
    mine = [one for one in slots(session, actor, link_id) if one.person_id == person_id]
    chosen = sorted(one.column_key for one in mine if one.column_key == column or (ref and whole(one.column_key) == ref))
    for key in chosen:
        slot = session.get_one(GradeSlot, (*link, person_id, key), with_for_update=True, populate_existing=True)
        if slot.reason == "column-gone":
            columns.make_again(session, link, key, now)
            continue
        if slot.state in {"sent", "kept"}:
            slot.version += 1
            slot.queued_at = now
        slot.state, slot.reason, slot.tries, slot.due_at = "queued", "", 0, now
    session.flush()
    return bool(chosen)
