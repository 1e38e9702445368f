"""Drafts: each field is saved as it is typed; the newest counter of a tab wins, and no tab overwrites what it has not seen."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import String, bindparam, case, delete, literal, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from lms_ext.domain.activities import Answer, Field
from lms_ext.models import Attempt, Draft
from lms_ext.models.statements import Statement
from lms_ext.services.seats import Db

OPEN = ("open", "returned")
"""States of an attempt in which its author may change it."""
_ASIDE = "!"
"""Begins the names of rows that hold a text that lost a conflict; no field's name begins so.

A browser that may not keep anything on the device (a frame on another site) would lose it when its tab closes.
"""

_LONGEST = Draft.field.type.length or 0


@dataclass(frozen=True, slots=True)
class Change:
    """A field's new value as one tab has it."""

    value: tuple[str, ...]
    n: int
    """The tab's counter: rises with each change in that tab."""
    base: int
    """The revision the tab last saw; 0 for none."""


@dataclass(frozen=True, slots=True)
class Stored:
    value: tuple[str, ...]
    rev: int
    tab: str
    saved_at: datetime | None = None


@dataclass
class Saved:
    """What became of a save, by field."""

    revs: dict[str, int] = field(default_factory=dict)
    conflicts: dict[str, Stored] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    """Fields that are unknown, locked or too long; nothing of them was stored."""
    closed: bool = False


_STORED = Statement(
    lambda _: select(Draft.field, Draft.value, Draft.rev, Draft.tab, Draft.saved_at).where(
        Draft.platform_id == bindparam("platform_id"),
        Draft.space_id == bindparam("space_id"),
        Draft.attempt_id == bindparam("attempt_id"),
    )
)


def _key(attempt: Attempt) -> dict[str, Any]:
    return {"platform_id": attempt.platform_id, "space_id": attempt.space_id, "attempt_id": attempt.id}


def stored(session: Db, attempt: Attempt) -> dict[str, Stored]:
    """Read all fields of an attempt."""
    return {name: one for name, one in _rows(session, attempt).items() if not name.startswith(_ASIDE)}


def _rows(session: Db, attempt: Attempt) -> dict[str, Stored]:
    rows = _STORED.rows(session, _key(attempt))
    return {row.field: Stored(tuple(row.value), row.rev, row.tab, row.saved_at) for row in rows}


def with_aside(session: Db, attempt: Attempt) -> tuple[dict[str, Stored], dict[str, dict[str, list[str]]]]:
    """Read all fields, and the texts that lost a conflict and wait for a choice: by field, each under the id `choose` takes."""
    rows = _rows(session, attempt)
    waiting: dict[str, dict[str, list[str]]] = {}
    for name, one in rows.items():
        if name.startswith(_ASIDE):
            waiting.setdefault(name.split(_ASIDE)[1], {})[name] = list(one.value)
    return {name: one for name, one in rows.items() if not name.startswith(_ASIDE)}, waiting


def choose(session: Db, attempt: Attempt, ids: Iterable[str]) -> None:
    """Forget texts set aside: their author has chosen."""
    session.execute(
        delete(Draft).where(
            Draft.platform_id == attempt.platform_id,
            Draft.space_id == attempt.space_id,
            Draft.attempt_id == attempt.id,
            Draft.field.in_([one for one in ids if one.startswith(_ASIDE)]),
        )
    )


def answer(drafts: Mapping[str, Stored]) -> Answer:
    """Give the answer so far."""
    return {name: one.value for name, one in drafts.items()}


def refused(changes: Mapping[str, Change], fields: Mapping[str, Field], checked: frozenset[str]) -> list[str]:
    """List the fields that may not be stored: not declared, not a valid choice, too long, or locked by feedback."""
    return [
        name
        for name, change in changes.items()
        if name not in fields or not fields[name].accepts(change.value) or (fields[name].part in checked and fields[name].part)
    ]


