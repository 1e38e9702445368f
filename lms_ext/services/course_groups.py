"""Groups of a course: as the LMS has them, stored as ours, and who is in which."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, delete, func, select, tuple_, update

from lms_ext.domain.access import Actor
from lms_ext.domain.rosters import Fetched, Group
from lms_ext.models import CourseGroup, GroupMember, Member, new_id
from lms_ext.services.bulk import add_missing, chunks
from lms_ext.services.seats import Db


@dataclass(frozen=True, slots=True)
class Choice:
    """A group that a class can be narrowed to."""

    id: int
    name: str
    set_name: str
    learners: int


def choices(session: Db, actor: Actor) -> list[Choice]:
    """List a course's groups by set and name, with the number of their active learners."""
    size = func.count(Member.person_id)
    rows = session.execute(
        select(CourseGroup.id, CourseGroup.name, CourseGroup.set_name, size)
        .outerjoin(
            GroupMember,
            and_(
                GroupMember.platform_id == CourseGroup.platform_id,
                GroupMember.space_id == CourseGroup.space_id,
                GroupMember.group_id == CourseGroup.id,
            ),
        )
        .outerjoin(
            Member,
            and_(
                Member.platform_id == GroupMember.platform_id,
                Member.space_id == GroupMember.space_id,
                Member.person_id == GroupMember.person_id,
                Member.role == "learner",
                Member.status == "active",
            ),
        )
        .where(CourseGroup.platform_id == actor.platform_id, CourseGroup.space_id == actor.space_id)
        .group_by(CourseGroup.id, CourseGroup.name, CourseGroup.set_name)
        .order_by(CourseGroup.set_name, CourseGroup.name, CourseGroup.id)
    )
    return [Choice(*row) for row in rows]


def people_of(session: Db, actor: Actor, group_id: int) -> set[int]:
    """Give the ids of a group's people."""
    rows = session.execute(
        select(GroupMember.person_id).where(
            GroupMember.platform_id == actor.platform_id, GroupMember.space_id == actor.space_id, GroupMember.group_id == group_id
        )
    )
    return set(rows.scalars())


def apply(session: Db, place: tuple[int, int], fetched: Fetched, ids: Mapping[str, int], departed: Collection[int]) -> None:
    """Bring groups and who is in them up to date with a list; what it does not tell of stays.

    `ids` are the people by their id there; `departed` are in no group any more.
    """
    groups = _groups(session, place) if fetched.groups is None else _renewed(session, place, fetched.groups)
    if not groups and fetched.groups is None:
        return
    of_space = (GroupMember.platform_id == place[0], GroupMember.space_id == place[1])
    held = {tuple(row) for row in session.execute(select(GroupMember.group_id, GroupMember.person_id).where(*of_space))}
    told = {
        ids[sub]: one for sub, one in fetched.people.items() if sub in ids and (one.groups is not None or one.status != "active")
    }
    wanted = {
        (groups[outer], person_id)
        for person_id, one in told.items()
        if one.status == "active"
        for outer in one.groups or ()
        if outer in groups
    }
    speaks_of = told.keys() | set(departed)
    known = set(groups.values())
    gone = sorted(one for one in held if one[0] not in known or (one[1] in speaks_of and one not in wanted))
    for some in chunks(gone):
        pair = tuple_(GroupMember.group_id, GroupMember.person_id)
        session.execute(delete(GroupMember).where(*of_space, pair.in_(some)), execution_options={"synchronize_session": False})
    key = {"platform_id": place[0], "space_id": place[1]}
    new = sorted(wanted - held)
    add_missing(session, GroupMember, [{**key, "group_id": one[0], "person_id": one[1]} for one in new])


def _groups(session: Db, place: tuple[int, int]) -> dict[str, int]:
    rows = session.execute(
        select(CourseGroup.outer_id, CourseGroup.id).where(CourseGroup.platform_id == place[0], CourseGroup.space_id == place[1])
    )
    return {row.outer_id: row.id for row in rows}


def _renewed(session: Db, place: tuple[int, int], groups: Sequence[Group]) -> dict[str, int]:
    """Make, rename and remove groups; gives their ids by those they have there."""
    key = {"platform_id": place[0], "space_id": place[1]}
    held = _groups(session, place)
    rows: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    for one in groups:
        told = {"name": one.name, "set_name": one.set_name}
        if one.outer_id in held:
            changed.append({**key, "id": held[one.outer_id], **told})
        else:
            rows.append({**key, "id": new_id(), "outer_id": one.outer_id, **told})
    add_missing(session, CourseGroup, rows)
    if changed:
        session.execute(update(CourseGroup), changed)
    gone = sorted(held[outer] for outer in held.keys() - {one.outer_id for one in groups})
    for some in chunks(gone):
        session.execute(
            delete(CourseGroup).where(
                CourseGroup.platform_id == place[0], CourseGroup.space_id == place[1], CourseGroup.id.in_(some)
            ),
            execution_options={"synchronize_session": False},
        )
    return _groups(session, place)
