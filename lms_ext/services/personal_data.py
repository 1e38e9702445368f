"""All we hold of one person: found, told in full, erased.

Nothing is listed by hand: a table with a ``person_id`` is the person's own, one with an ``attempt_id`` belongs to their work, and
what a person wrote or decided on other people's work has its column in `AUTHORS`. So a new table is told and erased as well.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Table, and_, delete, func, insert, not_, or_, select, tuple_, update

from lms_ext.domain.refusals import declare
from lms_ext.domain.texts import text
from lms_ext.models import Attempt, Base, Comment, Erasure, LaunchSession, Link, Mark, Member, Person, Platform, Space
from lms_ext.services.seats import Db

AUTHORS: Mapping[str, str] = {Comment.__tablename__: "author_id", Mark.__tablename__: "marker_id"}
"""Columns that name who wrote or decided something on another person's work, by table."""
NOBODY = 0
"""Takes the author's place when their data is erased: the learner keeps the words, and nobody knows whose they were."""
_UNTOLD = {"secret_hash", "browser_hash", "lease"}
"""Columns that say nothing of a person and would let a reader act in their place."""
_SWEEP = timedelta(minutes=2)
"""Longer than any request takes."""
_FOUND = 50

declare("person-gone", 404, text("Orang ini tidak ada", "There is no such person"),
        text("Mungkin datanya sudah dihapus.", "Their data may have been erased."), "admin/message.html")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """A person as a search gives them."""

    platform_id: int
    platform: str
    id: int
    sub: str
    name: str
    email: str
    created_at: datetime


def find(session: Db, words: str, within: Collection[int] | None) -> list[Found]:
    """Search name, e-mail address and the LMS's id of a person among platforms (None for all); at most 50, by name."""
    words = words.strip()
    if not words:
        return []
    fits = or_(Person.name.icontains(words, autoescape=True), Person.email.icontains(words, autoescape=True), Person.sub == words)
    asked = (
        select(Person.platform_id, Platform.name.label("platform"), Person.id, Person.sub, Person.name, Person.email,
               Person.created_at)
        .join(Platform, Platform.id == Person.platform_id)
        .where(fits)
        .order_by(Person.name, Person.platform_id, Person.id)
        .limit(_FOUND)
    )  # fmt: skip
    if within is not None:
        asked = asked.where(Person.platform_id.in_(sorted(within)))
    return [Found(*row) for row in session.execute(asked)]


def own_tables() -> list[Table]:
    """List the tables whose rows are a person's own."""
    return [one for one in Base.metadata.sorted_tables if "person_id" in one.c and one.name != Erasure.__tablename__]


def work_tables() -> list[Table]:
    """List the tables whose rows belong to an attempt."""
    return [one for one in Base.metadata.sorted_tables if "attempt_id" in one.c and "person_id" not in one.c]


_ATTEMPT: Any = Attempt.__table__.c


def _attempts_of(platform_id: int, person_id: int) -> Any:
    return select(_ATTEMPT.platform_id, _ATTEMPT.space_id, _ATTEMPT.id).where(
        _ATTEMPT.platform_id == platform_id, _ATTEMPT.person_id == person_id
    )


def _of_work(table: Table, platform_id: int, person_id: int) -> Any:
    place = tuple_(table.c.platform_id, table.c.space_id, table.c.attempt_id)
    return and_(table.c.platform_id == platform_id, place.in_(_attempts_of(platform_id, person_id)))


@dataclass(frozen=True, slots=True)
class Holdings:
    """Everything we hold of a person: rows by table, ids as text, times as ISO 8601."""

    platform_id: int
    person_id: int
    platform: str
    person: dict[str, Any]
    rows: dict[str, list[dict[str, Any]]]
    courses: dict[str, str] = field(default_factory=dict)
    """Titles by space id."""
    links: dict[str, str] = field(default_factory=dict)
    """Titles of the links by id."""
    people: dict[str, str] = field(default_factory=dict)
    """Names of the teachers who wrote to this person, by id."""


def holdings(session: Db, platform_id: int, person_id: int) -> Holdings | None:
    """Read everything about a person; None when there is no such person."""
    person: Any = Person.__table__
    found = session.execute(select(person).where(person.c.platform_id == platform_id, person.c.id == person_id)).one_or_none()
    if found is None:
        return None
    rows = {one.name: _read(session, one, one.c.person_id == person_id, platform_id) for one in own_tables()}
    rows |= {one.name: _read(session, one, _of_work(one, platform_id, person_id), platform_id) for one in work_tables()}
    for name, column in AUTHORS.items():
        table = Base.metadata.tables[name]
        elsewhere = and_(table.c[column] == person_id, not_(_of_work(table, platform_id, person_id)))
        rows[f"{name}_for_others"] = _read(session, table, elsewhere, platform_id)
    spaces = {int(row["space_id"]) for kind in rows.values() for row in kind if "space_id" in row}
    platform = session.execute(select(Platform.name).where(Platform.id == platform_id)).scalar_one()
    return Holdings(
        platform_id, person_id, platform, _plain(person, found), rows,
        _titles(session, Space, Space.id, platform_id, spaces),
        _titles(session, Link, Link.space_id, platform_id, spaces),
        _names(session, platform_id, {int(row["author_id"]) for row in rows["comment"]} - {NOBODY}),
    )  # fmt: skip


