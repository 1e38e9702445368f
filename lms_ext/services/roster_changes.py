"""What a member list changes in a class: who joined, who left, roles and names. In the caller's transaction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, func, select, update
from sqlalchemy.orm import aliased

from lms_ext.domain.people import Role
from lms_ext.domain.rosters import Fetched, Listed
from lms_ext.models import LaunchSession, Link, LinkBarred, Member, Person, Visit, new_id
from lms_ext.services import course_groups
from lms_ext.services.bulk import add_missing, chunks
from lms_ext.services.launching import end_teaching
from lms_ext.services.seats import Db


@dataclass(frozen=True, slots=True)
class Change:
    """How many joined (or came back) and left, and how many are in the class now, teachers included."""

    joined: int
    departed: int
    members: int


@dataclass(slots=True)
class _Known:
    """A person, and their place in the class if they have one."""

    person_id: int
    name: str
    email: str
    role: str | None = None
    status: str = ""


def apply(session: Db, platform_id: int, space_id: int, fetched: Fetched, began_at: datetime, now: datetime) -> Change | None:
    """Bring a class up to date; None, and nothing changed, when a whole list names nobody although there is a class.

    Whoever launched after the list was begun keeps what their launch said. Nobody is ever found by name or address.
    """
    place = (platform_id, space_id)
    members = _members(session, place)
    if fetched.whole and not fetched.people and any(one.status == "active" for one in members.values()):
        return None
    people = {sub: one for sub, one in fetched.people.items() if one.role is not None or one.status != "active"}
    known = members | _others(session, platform_id, [sub for sub in people if sub not in members])
    _add_people(
        session, platform_id, [one for sub, one in people.items() if sub not in known and one.status == "active"], known, now
    )
    launched = _launched(session, place, began_at)
    listed = {sub: one for sub, one in people.items() if sub in known and known[sub].person_id not in launched}
    _rename(session, place, listed, known)
    absent = _absent(fetched, members, launched)
    change = _Changing(session, place, now).carry_out(listed, absent, known)
    course_groups.apply(
        session, place, fetched, {sub: one.person_id for sub, one in known.items()}, [known[one].person_id for one in absent]
    )
    return change


_ACCOUNT = aliased(Person)
"""The account that goes on with an older one's work: the platform lists the person by its name now."""


def _members(session: Db, place: tuple[int, int]) -> dict[str, _Known]:
    rows = session.execute(
        select(func.coalesce(_ACCOUNT.sub, Person.sub), Person.id, Person.name, Person.email, Member.role, Member.status)
        .join(Member, and_(Member.platform_id == Person.platform_id, Member.person_id == Person.id))
        .outerjoin(_ACCOUNT, and_(_ACCOUNT.platform_id == Person.platform_id, _ACCOUNT.work_of == Person.id))
        .where(Member.platform_id == place[0], Member.space_id == place[1])
    )
    return {row[0]: _Known(*row[1:]) for row in rows}


def _others(session: Db, platform_id: int, subs: Sequence[str]) -> dict[str, _Known]:
    """Give the people of a platform by their ids there."""
    found: dict[str, _Known] = {}
    for some in chunks(subs):
        query = select(Person.sub, func.coalesce(Person.work_of, Person.id), Person.name, Person.email)
        rows = session.execute(query.where(Person.platform_id == platform_id, Person.sub.in_(some)))
        found |= {row[0]: _Known(*row[1:]) for row in rows}
    return found


def _add_people(session: Db, platform_id: int, new: Sequence[Listed], known: dict[str, _Known], now: datetime) -> None:
    rows = [
        {"platform_id": platform_id, "id": new_id(), "sub": one.sub, "name": one.name, "email": one.email, "created_at": now}
        for one in sorted(new, key=lambda one: one.sub)
    ]
    add_missing(session, Person, rows)
    known |= _others(session, platform_id, [one.sub for one in new])


def _launched(session: Db, place: tuple[int, int], began_at: datetime) -> set[int]:
    """Give those who have launched since the list was begun."""
    rows = session.execute(
        select(LaunchSession.person_id)
        .distinct()
        .where(
            LaunchSession.platform_id == place[0], LaunchSession.space_id == place[1], LaunchSession.created_at >= began_at
        )
    )  # fmt: skip
    return set(rows.scalars())


