"""How one score travels: what is sent, what each refusal does, who may mark it as sent."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from flask import Flask, Response, request
from sqlalchemy import update

from lms_ext.domain.access import Actor
from lms_ext.domain.pacing import Rules
from lms_ext.domain.people import Role
from lms_ext.models import GradeSlot, Link, Person, Space, db, utcnow
from lms_ext.services import delivering, outbox
from lms_ext.services.delivering import Claimed, Result, Verdict
from lms_ext.worker import Worker
from tests.faults.conftest import QUICK
from tests.support.lms import Lms, until

ME = "1000"


@pytest.fixture
def lms(make_lms) -> Lms:
    return make_lms(learners=1)


@pytest.fixture
def posts(lms: Lms) -> list[dict[str, Any]]:
    """Give all scores that reach the LMS, whatever it does with them."""
    seen: list[dict[str, Any]] = []

    @lms.sandbox.before_request
    def _look() -> None:
        if request.method == "POST" and request.path.endswith("/scores"):
            seen.append(json.loads(request.get_data()) | {"path": request.full_path})

    return seen


@pytest.fixture
def answers(lms: Lms) -> list[int]:
    """Give what the LMS answered to scores, in the order of its answers."""
    seen: list[int] = []

    @lms.sandbox.after_request
    def _look(response: Response) -> Response:
        if request.method == "POST" and request.path.endswith("/scores"):
            seen.append(response.status_code)
        return response

    return seen


@pytest.fixture
def worker(app: Flask) -> Iterator[Worker]:
    one = Worker(app, Rules(first_rate=1000.0))
    yield one
    one.close()


def deliver(worker: Worker, rounds: int = 1) -> None:
    """Let all waits pass and the worker work."""
    db.session.rollback()
    for _ in range(rounds):
        db.session.execute(update(GradeSlot).values(due_at=utcnow() - timedelta(seconds=1)))
        db.session.commit()
        worker.once()


def claim(lms: Lms, now: datetime | None = None) -> list[Claimed]:
    """Claim as a worker does."""
    found = delivering.claim(db.session, lms.platform_id, now or utcnow())
    db.session.commit()
    return found


def settle(one: Claimed, verdict: Verdict) -> bool:
    """Settle as a worker does; tells whether the lease was still this one's."""
    ours = delivering.settle(db.session, Result(one, verdict), Rules(), utcnow())
    db.session.commit()
    return ours


def send(worker: Worker, one: Claimed) -> Verdict:
    """Post as a worker does, and not a step further."""
    return worker._send(worker._tool.lti.registry.all().get(one.key[0]), one)


def test_a_score_arrives_as_moodle_needs_it(lms: Lms, worker: Worker, posts: list[dict[str, Any]]) -> None:
    lms.score(ME, 7.5)
    deliver(worker)
    assert "/lineitem/scores?type_id=" in posts[0]["path"], "before the query that Moodle's column addresses carry"
    assert (posts[0]["scoreGiven"], posts[0]["scoreMaximum"], posts[0]["gradingProgress"]) == (7.5, 100, "FullyGraded")
    assert posts[0]["comment"]
    assert posts[0]["timestamp"].endswith("Z")
    assert "." not in posts[0]["timestamp"]
    assert (lms.slot(ME).state, lms.slot(ME).sent_version, lms.held(ME)) == ("sent", 1, 7.5)


def test_a_token_is_asked_for_once(lms: Lms, worker: Worker) -> None:
    for given in (1.0, 2.0, 3.0):
        lms.score(ME, given)
        deliver(worker)
    assert len(lms.tokens) == 1
    assert lms.held(ME) == 3.0


@pytest.mark.parametrize("kind", ["429", "503"])
def test_f3_retry_after_is_obeyed(lms: Lms, worker: Worker, posts: list[dict[str, Any]], kind: str) -> None:
    lms.practice.faults.add("scores", kind, seconds=120)
    lms.score(ME, 8.0)
    deliver(worker)
    assert 119 <= (lms.slot(ME).due_at - utcnow()).total_seconds() + 1 <= 121
    assert (lms.slot(ME).state, lms.slot(ME).reason) == ("late", "busy")
    deliver(worker)
    assert len(posts) == 1, "the platform's other scores wait as well"


