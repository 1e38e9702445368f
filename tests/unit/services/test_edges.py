"""What services say when there is nothing to do, or when it is not theirs to do."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from lms_ext.api import Field, FieldKind, Json, Outcome, Work
from lms_ext.domain.admins import CONSOLE
from lms_ext.domain.pacing import Rules
from lms_ext.domain.people import Role
from lms_ext.models import Admin, Attempt, AuditEntry, DeliveryLane, GradeSlot, Space, db
from lms_ext.services import attempting, drafting, grade_desk, lanes, marking, rosters, scoring, second_factor
from lms_ext.services.drafting import Change
from lms_ext.services.marking import Decision
from lms_ext.services.seats import Seat, link_for
from lms_ext.web.tool import tool
from tests.support.admins import make_admin
from tests.support.classroom import NOON, Classroom, classroom
from tests.support.sum_plugin import Sum


@pytest.fixture
def room(app: Flask) -> Classroom:
    return classroom()


def hand_in(room: Classroom) -> None:
    attempt = room.begin()
    drafting.save(db.session, attempt, "a", {"total": Change(("5",), 1, 0)}, NOON)
    held = attempting.locked(db.session, room.actor, attempt.id)
    assert held is not None
    attempting.submit(db.session, held, room.link, room.activity, room.kind, "k", NOON)
    db.session.commit()


def slots() -> list[GradeSlot]:
    db.session.expire_all()
    return list(db.session.execute(select(GradeSlot)).scalars())


def test_a_first_attempt_may_always_begin(room: Classroom) -> None:
    assert attempting.may_begin([], room.activity, room.kind)


def test_a_draft_cannot_be_marked(room: Classroom) -> None:
    attempt = room.begin()
    decision = Decision(revision=1, marks={}, points=5.0, comment="", returned=False, nothing_seen=False)
    teacher = replace(room.actor, role=Role.TEACHER)
    assert marking.decide(db.session, teacher, attempt, room.link, room.activity, decision, NOON) == "nothing-to-mark"


def test_parked_grades_are_sent_again_for_one_reason_or_for_all(room: Classroom) -> None:
    hand_in(room)
    db.session.execute(update(GradeSlot).values(state="parked", reason="no-column"))
    db.session.commit()
    assert grade_desk.resend_parked(db.session, room.actor.platform_id, "not-enrolled", NOON) == 0
    assert grade_desk.resend_parked(db.session, room.actor.platform_id, "", NOON) == 1
    db.session.commit()
    assert [one.state for one in slots()] == ["queued"]


def test_a_lane_that_was_never_used_begins_afresh(room: Classroom) -> None:
    db.session.execute(delete(DeliveryLane))
    pace = lanes.lock(db.session, room.actor.platform_id, Rules(), NOON)
    assert lanes.lock(db.session, room.actor.platform_id, Rules(), NOON) == pace


def test_where_nothing_counts_nothing_is_queued(room: Classroom) -> None:
    attempt = room.begin()
    scoring.enqueue(db.session, attempt, room.link, room.activity, "Kiriman.", NOON, complete=True)
    assert slots() == [], "nothing was handed in yet, so no fraction counts"
    hand_in(Classroom(room.actor, room.link, replace(room.activity, points=0), room.kind))
    assert slots() == []


def test_a_single_attempt_is_described_by_what_was_handed_in(room: Classroom) -> None:
    hand_in(Classroom(room.actor, room.link, replace(room.activity, attempts=1), room.kind))
    assert [one.comment for one in slots()] == ["Kiriman ke-1."]


class Halfway(Sum):
    """Sums of one part that are never all done."""

    def fields(self, config: Any, state: Mapping[str, Json]) -> Mapping[str, Field]:
        return {"total": Field(FieldKind.TEXT, part="satu")}

    def grade(self, config: Any, work: Work) -> Outcome:
        return Outcome(0.5, complete=False)


def test_work_that_is_not_complete_stays_open_and_counts_nothing(room: Classroom) -> None:
    hand_in(Classroom(room.actor, room.link, room.activity, Halfway()))
    attempt = db.session.execute(select(Attempt)).scalar_one()
    assert (attempt.status, attempt.revision, attempt.fraction) == ("open", 1, None)
    assert slots() == []


def test_a_part_is_locked_once(room: Classroom) -> None:
    attempt = room.begin()
    checked = [attempting.check_part(db.session, attempt, Halfway(), room.activity, part) for part in ("dua", "satu", "satu", "")]
    assert checked == [False, True, True, False]
    assert attempt.checked == ["satu"]


def test_without_a_list_of_members_there_is_nothing_to_ask_for(room: Classroom) -> None:
    assert rosters.standing(db.session, room.actor) is None
    assert not rosters.ask(db.session, room.actor, room.link.id, NOON)
    assert not rosters.pending(db.session, room.actor)
    db.session.execute(update(Space).values(nrps_url="https://lms.example/members"))
    assert rosters.ask(db.session, room.actor, None, NOON)
    assert rosters.pending(db.session, room.actor)
    assert not rosters.ask(db.session, replace(room.actor, space_id=room.actor.space_id + 1), None, NOON)


def test_an_account_without_a_second_factor_takes_no_code(app: Flask) -> None:
    account = db.session.get_one(Admin, make_admin("dewi"))
    assert second_factor.take_code(db.session, tool().sealer, account, "123456", NOON) == ""
    second_factor.turn_off(db.session, CONSOLE, account)
    assert "admin.second-factor-off" not in db.session.scalars(select(AuditEntry.action)).all(), "there was none to turn off"


def test_a_launch_without_a_link_has_no_column(room: Classroom) -> None:
    seat = Seat(room.actor, 1, None, "", "", "", (), "id", "", None, answered=False, about_id=None)
    with pytest.raises(LookupError):
        link_for(db.session, seat, "demo/sum")
