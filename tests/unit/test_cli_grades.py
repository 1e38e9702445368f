"""`lms-ext grades …` as an admin uses it."""

from datetime import timedelta

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select, update

from lms_ext.cli import main
from lms_ext.domain.pacing import Rules
from lms_ext.models import GradeSlot, db, utcnow
from lms_ext.services import lanes
from tests.support.classroom import Classroom, classroom, with_a_grade
from tests.support.servers import command, environment


@pytest.fixture
def room(app: Flask) -> Classroom:
    return with_a_grade(utcnow(), utcnow() - timedelta(hours=3))


def grades(database_url: str, *arguments: str) -> str:
    db.session.rollback()
    return command(environment(database_url, "http://localhost:8000"), "grades", *arguments)


def park(reason: str) -> None:
    db.session.execute(update(GradeSlot).values(state="parked", reason=reason))
    db.session.commit()


def state() -> str:
    db.session.rollback()
    return str(db.session.execute(select(GradeSlot.state)).scalar_one())


def test_what_waits_is_counted_by_lms_with_its_age(room: Classroom, database_url: str) -> None:
    assert grades(database_url, "list").split("\t") == [str(room.actor.platform_id), "LMS", "queued 1", "oldest 3 h\n"]


def test_without_grades_or_platforms_the_list_says_so(app: Flask) -> None:
    assert "No platform yet" in CliRunner().invoke(main, ["grades", "list"]).output
    classroom()
    assert CliRunner().invoke(main, ["grades", "list"]).output.rstrip("\n").split("\t")[1:] == ["LMS", "-", "oldest -"]


def test_parked_grades_are_listed_with_their_reason_and_sent_again(room: Classroom, database_url: str) -> None:
    park("not-enrolled")
    told = grades(database_url, "list")
    assert "parked 1 (not-enrolled)" in told
    assert "bukan lagi, murid" in told
    assert "no longer, a learner" in told
    other = grades(database_url, "resend", str(room.actor.platform_id), "--reason", "no-column")
    assert (other.rpartition(": ")[2], state()) == ("0\n", "parked")
    told = grades(database_url, "resend", str(room.actor.platform_id), "--reason", "not-enrolled")
    assert (told.rpartition(": ")[2], state()) == ("1\n", "queued")


def test_an_unknown_lms_is_told(app: Flask, database_url: str) -> None:
    db.session.rollback()
    with pytest.raises(AssertionError, match=r"There is no platform 99\."):
        grades(database_url, "resend", "99")


def test_an_lms_that_is_down_is_listed_as_such(room: Classroom, database_url: str) -> None:
    pace = lanes.enter(db.session, room.actor.platform_id, Rules(), utcnow())
    assert pace
    for _ in range(5):
        pace = pace.failed("unreachable", Rules(), utcnow())
    lanes.keep(db.session, room.actor.platform_id, pace)
    db.session.commit()
    told = grades(database_url, "list")
    assert "down since" in told
    assert "LMS tidak dapat dihubungi." in told