def _read(session: Db, table: Table, condition: Any, platform_id: int) -> list[dict[str, Any]]:
    keys = list(table.primary_key.columns)
    asked = select(table).where(table.c.platform_id == platform_id, condition).order_by(*keys)
    return [_plain(table, row) for row in session.execute(asked)]


def _plain(table: Table, row: Any) -> dict[str, Any]:
    told = {}
    for column, value in zip(table.c, row, strict=True):
        if column.name not in _UNTOLD:
            told[column.name] = _written(column, value)
    return told


def _written(column: Any, value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(column.type, BigInteger) and value is not None else value


def _titles(session: Db, table: type[Any], space: Any, platform_id: int, spaces: set[int]) -> dict[str, str]:
    asked = select(table.id, table.title).where(table.platform_id == platform_id, space.in_(sorted(spaces)))
    return {str(row.id): row.title for row in session.execute(asked)}


def _names(session: Db, platform_id: int, ids: set[int]) -> dict[str, str]:
    asked = select(Person.id, Person.name).where(Person.platform_id == platform_id, Person.id.in_(sorted(ids)))
    return {str(row.id): row.name for row in session.execute(asked)}


def counts(session: Db, platform_id: int, person_id: int) -> dict[str, int]:
    """Count what we hold of a person by table, without reading it; ``course`` counts the courses they are in."""
    found = {"course": _courses(session, platform_id, person_id)}
    for table in own_tables():
        found[table.name] = _count(session, table, and_(table.c.platform_id == platform_id, table.c.person_id == person_id))
    for table in work_tables():
        found[table.name] = _count(session, table, _of_work(table, platform_id, person_id))
    return found


def _courses(session: Db, platform_id: int, person_id: int) -> int:
    place = and_(Space.platform_id == Member.platform_id, Space.id == Member.space_id)
    mine = select(func.count()).select_from(Member).join(Space, place)
    mine = mine.where(Member.platform_id == platform_id, Member.person_id == person_id)
    # launches without a course share places that no course can have: see `launching.context_id`
    return int(session.execute(mine.where(not_(Space.context_id.startswith("~")))).scalar_one())


def _count(session: Db, table: Table, condition: Any) -> int:
    return int(session.execute(select(func.count()).select_from(table).where(condition)).scalar_one())


def erase(session: Db, platform_id: int, person_id: int, asked_by: str, now: datetime) -> dict[str, int] | None:
    """Erase a person in the running transaction; how many rows went, by table, or None when there is no such person.

    Their scores that wait for the LMS go too. What they wrote to other people stays, without a name.
    """
    key = (Person.platform_id == platform_id, Person.id == person_id)
    if session.execute(select(Person.id).where(*key).with_for_update()).scalar_one_or_none() is None:
        return None
    gone = _remove(session, platform_id, person_id)
    # an account that went on with this person's work begins with its own from now on
    joined = update(Person).where(Person.platform_id == platform_id, Person.work_of == person_id)
    session.execute(joined.values(work_of=None), execution_options=_PLAIN)
    session.execute(delete(Person).where(*key), execution_options=_PLAIN)
    session.execute(
        insert(Erasure).values(platform_id=platform_id, person_id=person_id, erased_at=now, asked_by=asked_by, swept_at=None)
    )
    return gone


_PLAIN = {"synchronize_session": False}


def _remove(session: Db, platform_id: int, person_id: int) -> dict[str, int]:
    gone: dict[str, int] = {}
    # sessions first: nothing new can begin in them
    own = sorted(own_tables(), key=lambda one: (one.name != LaunchSession.__tablename__, one.name == Attempt.__tablename__))
    for table in own[:1] + work_tables():
        mine = table.c.person_id == person_id if table is own[0] else _of_work(table, platform_id, person_id)
        gone[table.name] = _deleted(session, table, platform_id, mine)
    for name, column in AUTHORS.items():
        table = Base.metadata.tables[name]
        written = and_(table.c.platform_id == platform_id, table.c[column] == person_id)
        session.execute(update(table).where(written).values({column: NOBODY}))
    for table in own[1:]:
        gone[table.name] = _deleted(session, table, platform_id, table.c.person_id == person_id)
    return {name: number for name, number in gone.items() if number}


def _deleted(session: Db, table: Table, platform_id: int, condition: Any) -> int:
    changed = session.execute(delete(table).where(table.c.platform_id == platform_id, condition))
    return int(changed.rowcount)  # type: ignore[attr-defined]  # a DELETE gives a CursorResult


def sweep(session: Db, now: datetime, *, limit: int = 20) -> int:
    """Remove what requests under way at an erasure wrote after it; gives how many erasures are settled by this."""
    asked = select(Erasure).where(Erasure.swept_at.is_(None), Erasure.erased_at < now - _SWEEP)
    due: Sequence[Erasure] = session.execute(asked.limit(limit).with_for_update(skip_locked=True)).scalars().all()
    for one in due:
        _remove(session, one.platform_id, one.person_id)
        one.swept_at = now
    session.flush()
    return len(due)
