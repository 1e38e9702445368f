"""What services say when there is nothing to do, or when it is not theirs to do."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from lms_ext.domain.pacing import Rules
from lms_ext.domain.people import Role
from lms_ext.models import DeliveryLane, GradeSlot, db
from lms_ext.services import attempting, drafting, grade_desk, lanes, marking, scoring
from lms_ext.services.drafting import Change
from lms_ext.services.marking import Decision
from lms_ext.services.seats import Seat, link_for
from tests.support.classroom import NOON, Classroom, classroom


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


def test_a_launch_without_a_link_has_no_column(room: Classroom) -> None:
    seat = Seat(room.actor, 1, None, "", "", "", (), "id", "", None, answered=False, about_id=None)
    with pytest.raises(LookupError):
        link_for(db.session, seat, "demo/sum")
