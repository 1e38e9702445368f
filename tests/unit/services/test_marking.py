"""A teacher's slips are asked about before they reach a gradebook, and the class page shows the score that counts."""

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms_ext.domain.activities import Aspect, Indicator, Keep, Rubric
from lms_ext.domain.columns import ASPECTS
from lms_ext.models import Attempt, GradeColumn, GradeSlot, Mark, db
from lms_ext.services import marking, reviewing, scoring
from lms_ext.services.marking import Decision
from tests.support.classroom import NOON, Classroom, classroom
from tests.unit.services.test_attempting import hand_in

RUBRIC = Rubric((Aspect("a", {"id": "A"}, (Indicator("satu", {"id": "Satu"}), Indicator("dua", {"id": "Dua"}))),))


@pytest.fixture
def room(app: Flask) -> Classroom:
    return classroom(rubric=RUBRIC)


@pytest.fixture
def work(room: Classroom) -> Attempt:
    attempt = room.begin()
    hand_in(room, attempt, total="5")
    return attempt


def decide(room: Classroom, work: Attempt, **decision: Any) -> str:
    values: dict[str, Any] = {"revision": 1, "marks": {"a": []}, "points": None, "comment": "", "returned": False} | decision
    told = marking.decide(db.session, room.actor, work, room.link, room.activity, Decision(**values), NOON)
    db.session.commit()
    return told


def test_a_return_needs_a_word_to_the_learner(room: Classroom, work: Attempt) -> None:
    assert decide(room, work, returned=True, comment="  ") == "say-why"
    assert db.session.execute(select(Mark)).first() is None
    assert decide(room, work, returned=True, comment="Tambahkan satu contoh.") == ""
    assert work.status == "returned"


def test_a_rubric_without_a_tick_is_zero_only_when_the_teacher_says_so(room: Classroom, work: Attempt) -> None:
    assert decide(room, work) == "nothing-ticked"
    assert work.status == "submitted"
    assert decide(room, work, nothing_seen=True) == ""
    assert (work.status, work.fraction) == ("marked", 0)


def test_a_tick_is_enough(room: Classroom, work: Attempt) -> None:
    assert decide(room, work, marks={"a": ["satu"]}) == ""
    assert work.fraction == 0.5


@pytest.mark.parametrize(("keep", "counted"), [(Keep.BEST, 1.0), (Keep.LAST, 0.0), (Keep.FIRST, 1.0), (Keep.MEAN, 0.5)])
def test_the_class_page_shows_the_score_that_the_gradebook_gets(app: Flask, keep: Keep, counted: float) -> None:
    del app
    room = classroom(keep=keep)
    hand_in(room, room.begin(), total="5")
    hand_in(room, room.begin(2), key="k2", total="6")
    (row,) = reviewing.overview(db.session, room.actor, room.link.id, room.activity.ref, keep)
    assert row.fraction == counted
    assert db.session.execute(select(GradeSlot.given)).scalar_one() == pytest.approx(counted * 10)


def test_each_aspect_has_a_column_of_its_own_where_a_teacher_wants_that(app: Flask) -> None:
    del app
    room = classroom(rubric=RUBRIC)
    room.link = replace(room.link, makes_columns=True, options="aspects")
    first = room.begin()
    hand_in(room, first, total="5")
    assert decide(room, first, marks={"a": ["satu"]}) == ""
    found = {one.column_key: (one.given, one.maximum) for one in db.session.execute(select(GradeSlot)).scalars()}
    assert found == {"": (5.0, 10), "demo/sum#a": (1.0, 2)}
    column = db.session.execute(select(GradeColumn)).scalar_one()
    assert (column.key, column.label, column.maximum, column.tag) == ("demo/sum#a", "Jumlah: A", 2, "sum")
    second = room.begin(2)
    hand_in(room, second, key="k2", total="5")
    assert decide(room, second, marks={"a": []}, nothing_seen=True) == ""
    again = {one.column_key: one.given for one in db.session.execute(select(GradeSlot)).scalars()}
    assert again == {"": 5.0, "demo/sum#a": 1.0}, "the better attempt counts, so its aspects stay"


def test_an_aspect_that_nobody_looked_at_sends_no_level(app: Flask) -> None:
    aspects = (*RUBRIC.aspects, Aspect("b", {"id": "B"}, RUBRIC.aspects[0].indicators))
    room = classroom(rubric=Rubric(aspects))
    attempt = room.begin()
    hand_in(room, attempt, total="5")
    link = replace(room.link, makes_columns=True, options=ASPECTS)
    scoring.enqueue_aspects(db.session, attempt, link, room.activity, {"a": ["satu"]}, NOON)
    sent = db.session.execute(select(GradeSlot.column_key, GradeSlot.given).where(GradeSlot.column_key != "")).all()
    assert [tuple(row) for row in sent] == [("demo/sum#a", 1.0)]
