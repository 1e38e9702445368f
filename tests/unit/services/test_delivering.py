"""What a worker may take, and what it must leave for later."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from lms_ext.domain.columns import SCOPE
from lms_ext.domain.pacing import Rules
from lms_ext.models import GradeColumn, GradeSlot, Link, NoticeService, Space, db
from lms_ext.services import columns, delivering, lanes, notices, rosters
from lms_ext.services.notices import Service
from tests.support.classroom import NOON, Classroom, with_a_grade

SOON = NOON + timedelta(seconds=1)


@pytest.fixture
def room(app: Flask) -> Classroom:
    """Give a course with one grade on its way."""
    return with_a_grade(NOON, NOON)


def due_at() -> datetime:
    db.session.expire_all()
    return db.session.execute(select(GradeSlot.due_at)).scalar_one()


def test_a_score_waits_for_its_second_rather_than_run_ahead_of_the_clock(room: Classroom) -> None:
    """A platform that asks for a later time again and again must not be given one that locks later scores out."""
    ahead = NOON + timedelta(minutes=10)
    db.session.execute(update(GradeSlot).values(stamp=ahead))
    assert delivering.claim(db.session, room.actor.platform_id, SOON) == []
    assert due_at() == ahead + timedelta(seconds=1) - delivering.AHEAD
    (claimed,) = delivering.claim(db.session, room.actor.platform_id, ahead)
    assert claimed.stamp == ahead + timedelta(seconds=1)


def test_a_score_waits_while_another_worker_makes_its_column(room: Classroom) -> None:
    db.session.execute(update(Link).values(lineitem_url="", may_score=False))
    db.session.execute(update(Space).values(
        lineitems_url="https://lms.example/lineitems", ags_scopes=f"{SCOPE}score {SCOPE}lineitem"))  # fmt: skip
    place = (room.actor.platform_id, room.actor.space_id, room.link.id)
    columns.want(db.session, place, "", label="Jumlah", maximum=10, resource_id="demo/sum", tag="", now=NOON)
    db.session.execute(update(GradeColumn).values(making_until=SOON + columns.MAKING))
    db.session.commit()
    assert delivering.claim(db.session, room.actor.platform_id, SOON) == []
    assert SOON < due_at() < SOON + timedelta(seconds=5)
    later = SOON + columns.MAKING + timedelta(seconds=1)  # the other one died
    (claimed,) = delivering.claim(db.session, room.actor.platform_id, later)
    assert claimed.column.wanted is not None


def test_a_member_list_waits_for_a_platform_that_is_pressed_already(room: Classroom) -> None:
    db.session.execute(update(Space).values(nrps_url="https://lms.example/members"))
    assert rosters.ask(db.session, room.actor, None, NOON)
    pace = lanes.enter(db.session, room.actor.platform_id, Rules(), NOON)
    assert pace
    lanes.keep(db.session, room.actor.platform_id, pace.complained(60.0, Rules(), NOON))
    db.session.commit()
    assert rosters.take(db.session, Rules(), NOON) is None
    assert rosters.pending(db.session, room.actor), "a teacher asked, and it was not tried"
    sought = rosters.take(db.session, Rules(), NOON + timedelta(days=30))
    assert sought is not None
    assert sought.url == "https://lms.example/members"


def test_a_notice_service_that_fails_is_told_again_later_each_time(room: Classroom) -> None:
    notices.offer(db.session, {"platform_id": room.actor.platform_id, "deployment_id": "1"}, "https://lms.example/notices", NOON)
    db.session.commit()
    waits = []
    for _ in range(2):
        (service,) = notices.take(db.session, NOON + timedelta(days=1))
        notices.settle(db.session, service, "timeout", NOON + timedelta(days=1))
        db.session.expire_all()
        row = db.session.execute(select(NoticeService)).scalar_one()
        assert row.due_at is not None
        waits.append(row.due_at - NOON - timedelta(days=1))
        row.due_at = NOON
    assert waits == [timedelta(minutes=1), timedelta(minutes=2)]
    (service,) = notices.take(db.session, NOON)
    assert (service.tries, notices.take(db.session, NOON)) == (2, [])
    notices.settle(db.session, Service(service.platform_id, "1", "https://elsewhere.example", 0), "", NOON)
    db.session.expire_all()
    assert db.session.execute(select(NoticeService.told_at)).scalar_one() is None, "its address has changed since"
    notices.settle(db.session, service, "", NOON)
    told = db.session.execute(select(NoticeService.told_at, NoticeService.due_at, NoticeService.last_error)).one()
    assert tuple(told) == (NOON, None, "")
