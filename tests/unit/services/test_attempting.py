"""Handing in: the work is kept whatever a plugin does, once per page, with its grade in the same commit."""

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms_ext.api import Outcome, ScoredUnit, Work
from lms_ext.domain.activities import Keep
from lms_ext.domain.people import Role
from lms_ext.models import Attempt, GradeSlot, Submission, db
from lms_ext.services import attempting, drafting
from lms_ext.services.attempting import Receipt
from lms_ext.services.drafting import Change
from tests.support.classroom import NOON, Classroom, classroom
from tests.support.sum_plugin import Sum


@pytest.fixture
def room(app: Flask) -> Classroom:
    return classroom()


def hand_in(room: Classroom, attempt: Attempt, key: str = "k1", **answer: str) -> Receipt:
    changes = {name: Change((value,), 1, 0) for name, value in answer.items()}
    drafting.save(db.session, attempt, "a", changes, NOON)
    held = attempting.locked(db.session, room.actor, attempt.id)
    assert held is not None
    receipt = attempting.submit(db.session, held, room.link, room.activity, room.kind, key, NOON)
    db.session.commit()
    return receipt


def slot() -> GradeSlot | None:
    db.session.expire_all()
    return db.session.execute(select(GradeSlot)).scalar_one_or_none()


def count(table: type) -> int:
    return db.session.execute(select(func.count()).select_from(table)).scalar_one()


def test_a_right_answer_is_queued_with_full_points(room: Classroom) -> None:
    receipt = hand_in(room, room.begin(), total="5")
    assert receipt.event is not None
    queued = slot()
    assert queued is not None
    assert (queued.given, queued.maximum, queued.state, queued.version) == (10.0, 10, "queued", 1)
    assert queued.comment


class Split(Sum):
    """A sum of two units, one of which no gradebook can hold."""

    def units(self, config: Any) -> tuple[ScoredUnit, ...]:
        if config["second"] == 0:
            raise RuntimeError("a fault of the plugin")
        return ScoredUnit("satu", {"id": "Satu"}, 4), ScoredUnit("dua", {"id": "Dua"}, 101)

    def grade(self, config: Any, work: Work) -> Outcome:
        return Outcome(1.0, units={"satu": 0.5, "dua": 1.0})


@pytest.mark.parametrize(("second", "more"), [(3, {"demo/sum#unit:satu": (2.0, 4)}), (0, {})])
def test_units_are_queued_beside_the_whole_and_a_fault_in_them_costs_nothing_else(
    room: Classroom, second: int, more: dict[str, tuple[float, int]]
) -> None:
    room.kind = Split()
    room.activity = replace(room.activity, config={"first": 2, "second": second})
    room.link = replace(room.link, makes_columns=True, options="units")
    hand_in(room, room.begin(), total="5")
    held = {one.column_key: (one.given, one.maximum) for one in db.session.execute(select(GradeSlot)).scalars()}
    assert held == {"": (10.0, 10), **more}


def test_the_same_page_posted_twice_is_one_submission(room: Classroom) -> None:
    attempt = room.begin()
    first = hand_in(room, attempt, "same", total="5")
    second = hand_in(room, attempt, "same")
    assert second.submission is not None
    assert first.submission is not None
    assert second.submission.id == first.submission.id
    assert second.event is None
    assert count(Submission) == 1


def test_handing_in_twice_with_another_page_is_told_that_it_is_closed(room: Classroom) -> None:
    attempt = room.begin()
    hand_in(room, attempt, "one", total="5")
    assert hand_in(room, attempt, "two").closed
    assert count(Submission) == 1


@pytest.mark.parametrize("note", ["crash", "nonsense"])
def test_a_plugin_that_fails_to_grade_leaves_the_work_for_a_teacher(room: Classroom, note: str) -> None:
    receipt = hand_in(room, room.begin(), total="5", note=note)
    assert receipt.submission is not None
    assert receipt.submission.needs_marking
    assert receipt.submission.fault
    assert receipt.submission.answer["total"] == ["5"]
    assert slot() is None


@pytest.mark.parametrize(("keep", "points"), [(Keep.BEST, 10.0), (Keep.LAST, 0.0), (Keep.FIRST, 0.0), (Keep.MEAN, 3.33)])
def test_several_attempts_count_by_the_rule(app: Flask, keep: Keep, points: float) -> None:
    room = classroom(keep=keep)
    for number, total in enumerate(["1", "5", "2"], start=1):
        hand_in(room, room.begin(number), total=total)
    queued = slot()
    assert queued is not None
    assert (queued.given, queued.version) == (points, 3)
    own = attempting.attempts(db.session, room.actor, room.link.id, room.activity.ref)
    assert not attempting.may_begin(own, room.activity, room.kind)


@pytest.mark.parametrize("role", [Role.TEACHER, Role.TEST])
def test_teachers_and_test_users_are_never_graded(app: Flask, role: Role) -> None:
    room = classroom(role=role)
    hand_in(room, room.begin(), total="5")
    assert slot() is None


def test_two_tabs_that_begin_at_once_share_one_attempt(room: Classroom) -> None:
    assert room.begin(1).id == room.begin(1).id
    assert count(Attempt) == 1


def test_another_course_cannot_reach_an_attempt(room: Classroom) -> None:
    attempt = room.begin()
    stranger = type(room.actor)(room.actor.platform_id, room.actor.space_id + 1, room.actor.person_id, Role.LEARNER)
    assert attempting.locked(db.session, stranger, attempt.id) is None