@pytest.mark.parametrize("asked", ["100000000", "9" * 400, "Sun, 01 Jan 9999 00:00:00 GMT"])
def test_a_pause_that_nobody_can_wait_for_is_an_hour(lms: Lms, worker: Worker, asked: str) -> None:
    """Nor may one LMS's nonsense keep the worker from recording what others answered."""
    lms.practice.faults.add("scores", "429")

    @lms.sandbox.after_request
    def _ask(response: Response) -> Response:
        if response.status_code == 429:
            response.headers["Retry-After"] = asked
        return response

    lms.score(ME, 8.0)
    deliver(worker)
    assert 3590 <= (lms.slot(ME).due_at - utcnow()).total_seconds() <= 3600
    assert (lms.slot(ME).state, lms.slot(ME).reason) == ("late", "busy")


def test_f6_a_newer_score_after_a_lost_answer_still_wins(lms: Lms, worker: Worker) -> None:
    lms.practice.faults.add("scores", "cut")
    lms.score(ME, 4.0)
    deliver(worker)
    lms.score(ME, 9.0)
    deliver(worker, rounds=4)
    assert lms.held(ME) == 9.0
    assert lms.slot(ME).state == "sent"


@pytest.mark.parametrize(
    ("kind", "reason"), [("404", "no-column"), ("403", "not-allowed"), ("422", "not-gradable"), ("400", "not-enrolled")]
)
def test_f8_a_lasting_refusal_is_parked_with_its_reason_until_resent(lms: Lms, worker: Worker, kind: str, reason: str) -> None:
    if kind == "400":
        db.session.execute(update(Person).values(sub="somebody who left"))
    else:
        lms.practice.faults.add("scores", kind)
    if kind == "404":
        lms.practice.faults.add("lineitems", "404")
        lms.practice.faults.add("lineitems", "404")
    lms.score(ME, 8.0)
    deliver(worker)
    assert (lms.slot(ME).state, lms.slot(ME).reason) == ("parked", reason)
    db.session.execute(update(Person).values(sub=ME))
    actor = Actor(lms.platform_id, lms.space_id, lms.people[ME], Role.TEACHER)
    assert outbox.resend(db.session, actor, lms.link_id, lms.people[ME], utcnow())
    db.session.commit()
    deliver(worker)
    assert (lms.slot(ME).state, lms.held(ME)) == ("sent", 8.0)


def test_f8_what_fails_for_two_weeks_is_parked(lms: Lms, worker: Worker) -> None:
    lms.practice.faults.add("scores", "500", times=0)
    lms.score(ME, 8.0, utcnow() - timedelta(days=14, hours=1))
    deliver(worker)
    assert (lms.slot(ME).state, lms.slot(ME).reason) == ("parked", "gave-up")


def test_f9_scores_of_one_second_rise_by_whole_seconds(lms: Lms, worker: Worker, posts: list[dict[str, Any]]) -> None:
    for given in (1.0, 2.0, 3.0, 4.0):
        lms.score(ME, given)
        deliver(worker)
    stamps = [datetime.fromisoformat(one["timestamp"]) for one in posts]
    assert len(stamps) == 4
    assert all(later - earlier >= timedelta(seconds=1) for earlier, later in pairwise(stamps))
    assert lms.held(ME) == 4.0


def test_a_teachers_own_grade_in_the_lms_is_kept(lms: Lms, worker: Worker) -> None:
    lms.score(ME, 9.0, utcnow() - timedelta(seconds=5))
    lms.practice.course.write_own(lms.column, ME, 6.0, "", "3")
    deliver(worker)
    assert lms.held(ME) == 6.0
    assert (lms.slot(ME).state, lms.slot(ME).reason) == ("kept", "graded-there")