def _rename(session: Db, place: tuple[int, int], listed: Mapping[str, Listed], known: Mapping[str, _Known]) -> None:
    """Take names and addresses that are given: of those who never opened anything here, and where nothing is known."""
    visits = select(Visit.person_id).distinct().where(Visit.platform_id == place[0], Visit.space_id == place[1])
    opened = set(session.execute(visits).scalars())
    rows: list[dict[str, Any]] = []
    for sub, one in listed.items():
        held = known[sub]
        free = held.person_id not in opened
        name = one.name if one.name and (free or not held.name) else held.name
        email = one.email if one.email and (free or not held.email) else held.email
        if (name, email) != (held.name, held.email):
            rows.append({"platform_id": place[0], "id": held.person_id, "name": name, "email": email})
    if rows:
        session.execute(update(Person), sorted(rows, key=lambda row: row["id"]))


def _absent(fetched: Fetched, members: Mapping[str, _Known], launched: Collection[int]) -> list[str]:
    """Give whom a whole list no longer names. The platform's pretend learner never stands in one."""
    if not fetched.whole or fetched.unknown:
        return []
    named = fetched.people.keys() | fetched.unread
    return [
        sub
        for sub, one in members.items()
        if one.status == "active" and one.role != Role.TEST and sub not in named and one.person_id not in launched
    ]


class _Changing:
    """Changes of one class's members, written together."""

    def __init__(self, session: Db, place: tuple[int, int], now: datetime) -> None:
        self._session = session
        self._key = {"platform_id": place[0], "space_id": place[1]}
        self._now = now
        self._new: list[dict[str, Any]] = []
        self._changed: list[dict[str, Any]] = []
        self._joined = self._departed = 0

    def carry_out(self, listed: Mapping[str, Listed], absent: Sequence[str], known: Mapping[str, _Known]) -> Change:
        """Write who is in and who is out."""
        for sub, one in listed.items():
            held = known[sub]
            if one.status == "active":
                self._come(held, one.role or Role.LEARNER)
            elif held.role is not None:
                self._go(held, one.status)
        for sub in absent:
            self._go(known[sub], "left")
        add_missing(self._session, Member, sorted(self._new, key=lambda row: row["person_id"]))
        if self._changed:
            self._session.execute(update(Member), sorted(self._changed, key=lambda row: row["person_id"]))
        present = sum(one.role is not None and one.status == "active" and one.role != Role.TEST for one in known.values())
        return Change(self._joined, self._departed, present)

    def _come(self, held: _Known, role: Role) -> None:
        before, held.role = held.role, Role.TEST.value if held.role == Role.TEST else role.value
        if before is None:
            self._joined += 1
            self._new.append(
                {**self._key, "person_id": held.person_id, "role": held.role, "status": "active", "created_at": self._now}
            )
        elif (before, held.status) != (held.role, "active"):
            self._joined += held.status != "active"
            self._change(held, before, "active", None)
        held.status = "active"

    def _go(self, held: _Known, status: str) -> None:
        if held.status == status:
            return
        self._departed += held.status == "active"
        self._change(held, held.role, status, self._now)
        held.status = status

    def _change(self, held: _Known, before: str | None, status: str, left_at: datetime | None) -> None:
        row = {**self._key, "person_id": held.person_id}
        self._changed.append({**row, "role": held.role, "status": status, "left_at": left_at})
        if before == Role.TEACHER and (held.role != Role.TEACHER or status != "active"):
            end_teaching(self._session, row, self._now)


def bar(session: Db, platform_id: int, space_id: int, resource_link_id: str, fetched: Fetched) -> None:
    """Remember to whom of the class the LMS does not show a link."""
    found = select(Link.id).where(
        Link.platform_id == platform_id, Link.space_id == space_id, Link.resource_link_id == resource_link_id
    )
    link_id = session.execute(found).scalar_one_or_none()
    if link_id is None:
        return
    allowed = fetched.at_links[resource_link_id]
    of_link = {"platform_id": platform_id, "space_id": space_id, "link_id": link_id}
    session.execute(delete(LinkBarred).where(*(getattr(LinkBarred, name) == value for name, value in of_link.items())))
    barred = [
        {**of_link, "person_id": one.person_id}
        for sub, one in _members(session, (platform_id, space_id)).items()
        if one.status == "active" and one.role == Role.LEARNER and sub in fetched.people and sub not in allowed
    ]
    add_missing(session, LinkBarred, barred)
