"""Used states and launches that are over are forgotten, in small batches; what still matters stays."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from lms_ext.models import LaunchSession, UsedState, db, utcnow
from lms_ext.services import tidying
from lms_ext.worker import Worker
from tests.support.classroom import Classroom, classroom


def remember(room: Classroom, name: str, seconds: float) -> None:
    """Store a used state and a launch that end in so many seconds."""
    until, actor = utcnow() + timedelta(seconds=seconds), room.actor
    db.session.add(UsedState(platform_id=actor.platform_id, state_id=name, expires_at=until))
    db.session.add(
        LaunchSession(
            platform_id=actor.platform_id, space_id=actor.space_id, person_id=actor.person_id, secret_hash=name,
            browser_hash=name, role="learner", locale="id", expires_at=until,
        )
    )  # fmt: skip
    db.session.commit()


def left() -> tuple[list[str], list[str]]:
    db.session.rollback()
    states = db.session.execute(select(UsedState.state_id).order_by(UsedState.state_id)).scalars().all()
    launches = db.session.execute(select(LaunchSession.secret_hash).order_by(LaunchSession.secret_hash)).scalars().all()
    db.session.rollback()
    return list(states), list(launches)


def test_only_what_is_over_is_forgotten_a_batch_at_a_time_oldest_first(app: Flask) -> None:
    room = classroom()
    for name, seconds in (("a", -50.0), ("b", -40.0), ("c", -30.0), ("d", 60.0)):
        remember(room, name, seconds)
    assert tidying.forget_old(db.session, utcnow(), batch=2)
    db.session.commit()
    assert left() == (["c", "d"], ["c", "d"])
    assert not tidying.forget_old(db.session, utcnow(), batch=2)
    db.session.commit()
    assert left() == (["d"], ["d"])


def test_an_idle_worker_tidies_and_then_leaves_it_for_an_hour(app: Flask) -> None:
    room = classroom()
    worker = Worker(app)
    remember(room, "old", -1)
    worker._round()
    assert left() == ([], [])
    remember(room, "older", -1)
    worker._round()
    assert left() == (["older"], ["older"])
    worker._tidy_at -= 3601
    worker._round()
    assert left() == ([], [])
    worker.close()