def test_resending_what_never_arrived_does_not_replace_a_grade_written_there_since(lms: Lms, worker: Worker) -> None:
    lms.practice.faults.add("scores", "403")
    lms.score(ME, 9.0, utcnow() - timedelta(seconds=5))
    deliver(worker)
    assert lms.slot(ME).state == "parked"
    lms.practice.course.write_own(lms.column, ME, 6.0, "", "3")
    actor = Actor(lms.platform_id, lms.space_id, lms.people[ME], Role.TEACHER)
    for state, held in (("kept", 6.0), ("sent", 9.0)):  # to ask again, for a grade that gave way, means to replace it
        assert outbox.resend(db.session, actor, lms.link_id, lms.people[ME], utcnow() + timedelta(seconds=2))
        db.session.commit()
        deliver(worker)
        assert (lms.slot(ME).state, lms.held(ME)) == (state, held)


def test_f14_a_worker_that_dies_after_posting_costs_a_second_post_and_nothing_else(
    lms: Lms, worker: Worker, posts: list[dict[str, Any]]
) -> None:
    lms.score(ME, 8.0)
    dead = claim(lms)[0]
    assert send(worker, dead).kind == "sent"
    assert claim(lms, utcnow() + Rules().lease - timedelta(seconds=1)) == [], "its lease is respected"
    second = claim(lms, utcnow() + Rules().lease + timedelta(seconds=1))[0]
    assert settle(second, send(worker, second))
    assert not settle(dead, Verdict("sent")), "should it have been only slow"
    assert (len(posts), lms.held(ME), lms.slot(ME).state) == (2, 8.0, "sent")


def test_f22_a_late_worker_cannot_mark_a_newer_score_as_sent(lms: Lms, worker: Worker) -> None:
    lms.score(ME, 3.0)
    late = claim(lms)[0]
    lms.score(ME, 9.0)
    newer = claim(lms, utcnow() + Rules().lease + timedelta(seconds=1))[0]
    assert not settle(late, Verdict("sent"))
    assert settle(newer, Verdict("retry"))
    deliver(worker)
    assert lms.held(ME) == 9.0


def test_f14_f22_a_worker_that_stands_still_beyond_its_lease_while_posting(
    lms: Lms, work, posts: list[dict[str, Any]], answers: list[int]
) -> None:
    """The older score arrives after the newer one: the LMS refuses its timestamp, and nobody believes the late worker."""
    lms.practice.faults.add("scores", "slow", seconds=1.5)
    lms.score(ME, 3.0)
    work(2, replace(QUICK, lease=timedelta(seconds=0.4)))
    until(lambda: lms.slot(ME).lease != "")
    lms.score(ME, 9.0)
    until(lambda: lms.slot(ME).sent_version == 2)
    assert lms.held(ME) == 9.0
    until(lambda: len(answers) == len(posts) >= 2)
    assert (lms.held(ME), lms.slot(ME).state, lms.slot(ME).sent_version) == (9.0, "sent", 2)


@pytest.mark.parametrize("skew", [-2.0, 2.0])
def test_f17_workers_whose_clocks_differ_by_seconds_take_turns(
    lms: Lms, worker: Worker, posts: list[dict[str, Any]], skew: float
) -> None:
    """A clock that is ahead ends a lease early and stamps later; all the same the newest score wins."""
    for number in range(6):
        now = utcnow() + timedelta(seconds=skew if number % 2 else 0.0)
        lms.score(ME, float(number), now)
        one = claim(lms, now + timedelta(seconds=3))[0]
        assert settle(one, send(worker, one))
    deliver(worker)
    stamps = [datetime.fromisoformat(one["timestamp"]) for one in posts]
    assert stamps == sorted(set(stamps))
    assert lms.held(ME) == 5.0


def test_two_claims_at_once_never_give_the_same_slot(lms: Lms) -> None:
    lms.score(ME, 3.0)
    assert len(claim(lms)) == 1
    assert claim(lms) == []


def test_without_a_column_a_grade_waits_in_sight(lms: Lms, worker: Worker, posts: list[dict[str, Any]]) -> None:
    db.session.execute(update(Link).values(lineitem_url=""))
    db.session.execute(update(Space).values(ags_scopes="https://purl.imsglobal.org/spec/lti-ags/scope/score"))
    lms.practice.course.remove_column(lms.column)
    lms.score(ME, 3.0)
    deliver(worker)
    assert (lms.slot(ME).state, lms.slot(ME).reason, posts) == ("parked", "no-column", [])
