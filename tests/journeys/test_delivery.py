"""Grades reach the gradebook through faults, and a teacher's own grade stays."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from flask import Flask
from sqlalchemy import select, update

from lms_ext.domain.pacing import Rules
from lms_ext.models import GradeSlot, Link, Platform, db, utcnow
from lms_ext.services import delivering, outbox
from lms_ext.services.delivering import Result, Verdict
from lms_ext.worker import Worker
from tests.support.classroom import Classroom, classroom
from tests.support.gradebook import Book, gradebook


@pytest.fixture
def book() -> Iterator[Book]:
    with gradebook() as one:
        yield one


@pytest.fixture
def room(app: Flask, book: Book) -> Classroom:
    made = classroom()
    db.session.execute(update(Platform).values(auth_token_url=f"{book.url}/token"))
    db.session.execute(update(Link).values(lineitem_url=f"{book.url}/items/1?type_id=3"))
    db.session.commit()
    return made


@pytest.fixture
def worker(app: Flask) -> Iterator[Worker]:
    one = Worker(app, Rules(first_rate=1000.0))
    yield one
    one.close()


def score(room: Classroom, given: float) -> None:
    outbox.enqueue(
        db.session, platform_id=room.actor.platform_id, space_id=room.actor.space_id, link_id=room.link.id,
        person_id=room.actor.person_id, given=given, maximum=10, comment="Kiriman ke-1.", activity_progress="Completed",
        grading_progress="FullyGraded", submitted_at=utcnow(), now=utcnow(),
    )  # fmt: skip
    db.session.commit()


def slot() -> GradeSlot:
    db.session.rollback()
    db.session.expire_all()
    return db.session.execute(select(GradeSlot)).scalar_one()


def due_now() -> None:
    """Let the wait pass."""
    db.session.execute(update(GradeSlot).values(due_at=utcnow() - timedelta(seconds=1)))
    db.session.commit()


def deliver(worker: Worker, rounds: int = 1) -> None:
    db.session.rollback()
    for _ in range(rounds):
        due_now()
        worker.once()


def test_a_score_arrives_as_moodle_needs_it(room: Classroom, worker: Worker, book: Book) -> None:
    score(room, 7.5)
    deliver(worker)
    post = book.posts[0]
    assert post["path"] == "/items/1/scores?type_id=3"
    assert (post["scoreGiven"], post["scoreMaximum"], post["gradingProgress"]) == (7.5, 10, "FullyGraded")
    assert post["comment"]
    assert post["timestamp"].endswith("Z")
    assert "." not in post["timestamp"]
    assert (slot().state, slot().sent_version) == ("sent", 1)


def test_a_token_is_asked_for_once(room: Classroom, worker: Worker, book: Book) -> None:
    for given in (1.0, 2.0, 3.0):
        score(room, given)
        deliver(worker)
    assert book.tokens == 1
    assert book.grades["42"]["scoreGiven"] == 3.0


@pytest.mark.parametrize("fault", ["503", "500", "429", "cut"])
def test_f4_f6_a_passing_fault_delays_but_loses_nothing(room: Classroom, worker: Worker, book: Book, fault: str) -> None:
    book.faults = [fault, fault]
    score(room, 8.0)
    deliver(worker, rounds=4)
    assert book.grades["42"]["scoreGiven"] == 8.0
    assert slot().state == "sent"


def test_f3_retry_after_is_obeyed(room: Classroom, worker: Worker, book: Book) -> None:
    book.faults, book.headers = ["429"], {"Retry-After": "120"}
    score(room, 8.0)
    deliver(worker)
    assert slot().due_at > utcnow() + timedelta(seconds=110)
    assert (slot().state, slot().reason) == ("late", "busy")


def test_f5_a_revoked_token_is_renewed_once(room: Classroom, worker: Worker, book: Book) -> None:
    book.faults = ["401"]
    score(room, 8.0)
    deliver(worker)
    assert (book.tokens, slot().state) == (2, "sent")


def test_f6_a_newer_score_after_a_lost_answer_still_wins(room: Classroom, worker: Worker, book: Book) -> None:
    book.faults = ["cut"]
    score(room, 4.0)
    deliver(worker)
    score(room, 9.0)
    deliver(worker, rounds=4)
    assert book.grades["42"]["scoreGiven"] == 9.0
    assert slot().state == "sent"


def test_f7_html_with_200_counts_as_delivered(room: Classroom, worker: Worker, book: Book) -> None:
    book.faults = ["html"]
    score(room, 8.0)
    deliver(worker)
    assert slot().state == "sent"


@pytest.mark.parametrize(("fault", "reason"), [("404", "no-column"), ("403", "not-allowed")])
def test_f8_a_lasting_refusal_is_parked_with_its_reason_until_resent(
    room: Classroom, worker: Worker, book: Book, fault: str, reason: str
) -> None:
    book.faults = [fault]
    score(room, 8.0)
    deliver(worker)
    assert (slot().state, slot().reason) == ("parked", reason)
    assert outbox.resend(db.session, room.actor, room.link.id, room.actor.person_id, utcnow())
    db.session.commit()
    deliver(worker)
    assert slot().state == "sent"


def test_f9_scores_of_one_second_rise_by_whole_seconds(room: Classroom, worker: Worker, book: Book) -> None:
    for given in (1.0, 2.0, 3.0, 4.0):
        score(room, given)
        deliver(worker)
    stamps = [datetime.fromisoformat(one["timestamp"]) for one in book.posts]
    assert all(later - earlier >= timedelta(seconds=1) for earlier, later in pairwise(stamps))
    assert book.grades["42"]["scoreGiven"] == 4.0


def test_a_teachers_own_grade_in_the_lms_is_kept(room: Classroom, worker: Worker, book: Book) -> None:
    book.grades["42"] = {"timestamp": "2099-01-01T00:00:00Z", "scoreGiven": 6.0, "scoreMaximum": 10}
    score(room, 9.0)
    deliver(worker)
    assert book.grades["42"]["scoreGiven"] == 6.0
    assert (slot().state, slot().reason) == ("kept", "graded-there")


def test_f22_a_late_worker_cannot_mark_a_newer_score_as_sent(room: Classroom, worker: Worker, book: Book) -> None:
    score(room, 3.0)
    late = delivering.claim(db.session, room.actor.platform_id, utcnow())[0]
    db.session.commit()
    score(room, 9.0)
    db.session.execute(update(GradeSlot).values(lease_until=utcnow() - timedelta(seconds=1)))
    db.session.commit()
    newer = delivering.claim(db.session, room.actor.platform_id, utcnow())[0]
    db.session.commit()
    assert not delivering.settle(db.session, Result(late, Verdict("sent")), Rules(), utcnow())
    assert delivering.settle(db.session, Result(newer, Verdict("retry")), Rules(), utcnow())
    db.session.commit()
    deliver(worker)
    assert book.grades["42"]["scoreGiven"] == 9.0


def test_two_claims_at_once_never_give_the_same_slot(room: Classroom) -> None:
    score(room, 3.0)
    assert len(delivering.claim(db.session, room.actor.platform_id, utcnow())) == 1
    db.session.commit()
    assert delivering.claim(db.session, room.actor.platform_id, utcnow()) == []


def test_without_a_column_a_grade_waits_in_sight(room: Classroom, worker: Worker, book: Book) -> None:
    db.session.execute(update(Link).values(lineitem_url=""))
    score(room, 3.0)
    deliver(worker)
    assert (slot().state, slot().reason, book.posts) == ("parked", "no-column", [])
