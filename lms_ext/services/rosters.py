"""Member lists: which are due, who fetches them, what a teacher is told. What a list changes is `roster_changes`'."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased

from lms_ext.domain.access import Actor
from lms_ext.domain.pacing import Rules
from lms_ext.domain.rosters import (
    ASK_AGAIN,
    PASSING,
    UNUSED_AFTER,
    WHOLE_EVERY,
    Fetched,
    RosterTrouble,
    next_night,
    next_try,
    words,
)
from lms_ext.domain.texts import Text
from lms_ext.models import DeliveryLane, LaunchSession, Link, LinkBarred, Platform, Roster, Space
from lms_ext.services import lanes, roster_changes
from lms_ext.services.seats import Db

LEASE = timedelta(minutes=4)
"""Longer than reading a list may take."""
_NOTED = timedelta(days=1)
_LINKS = 10
"""Links of a course that are asked about at a time."""


@dataclass(frozen=True, slots=True)
class Sought:
    """A list that is ours to fetch until the lease ends."""

    platform_id: int
    space_id: int
    lease: str
    began_at: datetime
    url: str
    differences_url: str
    """"" when the whole list is wanted."""
    groups_url: str
    sets_url: str
    links: tuple[str, ...]
    """Resource links of which to ask who may open them, by their ids there."""
    tries: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What a teacher is told of their class list."""

    synced_at: datetime | None
    tried_at: datetime | None
    waits: bool
    """A teacher asked, and it was not tried yet."""
    trouble: str
    members: int
    joined: int
    departed: int
    skipped: int

    @property
    def words(self) -> Text | None:
        """Say what went wrong at the last try; None when nothing did."""
        return words(self.trouble)


def standing(session: Db, actor: Actor) -> Standing | None:
    """Give how the class list of a space stands; None when its platform gives none."""
    found = session.execute(
        select(Space.nrps_url, Roster)
        .outerjoin(Roster, and_(Roster.platform_id == Space.platform_id, Roster.space_id == Space.id))
        .where(Space.platform_id == actor.platform_id, Space.id == actor.space_id)
    ).one_or_none()
    if found is None or not found.nrps_url:
        return None
    row = found.Roster
    if row is None:
        return Standing(None, None, waits=False, trouble="", members=0, joined=0, departed=0, skipped=0)
    return Standing(
        row.synced_at, row.tried_at, row.asked_at is not None, row.trouble, row.members, row.joined, row.departed, row.skipped
    )


def notice(session: Db, since: datetime, session_hours: int, now: datetime) -> list[tuple[int, int]]:
    """List the spaces with a member list that were launched into after `since` and are not known to be in use. Only reads."""
    of_space = and_(Roster.platform_id == LaunchSession.platform_id, Roster.space_id == LaunchSession.space_id)
    rows = session.execute(
        select(LaunchSession.platform_id, LaunchSession.space_id)
        .distinct()
        .join(Space, and_(Space.platform_id == LaunchSession.platform_id, Space.id == LaunchSession.space_id))
        .outerjoin(Roster, of_space)
        .where(
            LaunchSession.expires_at >= since + timedelta(hours=session_hours),  # it has an index, the beginning has none
            Space.nrps_url != "",
            or_(Roster.space_id.is_(None), Roster.used_at < now - _NOTED),
        )
        .order_by(LaunchSession.platform_id, LaunchSession.space_id)
    )
    return [(row.platform_id, row.space_id) for row in rows]


def note_use(session: Db, spaces: list[tuple[int, int]], now: datetime) -> None:
    """Remember that spaces are in use; one that is new is due at once."""
    for platform_id, space_id in spaces:  # in one order, so that workers do not wait for each other in a circle
        _put(session, platform_id, space_id, now, {"used_at": now})


def _put(
    session: Db, platform_id: int, space_id: int, now: datetime, values: dict[str, Any], *unless: ColumnElement[bool]
) -> bool:
    """Change a roster, or make it; False when one of `unless` holds."""
    insert = (postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert)(Roster)
    row = {"platform_id": platform_id, "space_id": space_id, "due_at": now, "used_at": now, **values}
    statement = insert.values(**row).on_conflict_do_update(
        index_elements=["platform_id", "space_id"], set_=values, where=and_(True, *unless)
    )
    return session.execute(statement.returning(Roster.space_id)).one_or_none() is not None


def ask(session: Db, actor: Actor, link_id: int | None, now: datetime) -> bool:
    """Make a class list due because its teacher wants it; False when it was tried a moment ago, or there is none."""
    space = session.get(Space, (actor.platform_id, actor.space_id))
    if space is None or not space.nrps_url:
        return False
    link = session.get(Link, (actor.platform_id, actor.space_id, link_id)) if link_id is not None else None
    wanted = {"due_at": now, "used_at": now, "asked_at": now, "asked_link": link.resource_link_id if link else ""}
    rested = or_(Roster.tried_at.is_(None), Roster.tried_at <= now - ASK_AGAIN)
    return _put(session, actor.platform_id, actor.space_id, now, wanted, rested)


def pending(session: Db, actor: Actor) -> bool:
    """Tell whether what a teacher asked for was not tried yet."""
    asked = select(Roster.asked_at).where(Roster.platform_id == actor.platform_id, Roster.space_id == actor.space_id)
    return session.execute(asked).scalar_one_or_none() is not None


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(Roster.lease_until.is_(None), Roster.lease_until < now)


def is_due(session: Db, now: datetime) -> bool:
    """Tell whether there is anything to take. Only reads."""
    return session.execute(_due(now).limit(1)).first() is not None


