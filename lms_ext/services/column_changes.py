"""Times and release that a teacher changed here, told to a link's gradebook columns; and what the LMS made of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from lms_ext.domain import delivery_reasons
from lms_ext.domain.access import Actor
from lms_ext.domain.columns import is_released
from lms_ext.domain.grading import Backoff
from lms_ext.domain.texts import Text
from lms_ext.models import GradeColumn, Link, Space
from lms_ext.services import columns
from lms_ext.services.seats import Db, LinkInfo

LEASE = timedelta(seconds=120)
"""Longer than reading a column and writing it may take."""
_TRIES = 8
_WAITS = Backoff()
_AGAIN = frozenset({"unreachable", "timeout", "too-large", "busy", "platform-fault", "token-refused", "fault"})
"""Troubles that may be over later."""
_DROPPED = timedelta(minutes=1)
"""Many platforms keep no seconds."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a column should say, ours to tell until the lease ends."""

    link: tuple[int, int, int]
    key: str
    url: str
    scopes: tuple[str, ...]
    starts_at: datetime | None
    ends_at: datetime | None
    released: bool
    releases_at: datetime | None
    tries: int
    lease: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """What the LMS says of a column after it was told."""

    starts_at: datetime | None = None
    ends_at: datetime | None = None
    released: bool | None = None
    """None when it does not say."""


@dataclass(frozen=True, slots=True)
class Told:
    """How far a column has come; `label` is "" for the link's own."""

    label: str
    due_at: datetime | None
    trouble: str
    kept: Kept | None
    at: datetime | None

    def waits(self, now: datetime) -> bool:
        """Tell whether the LMS is to be told now; not for a release that lies ahead."""
        return self.due_at is not None and self.due_at <= now + LEASE

    @property
    def words(self) -> Text | None:
        """Say why the LMS could not be told; None when it could."""
        return delivery_reasons.words(self.trouble)

    def verdict(self, link: LinkInfo, now: datetime) -> str:
        """Tell what became of the link's times there.

        ``same``, ``release`` (the times, but not the release of grades), ``other`` times, or ``none``: it keeps no times.
        """
        if self.kept is None:
            return "none"
        if _alike(self.kept.starts_at, link.starts_at) and _alike(self.kept.ends_at, link.ends_at):
            # who does not say holds no grades back
            agreed = (self.kept.released is not False) == is_released(link.options, link.releases_at, now)
            return "same" if agreed else "release"
        return "other" if self.kept.starts_at or self.kept.ends_at else "none"


def _alike(there: datetime | None, here: datetime | None) -> bool:
    return there is here if there is None or here is None else abs(there - here) < _DROPPED


def ask(session: Db, link: tuple[int, int, int], now: datetime) -> None:
    """Have the columns of a link `(platform, space, id)` told its times; those that are yet to be made will have them anyway."""
    own = session.execute(select(Link.lineitem_url).where(*_is(Link, link, "id"))).scalar_one()
    if own:
        postgres = session.get_bind().dialect.name == "postgresql"
        made = (postgresql.insert if postgres else sqlite.insert)(GradeColumn).values(**columns.bare(link, "", now))
        session.execute(made.on_conflict_do_nothing())
    session.execute(
        update(GradeColumn)
        .where(*_is(GradeColumn, link), GradeColumn.gone.is_(False))
        .values(change_due_at=now, change_tries=0, change_trouble="")
        .execution_options(synchronize_session=False)
    )


def is_due(session: Db, now: datetime) -> bool:
    """Tell whether any column waits to be told. Only reads."""
    return session.execute(select(GradeColumn.key).where(GradeColumn.change_due_at <= now).limit(1)).first() is not None


