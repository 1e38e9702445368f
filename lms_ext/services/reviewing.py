"""Read-only views of a class: who has opened, drafted, handed in, been marked, and where each grade is."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, select

from lms_ext.domain import grading
from lms_ext.domain.access import Actor
from lms_ext.domain.activities import Keep
from lms_ext.domain.people import Role
from lms_ext.models import Attempt, Draft, LinkBarred, Member, Person, Visit
from lms_ext.services.seats import Db


@dataclass(frozen=True, slots=True)
class Row:
    """One learner at one activity."""

    person_id: int
    name: str
    state: str
    """``unopened``, ``opened``, ``draft``, ``submitted``, ``returned`` or ``marked``."""
    attempt_id: int | None
    attempts: int
    fraction: float | None
    submitted_at: datetime | None
    place: str = "class"
    """``class``, or why this person is no part of it: ``test`` (the LMS's pretend learner), ``left``, ``inactive``, or ``barred``
    when the LMS does not show them this link."""


def in_class(rows: Iterable[Row]) -> list[Row]:
    """Give the learners that count."""
    return [row for row in rows if row.place == "class"]


def overview(session: Db, actor: Actor, link_id: int, ref: str, keep: Keep = Keep.LAST) -> list[Row]:
    """Give a row for everybody of the space who does not teach, by name, with the fraction that counts over all attempts.

    Whoever left stands there only with something of theirs to be seen.
    """
    people = session.execute(
        select(Person.id, Person.name, Member.role, Member.status, Visit.first_at, LinkBarred.link_id.label("barred"))
        .join(Member, and_(Member.platform_id == Person.platform_id, Member.person_id == Person.id))
        .outerjoin(
            Visit,
            and_(
                Visit.platform_id == Member.platform_id,
                Visit.space_id == Member.space_id,
                Visit.link_id == link_id,
                Visit.person_id == Member.person_id,
            ),
        )
        .outerjoin(
            LinkBarred,
            and_(
                LinkBarred.platform_id == Member.platform_id,
                LinkBarred.space_id == Member.space_id,
                LinkBarred.link_id == link_id,
                LinkBarred.person_id == Member.person_id,
            ),
        )
        .where(Member.platform_id == actor.platform_id, Member.space_id == actor.space_id, Member.role != "teacher")
        .order_by(Person.name, Person.id)
    ).all()
    by_person: dict[int, list[Attempt]] = {}
    for attempt in _attempts(session, actor, link_id, ref):
        by_person.setdefault(attempt.person_id, []).append(attempt)
    drafted = _drafted(session, actor, link_id, ref)
    rows = []
    for person in people:
        own = by_person.get(person.id, [])
        opened = person.first_at is not None
        row = _row(person.id, person.name, _place(person, own), opened=opened, own=own, drafted=drafted, keep=keep)
        if row.state != "unopened" or row.place in {"class", "barred"}:
            rows.append(row)
    return rows


def _place(person: Any, own: Sequence[Attempt]) -> str:
    if person.role == Role.TEST:
        return "test"
    if person.status != "active":
        return str(person.status)
    return "barred" if person.barred is not None and person.first_at is None and not own else "class"


def _attempts(session: Db, actor: Actor, link_id: int, ref: str) -> Sequence[Attempt]:
    return (
        session.execute(
            select(Attempt)
            .where(
                Attempt.platform_id == actor.platform_id,
                Attempt.space_id == actor.space_id,
                Attempt.link_id == link_id,
                Attempt.activity_ref == ref,
            )
            .order_by(Attempt.number)
        )
        .scalars()
        .all()
    )


def _drafted(session: Db, actor: Actor, link_id: int, ref: str) -> set[int]:
    """Give the attempts that hold at least one draft; what it says stays private."""
    return set(
        session.execute(
            select(Draft.attempt_id)
            .distinct()
            .join(
                Attempt,
                and_(
                    Attempt.platform_id == Draft.platform_id,
                    Attempt.space_id == Draft.space_id,
                    Attempt.id == Draft.attempt_id,
                ),
            )
            .where(
                Draft.platform_id == actor.platform_id,
                Draft.space_id == actor.space_id,
                Attempt.link_id == link_id,
                Attempt.activity_ref == ref,
            )
        ).scalars()
    )


def _row(person_id: int, name: str, place: str, *, opened: bool, own: list[Attempt], drafted: set[int], keep: Keep) -> Row:
    state, last = state_of(own, drafted, opened=opened)
    if last is None:
        return Row(person_id, name, state, None, 0, None, None, place)
    handed_in = sum(bool(one.revision) for one in own)
    counted = grading.combine([one.fraction for one in own if one.fraction is not None], keep)
    return Row(person_id, name, state, last.id, handed_in, counted, last.submitted_at, place)


def state_of(own: Sequence[Attempt], drafted: Collection[int], *, opened: bool = False) -> tuple[str, Attempt | None]:
    """Give a person's state at an activity (see `Row.state`) and the attempt that it is about."""
    if not own:
        return "opened" if opened else "unopened", None
    handed_in = [one for one in own if one.revision]
    last = handed_in[-1] if handed_in else own[-1]
    if not handed_in:
        return "draft" if last.id in drafted else "opened", last
    if last.status in {"returned", "marked"}:
        return last.status, last
    if last.status == "submitted":
        return "marked" if last.fraction is not None else "submitted", last
    return "draft", last