def _due(now: datetime) -> Any:
    other = aliased(Roster)
    busy = exists().where(other.platform_id == Roster.platform_id, other.lease_until >= now)
    wanted = or_(Roster.used_at > now - UNUSED_AFTER, Roster.asked_at.is_not(None))
    return (
        select(Roster, Space)
        .join(Space, and_(Space.platform_id == Roster.platform_id, Space.id == Roster.space_id))
        .join(Platform, Platform.id == Roster.platform_id)
        .outerjoin(DeliveryLane, DeliveryLane.platform_id == Roster.platform_id)
        .where(
            Roster.due_at <= now, _free(now), wanted, ~busy, Space.nrps_url != "", Platform.status == "active",
            or_(DeliveryLane.resume_at.is_(None), DeliveryLane.resume_at <= now),
        )
        .order_by(Roster.asked_at.is_(None), Roster.due_at)
    )  # fmt: skip


def take(session: Db, rules: Rules, now: datetime) -> Sought | None:
    """Claim the list that waits longest of those whose platform answers: one at a time for each platform, teachers' first."""
    query = _due(now).limit(1).with_for_update(of=Roster, skip_locked=True).execution_options(populate_existing=True)
    found = session.execute(query).first()
    if found is None:
        return None
    row, space = found
    pace = lanes.enter(session, row.platform_id, rules, now)
    if pace is None or not pace.allowance(1, now):
        return None
    elsewhere = exists().where(Roster.platform_id == row.platform_id, Roster.lease_until >= now)
    if session.execute(select(elsewhere)).scalar():  # pragma: no cover - another worker was faster; the lane is ours now
        return None
    lanes.keep(session, row.platform_id, pace.spent(1, rules, now))
    row.lease, row.lease_until = secrets.token_hex(8), now + LEASE
    whole = row.asked_at is not None or row.full_at is None or row.full_at < now - WHOLE_EVERY
    session.flush()
    return Sought(
        row.platform_id, row.space_id, row.lease, now, space.nrps_url, "" if whole else row.differences_url, space.groups_url,
        space.group_sets_url, _links(session, row) if whole else (), row.tries,
    )  # fmt: skip


def _links(session: Db, row: Roster) -> tuple[str, ...]:
    """Give the link that a teacher is at, and those that were not for everybody when they were last asked about."""
    barred = (
        select(Link.resource_link_id)
        .distinct()
        .join(
            LinkBarred,
            and_(LinkBarred.platform_id == Link.platform_id, LinkBarred.space_id == Link.space_id, LinkBarred.link_id == Link.id),
        )
        .where(Link.platform_id == row.platform_id, Link.space_id == row.space_id)
        .limit(_LINKS)
    )
    return tuple(filter(None, dict.fromkeys((row.asked_link, *session.execute(barred).scalars()))))


def _in_vain(now: datetime) -> ColumnElement[bool]:
    down = exists().where(
        DeliveryLane.platform_id == Roster.platform_id, DeliveryLane.down_since.is_not(None), DeliveryLane.resume_at > now
    )
    return and_(Roster.asked_at.is_not(None), _free(now), down)


def is_asked_in_vain(session: Db, now: datetime) -> bool:
    """Tell whether a teacher waits for a platform that is known not to answer. Only reads."""
    return session.execute(select(Roster.space_id).where(_in_vain(now)).limit(1)).first() is not None


def excuse(session: Db, now: datetime) -> None:
    """Tell such teachers at once; their lists come later by themselves."""
    told = {"asked_at": None, "asked_link": "", "tried_at": now, "trouble": "down"}
    session.execute(update(Roster).where(_in_vain(now)).values(told).execution_options(synchronize_session=False))


@dataclass(frozen=True, slots=True)
class Answered:
    """What a platform's answers say of it as a whole; fields as those of `Verdict`."""

    platform: str = "up"
    reason: str = ""
    wait: float = 0.0


def settle(session: Db, sought: Sought, fetched: Fetched | RosterTrouble, zone: str, rules: Rules, now: datetime) -> bool:
    """Change the class as the whole answer says, or, with trouble, only remember that; False when the lease is no longer ours."""
    row = session.execute(
        select(Roster)
        .where(Roster.platform_id == sought.platform_id, Roster.space_id == sought.space_id, Roster.lease == sought.lease)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if row is None:
        return False
    night = next_night(sought.platform_id, sought.space_id, zone, now)
    if isinstance(fetched, Fetched):
        change = roster_changes.apply(session, sought.platform_id, sought.space_id, fetched, sought.began_at, now)
        if change is None:
            fetched = RosterTrouble("empty")
    answered = Answered()
    if isinstance(fetched, RosterTrouble):
        answered = Answered(fetched.platform, fetched.code, fetched.wait)
        row.tries, row.trouble = row.tries + 1, fetched.code
        row.due_at = next_try(night, row.tries, now, passing=fetched.code in PASSING)
        if fetched.platform == "up":
            row.differences_url = ""
    else:
        assert change is not None
        row.tries, row.trouble, row.due_at, row.synced_at = 0, "", night, now
        row.joined, row.departed, row.skipped = change.joined, change.departed, fetched.skipped
        row.members, row.differences_url = change.members, fetched.differences_url
        if fetched.whole:
            row.full_at = sought.began_at
        for link in fetched.at_links:
            roster_changes.bar(session, sought.platform_id, sought.space_id, link, fetched)
    row.lease, row.lease_until, row.asked_at, row.asked_link, row.tried_at = "", None, None, "", now
    session.flush()
    lanes.tell(session, sought.platform_id, [answered], rules, now)
    return True