def too_long(changes: Mapping[str, Change], fields: Mapping[str, Field], names: Iterable[str]) -> bool:
    """Tell whether nothing else is wrong with these fields than the length of their texts."""
    return all(name in fields and fields[name].too_long(changes[name].value) for name in names)


def save(session: Db, attempt: Attempt, tab: str, changes: Mapping[str, Change], now: datetime) -> Saved:
    """Store accepted changes, one statement a field; the attempt must be open at that very moment.

    A change is accepted when the field is new, when it comes from the tab that wrote last with a higher counter, or from another
    tab that knows the stored revision. A lower counter of the same tab was overtaken: it counts as saved by its successor.
    """
    result = Saved()
    for name, change in changes.items():
        values = {"name": name, "given": list(change.value), "by": tab, "count": change.n, "base": change.base, "now": now}
        rev = _SAVE.value(session, _key(attempt) | values)
        if rev is not None:
            result.revs[name] = rev
    missing = changes.keys() - result.revs.keys()
    if missing:
        _explain(session, attempt, tab, {name: changes[name] for name in missing}, result)
    for name in result.conflicts:
        change = changes[name]
        spot = f"{_ASIDE}{name}{_ASIDE}{tab}"
        if change.value and len(spot) <= _LONGEST:
            values = {"name": spot, "given": list(change.value), "by": tab, "count": change.n, "base": 0, "now": now}
            _SAVE.value(session, _key(attempt) | values)
    return result


def _upsert(dialect: str) -> Any:
    insert = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(Draft)
    still_open = select(
        Attempt.platform_id,
        Attempt.space_id,
        Attempt.id,
        bindparam("name", type_=String),
        bindparam("given", type_=Draft.value.type),
        literal(1),
        bindparam("by", type_=String),
        bindparam("count", type_=Draft.n.type),
        bindparam("now", type_=Draft.saved_at.type),
    ).where(
        Attempt.platform_id == bindparam("platform_id"),
        Attempt.space_id == bindparam("space_id"),
        Attempt.id == bindparam("attempt_id"),
        or_(*(Attempt.status == one for one in OPEN)),
    )
    if dialect == "postgresql":
        # wait for a submit that holds the attempt, then see its new status: no draft slips in behind a submission
        still_open = still_open.with_for_update(read=True)
    columns = ["platform_id", "space_id", "attempt_id", "field", "value", "rev", "tab", "n", "saved_at"]
    statement = insert.from_select(columns, still_open)
    new = statement.excluded
    same_value = Draft.value == new.value
    same_tab = Draft.tab == new.tab
    overtaken = same_tab & (Draft.n >= new.n)
    return statement.on_conflict_do_update(
        index_elements=["platform_id", "space_id", "attempt_id", "field"],
        set_={
            "value": new.value,
            "tab": new.tab,
            "n": case((overtaken, Draft.n), else_=new.n),
            "saved_at": new.saved_at,
            "rev": case((same_value, Draft.rev), else_=Draft.rev + 1),
        },
        # a save that was overtaken in its own tab must not bring an earlier text back, even if the revision it knows still stands
        where=or_(same_value, same_tab & (Draft.n < new.n), (Draft.tab != new.tab) & (Draft.rev == bindparam("base"))),
    ).returning(Draft.rev)


_SAVE = Statement(_upsert)


def _explain(session: Db, attempt: Attempt, tab: str, changes: Mapping[str, Change], result: Saved) -> None:
    """Find out why fields were not stored: overtaken in their own tab, changed elsewhere, or the attempt is closed."""
    status = session.execute(
        select(Attempt.status).where(
            Attempt.platform_id == attempt.platform_id, Attempt.space_id == attempt.space_id, Attempt.id == attempt.id
        )
    ).scalar_one_or_none()
    if status not in OPEN:
        result.closed = True
        return
    there = stored(session, attempt)
    for name in changes:
        found = there[name]
        if found.tab == tab:
            result.revs[name] = found.rev
        else:
            result.conflicts[name] = found
