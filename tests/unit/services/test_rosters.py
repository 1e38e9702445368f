"""What a list may change, and what it may not."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select

from lms_ext.domain.launches import ContextClaims, Launch, LinkClaims, MessageType, PersonClaims
from lms_ext.domain.people import Role
from lms_ext.domain.rosters import Fetched, Group, Listed
from lms_ext.models import CourseGroup, GroupMember, LaunchSession, LinkBarred, Member, Person, db, new_id
from lms_ext.services import course_groups, launching, reviewing, roster_changes
from lms_ext.web.tool import tool
from tests.support.classroom import NOON, Classroom, classroom

LATER = NOON + timedelta(minutes=5)


def listed(sub: str, role: Role | None = Role.LEARNER, status: str = "active", **more: Any) -> Listed:
    values: dict[str, Any] = {"name": f"Murid {sub}", "email": ""} | more
    return Listed(sub, role=role, status=status, **values)


def apply(room: Classroom, *people: Listed, whole: bool = True, **more: Any) -> roster_changes.Change | None:
    fetched = Fetched({one.sub: one for one in people}, whole, **more)
    change = roster_changes.apply(db.session, room.actor.platform_id, room.actor.space_id, fetched, NOON, LATER)
    db.session.commit()
    db.session.expire_all()
    return change


def stands(room: Classroom) -> dict[str, tuple[str, str, str]]:
    rows = db.session.execute(
        select(Person.sub, Person.name, Member.role, Member.status)
        .join(Member, Member.person_id == Person.id)
        .where(Member.space_id == room.actor.space_id)
    )
    return {row[0]: (row[1], row[2], row[3]) for row in rows}


def launch(room: Classroom, sub: str, role: Role, name: str = "", **more: Any) -> None:
    values = {
        "platform_id": room.actor.platform_id, "deployment_id": "1", "message_type": MessageType.RESOURCE_LINK,
        "state_id": f"s{new_id()}", "state_expires_at": LATER, "person": PersonClaims(sub, name), "role": role,
        "target_link_uri": "", "locale": "id", "context": ContextClaims("7"), "link": LinkClaims("9"), **more,
    }  # fmt: skip
    moment = NOON + timedelta(minutes=1)
    launching.open_session(
        db.session,
        Launch(**values),
        secret_hash="a",
        browser_hash="b",
        known_browser=False,
        hours=1,
        now=moment,
        catalog=tool().catalog,
    )
    db.session.commit()


def test_a_launch_wins_over_a_list_that_was_begun_before_it(app: Flask) -> None:
    room = classroom()
    launch(room, "42", Role.TEACHER, "Sri Wahyuni, S.Pd.")
    launch(room, "43", Role.LEARNER, "Budi")
    apply(room, listed("42", name="Sri"), listed("44"))
    assert stands(room) == {
        "42": ("Sri Wahyuni, S.Pd.", "teacher", "active"), "43": ("Budi", "learner", "active"),
        "44": ("Murid 44", "learner", "active"),
    }  # fmt: skip


def test_who_left_and_comes_back_by_launch_is_in_again_with_what_was_known(app: Flask) -> None:
    room = classroom()
    apply(room, listed("43"), listed("44", email="a@contoh.sch.id"))
    assert stands(room)["42"] == ("Sri Wahyuni", "learner", "left")
    assert db.session.execute(select(Member.left_at).where(Member.person_id == room.actor.person_id)).scalar_one() == LATER
    launch(room, "42", Role.LEARNER)  # the platform tells no name at launches: the known one stays
    assert stands(room)["42"] == ("Sri Wahyuni", "learner", "active")
    assert db.session.execute(select(Member.left_at).where(Member.person_id == room.actor.person_id)).scalar_one() is None


def test_people_are_never_joined_by_name_or_address(app: Flask) -> None:
    room = classroom()
    apply(room, listed("42"), listed("77", name="Sri Wahyuni", email="sri@contoh.sch.id"),
          listed("78", name="Sri Wahyuni", email="sri@contoh.sch.id"))  # fmt: skip
    assert set(stands(room)) == {"42", "77", "78"}


def test_names_come_only_where_they_are_given(app: Flask) -> None:
    room = classroom()
    apply(room, listed("42", name=""), listed("43", name="Budi"))
    apply(room, listed("42"), listed("43", name="Budi Santoso"))
    apply(room, listed("42"), listed("43", name=""))
    assert stands(room)["43"][0] == "Budi Santoso"


def test_a_teacher_who_left_or_only_learns_now_teaches_no_more(app: Flask) -> None:
    room = classroom()
    for sub in ("50", "51"):
        launch(room, sub, Role.TEACHER)
    db.session.execute(LaunchSession.__table__.update().values(created_at=NOON - timedelta(hours=1)))
    db.session.commit()
    apply(room, listed("42"), listed("51"))
    assert stands(room)["50"][2] == "left"
    assert stands(room)["51"][1] == "learner"
    assert all(db.session.execute(select(LaunchSession.ended_at)).scalars())


def test_absence_means_nothing_when_entries_could_not_be_read(app: Flask) -> None:
    room = classroom()
    change = apply(room, listed("43"), skipped=1, unknown=1)
    assert change == roster_changes.Change(1, 0, 2)
    apply(room, listed("43"), skipped=1, unread=frozenset({"42"}))
    assert stands(room)["42"][2] == "active"
    apply(room, listed("43"), whole=False)
    assert stands(room)["42"][2] == "active"
    assert apply(room) is None
    assert stands(room)["42"][2] == "active"


def test_those_who_watch_and_the_pretend_learner_are_no_part_of_it(app: Flask) -> None:
    room = classroom()
    launch(room, "90", Role.TEST, "Murid Uji")
    db.session.execute(LaunchSession.__table__.update().values(created_at=NOON - timedelta(hours=1)))
    db.session.commit()
    change = apply(room, listed("42", name="Sri Wahyuni"), listed("60", role=None))
    assert "60" not in stands(room)
    assert stands(room)["90"][1:] == ("test", "active")
    assert change == roster_changes.Change(0, 0, 1)
    rows = reviewing.overview(db.session, room.actor, room.link.id, room.activity.ref)
    assert [(one.name, one.place) for one in rows] == [("Murid Uji", "test"), ("Sri Wahyuni", "class")]
    assert [one.name for one in reviewing.in_class(rows)] == ["Sri Wahyuni"]


def test_groups_follow_the_list_and_stay_when_their_service_is_silent(app: Flask) -> None:
    room = classroom()
    both = (Group("g1", "Satu", "Set"), Group("g2", "Dua"))
    apply(room, listed("42", groups=("g1",)), listed("43", groups=("g1", "g2", "unknown")), groups=both)
    teacher = replace(room.actor, role=Role.TEACHER)
    told = [(one.name, one.set_name, one.learners) for one in course_groups.choices(db.session, teacher)]
    assert told == [("Dua", "", 1), ("Satu", "Set", 2)]
    apply(room, listed("42", groups=("g2",)), listed("43"), groups=None)
    assert _pairs() == {("Dua", "42"), ("Satu", "43"), ("Dua", "43")}
    apply(room, listed("42", groups=("g2",)), groups=(Group("g2", "Dua baru"),))  # one group is gone, one person, too
    assert _pairs() == {("Dua baru", "42")}
    elsewhere = replace(teacher, space_id=new_id())
    assert course_groups.choices(db.session, elsewhere) == []
    assert course_groups.people_of(db.session, elsewhere, db.session.execute(select(CourseGroup.id)).scalar_one()) == set()


def _pairs() -> set[tuple[str, str]]:
    rows = db.session.execute(
        select(CourseGroup.name, Person.sub)
        .join(GroupMember, GroupMember.group_id == CourseGroup.id)
        .join(Person, Person.id == GroupMember.person_id)
    )
    return {(row[0], row[1]) for row in rows}


def test_who_was_never_in_the_class_and_is_out_stays_unknown(app: Flask) -> None:
    """The platform knows them from another course; and nobody is told to have left twice."""
    room = classroom()
    db.session.add(Person(platform_id=room.actor.platform_id, sub="elsewhere", name="Yuliana"))
    db.session.commit()
    out = [apply(room, listed("42", status="inactive"), listed("elsewhere", status="inactive")) for _ in range(2)]
    assert [one and (one.joined, one.departed, one.members) for one in out] == [(0, 1, 0), (0, 0, 0)]
    assert stands(room) == {"42": ("Murid 42", "learner", "inactive")}


def test_a_link_that_nobody_has_opened_bars_nobody(app: Flask) -> None:
    room = classroom()
    fetched = Fetched({"42": listed("42")}, True, at_links={"not-here": frozenset()})
    roster_changes.bar(db.session, room.actor.platform_id, room.actor.space_id, "not-here", fetched)
    assert db.session.scalars(select(LinkBarred)).all() == []