def take(session: Db, now: datetime, *, limit: int, but: Collection[int]) -> list[Change]:
    """Become the one that tells columns that are due, of platforms that are not in `but`; one of each platform."""
    of_link = (Link.platform_id == GradeColumn.platform_id) & (Link.space_id == GradeColumn.space_id)
    rows = session.execute(
        select(GradeColumn, Link, Space.ags_scopes)
        .join(Link, of_link & (Link.id == GradeColumn.link_id))
        .join(Space, (Space.platform_id == GradeColumn.platform_id) & (Space.id == GradeColumn.space_id))
        .where(GradeColumn.change_due_at <= now, GradeColumn.platform_id.not_in(sorted(but)))
        .order_by(GradeColumn.change_due_at)
        .limit(limit)
        .with_for_update(of=GradeColumn, skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    found: dict[int, Change] = {}
    for column, link, scopes in rows:
        url = column.url if column.key else link.lineitem_url
        if not url:
            column.change_due_at = _unmade(column, link, now)
        elif column.platform_id not in found:
            column.change_due_at = now + LEASE
            found[column.platform_id] = _change(column, link, url, scopes, now)
    session.flush()
    return list(found.values())


def _unmade(column: GradeColumn, link: Link, now: datetime) -> datetime | None:
    """A column that is just being made may get what the link said before: it is told after that. Others have nothing to hear."""
    return column.making_until if column.making_until and column.making_until > now else _later(link.releases_at, now)


def _later(releases_at: datetime | None, now: datetime) -> datetime | None:
    return releases_at if releases_at and releases_at > now else None


def _change(column: GradeColumn, link: Link, url: str, scopes: str, now: datetime) -> Change:
    return Change(
        link=(column.platform_id, column.space_id, column.link_id),
        key=column.key,
        url=url,
        scopes=tuple(scopes.split()),
        starts_at=link.starts_at,
        ends_at=link.ends_at,
        released=is_released(link.options, link.releases_at, now),
        releases_at=link.releases_at,
        tries=column.change_tries,
        lease=now + LEASE,
    )


def store(session: Db, change: Change, kept: Kept | None, trouble: str, now: datetime) -> None:
    """Keep the LMS's answer, unless a teacher changed the times once more meanwhile: then it is told again anyway."""
    values: dict[str, Any] = {"change_due_at": _later(change.releases_at, now), "change_tries": 0, "change_trouble": trouble}
    if kept is not None:
        values |= {"change_answer": _plain(kept), "changed_at": now}
    elif trouble in _AGAIN and change.tries + 1 < _TRIES:
        wait = timedelta(seconds=_WAITS.wait(change.tries + 1, 1.0))
        values |= {"change_due_at": now + wait, "change_tries": change.tries + 1}
    session.execute(
        update(GradeColumn)
        .where(*_is(GradeColumn, change.link), GradeColumn.key == change.key, GradeColumn.change_due_at == change.lease)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def look(session: Db, actor: Actor, link_id: int) -> list[Told]:
    """Give the columns of a link that were, or are to be, told."""
    rows = session.execute(
        select(GradeColumn)
        .where(
            *_is(GradeColumn, (actor.platform_id, actor.space_id, link_id)),
            GradeColumn.change_due_at.is_not(None) | GradeColumn.changed_at.is_not(None) | (GradeColumn.change_trouble != ""),
        )
        .order_by(GradeColumn.key)
    ).scalars()
    return [
        Told(
            label=one.label if one.key else "",
            due_at=one.change_due_at,
            trouble=one.change_trouble,
            kept=_read(one.change_answer),
            at=one.changed_at,
        )
        for one in rows
    ]


def _plain(kept: Kept) -> dict[str, Any]:
    times = {"starts": kept.starts_at, "ends": kept.ends_at}
    return {name: one.isoformat() if one else "" for name, one in times.items()} | {"released": kept.released}


def _read(stored: dict[str, Any] | None) -> Kept | None:
    if stored is None:
        return None
    starts, ends = (datetime.fromisoformat(stored[name]) if stored[name] else None for name in ("starts", "ends"))
    return Kept(starts, ends, stored["released"])


def _is(table: Any, link: tuple[int, int, int], id_: str = "link_id") -> Sequence[Any]:
    return table.platform_id == link[0], table.space_id == link[1], getattr(table, id_) == link[2]
