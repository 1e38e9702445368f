"""Grades as a platform's gradebook holds them, read back: asked for by a teacher or after trouble, read by a worker."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from lms_ext.domain import delivery_reasons
from lms_ext.domain.access import Actor
from lms_ext.domain.columns import part_key
from lms_ext.domain.texts import Text
from lms_ext.models import GradeColumn, Link, Person, PlatformGrade, Space
from lms_ext.services import columns
from lms_ext.services.seats import Db

SETTLES = timedelta(seconds=5)
"""Trouble seldom comes alone: the column is read once for all of it."""
AT_MOST = timedelta(seconds=60)
"""No column is read more often than this without being asked."""
LEASE = timedelta(seconds=90)
"""Longer than reading a column may take."""
_SAME = 0.005
"""Points that two grades may differ by and be one: gradebooks keep few decimals."""
_SUBS = 500


@dataclass(frozen=True, slots=True)
class Reading:
    """A column that is ours to read until the lease ends."""

    link: tuple[int, int, int]
    key: str
    url: str
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """What a gradebook holds for a person, by the platform's id of them."""

    sub: str
    score: float
    maximum: float


@dataclass(frozen=True, slots=True)
class Read:
    """What was last read of a column, in points of `maximum`."""

    points: Mapping[int, float]
    """By person id."""
    at: datetime | None = None
    due_at: datetime | None = None
    """When it will be read next; None when nobody asked."""
    trouble: str = ""
    """Code of why the last reading failed."""

    @property
    def words(self) -> Text | None:
        """Say why the last reading failed; None when it did not."""
        return delivery_reasons.words(self.trouble)

    def differs(self, person_id: int, ours: float | None) -> bool:
        """Tell whether the gradebook holds another grade than ours; none on either side is no difference."""
        there = self.points.get(person_id)
        return there is not None and ours is not None and abs(there - ours) >= _SAME


def ask(session: Db, link: tuple[int, int, int], key: str, due_at: datetime, *, soon: bool = True) -> None:
    """Have a column of a link `(platform, space, id)` read; without `soon` not more often than is polite."""
    postgres = session.get_bind().dialect.name == "postgresql"
    made = (postgresql.insert if postgres else sqlite.insert)(GradeColumn).values(
        **columns.bare(link, key, due_at), read_due_at=due_at
    )
    polite = None if soon else (GradeColumn.read_at.is_(None)) | (GradeColumn.read_at < due_at - AT_MOST)
    key_names = ["platform_id", "space_id", "link_id", "key"]
    session.execute(made.on_conflict_do_update(index_elements=key_names, set_={"read_due_at": due_at}, where=polite))


def ask_activity(session: Db, link: tuple[int, int, int], ref: str, own: str, now: datetime) -> None:
    """Have every column of ``pack/activity`` read: that of the whole, whose key is `own`, and those of its parts."""
    ask(session, link, own, now)
    session.execute(
        update(GradeColumn)
        .where(*_is(GradeColumn, link), _of_parts(ref), GradeColumn.url != "")
        .values(read_due_at=now)
        .execution_options(synchronize_session=False)
    )


def _of_parts(ref: str) -> Any:
    return GradeColumn.key.startswith(part_key(ref, ""), autoescape=True)


