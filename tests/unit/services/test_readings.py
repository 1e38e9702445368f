"""What a gradebook was last seen to hold: one column of a platform at a time, and nothing is lost when it cannot be read."""

from datetime import timedelta

import pytest
from flask import Flask

from lms_ext.models import GradeColumn, db
from lms_ext.services import columns, readings
from lms_ext.services.readings import Held
from tests.support.classroom import NOON, Classroom, classroom

HOUR = timedelta(hours=1)


@pytest.fixture
def room(app: Flask) -> Classroom:
    made = classroom()
    for key in ("", "demo/dua"):
        readings.ask(db.session, place(made), key, NOON)
    db.session.commit()
    return made


def place(room: Classroom) -> tuple[int, int, int]:
    return room.actor.platform_id, room.actor.space_id, room.link.id


def held(room: Classroom) -> dict[int, float]:
    return dict(readings.read(db.session, room.actor, room.link.id, "demo/sum", "", 10)[0].points)


def test_a_platform_is_read_one_column_at_a_time(room: Classroom) -> None:
    (first,) = readings.take(db.session, NOON, limit=5, but=())
    (second,) = readings.take(db.session, NOON, limit=5, but=())
    assert {first.key, second.key} == {"", "demo/dua"}
    assert readings.take(db.session, NOON, limit=5, but=()) == []
    assert not readings.is_due(db.session, NOON)
    assert readings.is_due(db.session, NOON + HOUR), "whoever took them may have died"


def test_trouble_leaves_what_was_read(room: Classroom) -> None:
    reading = next(one for _ in range(2) for one in readings.take(db.session, NOON, limit=5, but=()) if one.key == "")
    readings.store(db.session, reading, [Held("42", 30.0, 40.0), Held("stranger", 1.0, 1.0)], "", NOON)
    assert held(room) == {room.actor.person_id: 7.5}
    readings.store(db.session, reading, None, "no-scope", NOON + HOUR)
    told = readings.read(db.session, room.actor, room.link.id, "demo/sum", "", 10)[0]
    assert (dict(told.points), told.at, told.trouble) == ({room.actor.person_id: 7.5}, NOON, "no-scope")
    readings.store(db.session, reading, [], "", NOON + 2 * HOUR)
    assert held(room) == {}, "the gradebook holds nothing any more"


def test_a_column_is_settled_and_made_again_alone(room: Classroom) -> None:
    """A pack has a column for each activity; what becomes of one says nothing of the link's own."""
    key = "demo/dua"
    columns.settle(db.session, place(room), key, was="", found="https://lms.example/li/2", gone=False, again_from=None)
    db.session.expire_all()
    made = db.session.get_one(GradeColumn, (*place(room), key))
    assert (made.url, made.gone) == ("https://lms.example/li/2", False)
    columns.settle(db.session, place(room), key, was=made.url, found="", gone=True, again_from=None)
    db.session.expire_all()
    assert db.session.get_one(GradeColumn, (*place(room), key)).gone
    columns.make_again(db.session, place(room), key, NOON)
    db.session.expire_all()
    made = db.session.get_one(GradeColumn, (*place(room), key))
    assert (made.url, made.gone) == ("", False)
