"""Gradebook columns that we make: which are wanted, who may make one, and where it came to stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from lms_ext.domain.columns import SCOPE, is_released
from lms_ext.models import GradeColumn, GradeSlot, Link
from lms_ext.models.statements import Statement
from lms_ext.services.seats import Db

MAKING = timedelta(seconds=120)
"""Longer than looking through a course's columns and making one can take."""
LOST = timedelta(seconds=20)
"""Longer than the LMS may still be busy with a request whose answer was lost."""
_TOLD = ("label", "maximum", "resource_id", "tag")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A column that this worker alone may look for, and make when there is none, until `until`."""

    label: str
    maximum: int
    resource_id: str
    tag: str
    starts_at: datetime | None
    ends_at: datetime | None
    released: bool
    until: datetime
    taken: frozenset[str]
    """Addresses of columns of the course that belong to other links or keys."""


@dataclass(frozen=True, slots=True)
class Column:
    """Where a gradebook column is, and by what to find it again."""

    url: str
    """"" when the platform never named one."""
    container: str
    """Address of the course's columns; "" when unknown."""
    scopes: tuple[str, ...]
    resource_link_id: str
    resource_id: str
    """``pack/activity``, or ``pack/activity#aspect``."""
    tag: str = ""
    """"" when only the platform knows how it is tagged."""
    own: bool = True
    """The link's own: when a link has one column only it is this, whatever that says it is for."""
    wanted: Wanted | None = None

    @property
    def may_search(self) -> bool:
        """Tell whether the platform lets us look for columns."""
        return bool(self.container) and not {SCOPE + "lineitem", SCOPE + "lineitem.readonly"}.isdisjoint(self.scopes)


def _want_statement(dialect: str) -> Any:
    statement = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(GradeColumn)
    key = ["platform_id", "space_id", "link_id", "key"]
    return statement.on_conflict_do_update(index_elements=key, set_={name: statement.excluded[name] for name in _TOLD})


_WANT = Statement(
    _want_statement,
    keys=(
        "platform_id", "space_id", "link_id", "key", *_TOLD, "url", "gone", "read_trouble", "change_tries", "change_trouble",
        "change_due_at", "created_at",
    ),
)  # fmt: skip


def bare(link: tuple[int, int, int], key: str, now: datetime) -> dict[str, Any]:
    """Give the row of a column of a link `(platform, space, id)` of which nothing is known yet."""
    return {
        "platform_id": link[0], "space_id": link[1], "link_id": link[2], "key": key, "label": "", "maximum": 0, "resource_id": "",
        "tag": "", "url": "", "gone": False, "read_trouble": "", "change_tries": 0, "change_trouble": "", "created_at": now,
    }  # fmt: skip


def want(
    session: Db, link: tuple[int, int, int], key: str, *, label: str, maximum: int, resource_id: str, tag: str, now: datetime,
    releases_at: datetime | None = None,
) -> None:  # fmt: skip
    """Note, in the caller's transaction, that a link `(platform, space, id)` wants a column; delivering makes it.

    At `releases_at` the LMS is told to show its grades.
    """
    session.flush()
    told = {"label": label[:300], "maximum": maximum, "resource_id": resource_id, "tag": tag[:100]}
    _WANT.rows(session, bare(link, key, now) | told | {"change_due_at": releases_at})


def take(session: Db, made: GradeColumn, link: Link, now: datetime) -> Wanted | None:
    """Become the one that finds or makes a column; None while another is at it."""
    if made.making_until is not None and made.making_until > now:
        return None
    made.making_until = now + MAKING
    return Wanted(
        label=made.label,
        maximum=made.maximum,
        resource_id=made.resource_id,
        tag=made.tag,
        starts_at=link.starts_at,
        ends_at=link.ends_at,
        released=is_released(link.options, link.releases_at, now),
        until=made.making_until,
        taken=_taken(session, made),
    )


def _taken(session: Db, made: GradeColumn) -> frozenset[str]:
    """List the columns of the course that are somebody else's: after a course copy two links ask for the same activity."""
    here = (made.platform_id, made.space_id)
    links = select(Link.lineitem_url).where(
        Link.platform_id == here[0], Link.space_id == here[1], Link.id != made.link_id, Link.lineitem_url != ""
    )
    ours = select(GradeColumn.url, GradeColumn.link_id, GradeColumn.key).where(
        GradeColumn.platform_id == here[0], GradeColumn.space_id == here[1], GradeColumn.url != ""
    )
    others = {row.url for row in session.execute(ours) if (row.link_id, row.key) != (made.link_id, made.key)}
    return frozenset(session.execute(links).scalars()) | others


def settle(
    session: Db, link: tuple[int, int, int], key: str, *, was: str, found: str, gone: bool, again_from: datetime | None
) -> None:
    """Record where a column was found or made, or that it is gone; nobody else looks before `again_from`."""
    if found and not key:
        session.execute(
            update(Link)
            .where(*_is(Link, link, id_="id"), Link.lineitem_url == was)
            .values(lineitem_url=found, may_score=True)
            .execution_options(synchronize_session=False)
        )
    values: dict[str, Any] = {"making_until": again_from, "gone": gone}
    if found and key:
        values["url"] = found
    session.execute(
        update(GradeColumn)
        .where(*_is(GradeColumn, link), GradeColumn.key == key)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def make_again(session: Db, link: tuple[int, int, int], key: str, now: datetime) -> None:
    """A teacher wants a column back that was deleted in the LMS: it is made anew, and every grade in it is sent again."""
    values = {"gone": False, "url": "", "making_until": None}
    session.execute(update(GradeColumn).where(*_is(GradeColumn, link), GradeColumn.key == key).values(**values))
    if not key:
        session.execute(update(Link).where(*_is(Link, link, id_="id")).values(lineitem_url=""))
    session.execute(
        update(GradeSlot)
        .where(*_is(GradeSlot, link), GradeSlot.column_key == key)
        .values(sent_version=0, state="queued", reason="", tries=0, due_at=now)
    )


def _is(table: Any, link: tuple[int, int, int], *, id_: str = "link_id") -> Sequence[Any]:
    return table.platform_id == link[0], table.space_id == link[1], getattr(table, id_) == link[2]