def take(session: Db, now: datetime, *, limit: int, but: Collection[int]) -> list[Reading]:
    """Become the one that reads columns that are due, of platforms that are not in `but`; one of each platform."""
    rows = session.execute(
        select(GradeColumn, Link.lineitem_url, Space.ags_scopes)
        .join(
            Link,
            (Link.platform_id == GradeColumn.platform_id)
            & (Link.space_id == GradeColumn.space_id)
            & (Link.id == GradeColumn.link_id),
        )
        .join(Space, (Space.platform_id == GradeColumn.platform_id) & (Space.id == GradeColumn.space_id))
        .where(GradeColumn.read_due_at <= now, GradeColumn.platform_id.not_in(sorted(but)))
        .order_by(GradeColumn.read_due_at)
        .limit(limit)
        .with_for_update(of=GradeColumn, skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    found: dict[int, Reading] = {}
    for column, own_url, scopes in rows:
        if column.platform_id not in found:
            column.read_due_at = now + LEASE
            link = (column.platform_id, column.space_id, column.link_id)
            url = column.url if column.key else own_url
            found[column.platform_id] = Reading(link, column.key, url, tuple(scopes.split()))
    session.flush()
    return list(found.values())


def is_due(session: Db, now: datetime) -> bool:
    """Tell whether any column waits to be read. Only reads."""
    return session.execute(select(GradeColumn.key).where(GradeColumn.read_due_at <= now).limit(1)).first() is not None


def store(session: Db, reading: Reading, held: Sequence[Held] | None, trouble: str, now: datetime) -> None:
    """Keep what was read in place of what was known; with `trouble` what was known stays."""
    values: dict[str, Any] = {"read_due_at": None, "read_trouble": trouble}
    if held is not None:
        values["read_at"] = now
        _replace(session, reading, held)
    session.execute(update(GradeColumn).where(*_is(GradeColumn, reading.link), GradeColumn.key == reading.key).values(**values))


def _replace(session: Db, reading: Reading, held: Sequence[Held]) -> None:
    session.execute(
        delete(PlatformGrade)
        .where(*_is(PlatformGrade, reading.link), PlatformGrade.column_key == reading.key)
        .execution_options(synchronize_session=False)
    )
    by_sub = {one.sub: one for one in held}
    subs = sorted(by_sub)
    ids: dict[str, int] = {}
    for start in range(0, len(subs), _SUBS):
        some = (Person.platform_id == reading.link[0], Person.sub.in_(subs[start : start + _SUBS]))
        whose = func.coalesce(Person.work_of, Person.id).label("id")
        ids |= {row.sub: row.id for row in session.execute(select(Person.sub, whose).where(*some))}
    place = dict(zip(("platform_id", "space_id", "link_id", "column_key"), (*reading.link, reading.key), strict=True))
    rows = {
        ids[sub]: place | {"person_id": ids[sub], "score": one.score, "maximum": one.maximum}
        for sub, one in by_sub.items()
        if sub in ids
    }
    if rows:
        session.execute(insert(PlatformGrade), list(rows.values()))


@dataclass(frozen=True, slots=True)
class Part:
    """The column of a part of an activity."""

    key: str
    label: str
    maximum: int
    read: Read


def read(session: Db, actor: Actor, link_id: int, ref: str, own: str, maximum: int) -> tuple[Read, list[Part]]:
    """Give what was last read of the columns of ``pack/activity``: the whole's (key `own`), in our points, and its parts'."""
    link = (actor.platform_id, actor.space_id, link_id)
    rows = session.execute(
        select(
            GradeColumn.key, GradeColumn.label, GradeColumn.maximum,
            GradeColumn.read_at, GradeColumn.read_due_at, GradeColumn.read_trouble,
        )
        .where(*_is(GradeColumn, link), (GradeColumn.key == own) | _of_parts(ref))
        .order_by(GradeColumn.created_at, GradeColumn.key)
    ).all()  # fmt: skip
    held = _held(session, link, [one.key for one in rows])

    def seen(column: Any, top: int) -> Read:
        points = {person: round(score / most * top, 2) for person, score, most in held.get(column.key, ())}
        return Read(points, column.read_at, column.read_due_at, column.read_trouble)

    whole = next((seen(one, maximum) for one in rows if one.key == own), Read({}))
    return whole, [Part(one.key, one.label, one.maximum, seen(one, one.maximum)) for one in rows if one.key != own]


def _held(session: Db, link: tuple[int, int, int], keys: Sequence[str]) -> dict[str, list[tuple[int, float, float]]]:
    """Give (person id, score, maximum) as they were read, by key of the column."""
    found: dict[str, list[tuple[int, float, float]]] = {}
    if keys:
        where = (*_is(PlatformGrade, link), PlatformGrade.column_key.in_(keys))
        asked = select(PlatformGrade.column_key, PlatformGrade.person_id, PlatformGrade.score, PlatformGrade.maximum)
        for one in session.execute(asked.where(*where)):
            found.setdefault(one.column_key, []).append((one.person_id, one.score, one.maximum))
    return found


def _is(table: Any, link: tuple[int, int, int]) -> Sequence[Any]:
    return table.platform_id == link[0], table.space_id == link[1], table.link_id == link[2]
