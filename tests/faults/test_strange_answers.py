"""Platforms that answer scores strangely: the score stays, with the right reason, and comes again when that helps."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask, Response, request
from sqlalchemy import Update, select, update

from lms_ext.domain.pacing import Rules
from lms_ext.models import GradeColumn, GradeSlot, Link, Person, Platform, PlatformGrade, Space, ToolKey, db, utcnow
from lms_ext.services import readings
from lms_ext.services.delivering import Verdict
from lms_ext.web.tool import tool
from lms_ext.worker import Worker
from tests.faults.test_delivery import ME, claim, send, settle
from tests.support.lms import Lms

Answers = Callable[..., None]


@pytest.fixture
def lms(make_lms: Callable[..., Lms]) -> Lms:
    return make_lms(learners=1)


@pytest.fixture
def worker(app: Flask) -> Iterator[Worker]:
    one = Worker(app, Rules(first_rate=1000.0))
    yield one
    one.close()


@pytest.fixture
def answered(lms: Lms) -> Answers:
    """Let the LMS answer a path with something else."""

    def order(ending: str, status: int, body: str) -> None:
        @lms.sandbox.after_request
        def _swap(response: Response) -> Response:
            if request.path.endswith(ending):
                response.status_code = status
                response.set_data(body)
            return response

    return order


def verdict(lms: Lms, worker: Worker) -> Verdict:
    (one,) = claim(lms)
    return send(worker, one)


@pytest.mark.parametrize(
    ("status", "body", "kind", "reason"),
    [
        (500, "", "retry", "results-unreadable"),
        (200, "<html>", "retry", "results-unreadable"),
        (200, "{}", "retry", "results-unreadable"),
        (200, "[]", "restamp", "same-second"),
        (200, '[{"userId": "other"}, 5]', "restamp", "same-second"),
        (200, '[{"userId": "ME", "resultScore": 7.5, "resultMaximum": 100}]', "sent", ""),
        (200, '[{"userId": "ME", "resultScore": "banyak", "timestamp": "kemarin"}]', "restamp", "same-second"),
        (
            200,
            '[{"userId": "ME", "resultScore": 55, "timestamp": "2026-11-24T10:00:00Z"}]',
            "kept",
            "graded-there",
        ),
    ],
)
def test_a_refused_time_is_settled_by_what_the_gradebook_says(
    lms: Lms,
    worker: Worker,
    answered: Answers,
    status: int,
    body: str,
    kind: str,
    reason: str,
) -> None:
    lms.score(ME, 7.5)
    (one,) = claim(lms)
    answered("/scores", 409, "")
    answered("/results", status, body.replace("ME", one.sub))
    told = send(worker, one)
    assert (told.kind, told.reason) == (kind, reason)


def test_a_time_at_the_end_of_all_times_keeps_a_score_waiting_for_a_day_only(lms: Lms, worker: Worker, answered: Answers) -> None:
    lms.score(ME, 7.5)
    (one,) = claim(lms)
    answered("/scores", 409, "")
    held = {"userId": one.sub, "resultScore": None, "timestamp": "9999-12-31T23:59:59Z"}
    answered("/results", 200, json.dumps([held]))
    assert settle(one, send(worker, one))
    db.session.execute(update(GradeSlot).values(due_at=utcnow()))
    db.session.commit()
    assert claim(lms) == []
    assert timedelta(hours=23) < lms.slot(ME).due_at - utcnow() < timedelta(days=1)


def test_no_token_is_tried_again(lms: Lms, worker: Worker, answered: Answers) -> None:
    lms.score(ME, 7.5)
    answered("/lti/token", 400, "{}")
    assert verdict(lms, worker) == Verdict("retry", "token-refused", "down")


@pytest.mark.parametrize("address", ["https://10.0.0.1/li", "https://user:pw@lms.example/li", "ftp://lms.example/li"])
def test_an_address_no_score_may_go_to_parks_it(lms: Lms, worker: Worker, address: str) -> None:
    lms.score(ME, 7.5)
    db.session.execute(update(Link).values(lineitem_url=address))
    db.session.commit()
    assert verdict(lms, worker) == Verdict("parked", "bad-address")


def test_a_platform_that_was_switched_off_or_went_parks_it(lms: Lms, worker: Worker) -> None:
    lms.score(ME, 7.5)
    (one,) = claim(lms)
    db.session.execute(update(Platform).values(status="disabled"))
    db.session.commit()
    tool().lti.registry.forget()
    assert send(worker, one) == Verdict("parked", "platform-inactive")
    assert worker._send(None, one) == Verdict("parked", "platform-inactive")


def read_back(lms: Lms, worker: Worker) -> GradeColumn:
    """Have the link's own column read; gives what was noted of it."""
    readings.ask(db.session, (lms.platform_id, lms.space_id, lms.link_id), "", utcnow())
    db.session.commit()
    tool().lti.registry.forget()
    worker.once()
    db.session.rollback()
    db.session.expire_all()
    return db.session.execute(select(GradeColumn)).scalar_one()


def test_grades_of_people_whose_ids_nobody_can_store_keep_no_others_away(lms: Lms, worker: Worker, answered: Answers) -> None:
    me = db.session.get_one(Person, (lms.platform_id, lms.people[ME])).sub
    db.session.rollback()
    held = [{"userId": one, "resultScore": 5} for one in ("a\x00b", "\ud800", "x" * 300, None, 7.5, True, me)]
    answered("/results", 200, json.dumps(held))
    column = read_back(lms, worker)
    assert (column.read_trouble, column.read_due_at) == ("", None)
    assert db.session.execute(select(PlatformGrade.person_id)).scalars().all() == [lms.people[ME]]
    db.session.rollback()


@pytest.mark.parametrize(
    ("statement", "trouble"),
    [
        (update(Platform).values(status="disabled"), "platform-inactive"),
        (update(Space).values(ags_scopes=""), "no-scope"),
        (update(Link).values(lineitem_url=""), "no-column"),
        (update(ToolKey).values(private_pem="sealed:00000000:x"), "fault"),
    ],
)
def test_what_keeps_a_column_from_being_read_is_noted(lms: Lms, worker: Worker, statement: Update, trouble: str) -> None:
    db.session.execute(statement)
    db.session.commit()
    column = read_back(lms, worker)
    assert (column.read_trouble, column.read_due_at, column.read_at) == (trouble, None, None)
    db.session.rollback()


def test_a_column_is_not_read_without_a_token(lms: Lms, worker: Worker, answered: Answers) -> None:
    answered("/lti/token", 400, "{}")
    assert read_back(lms, worker).read_trouble == "token-refused"
    db.session.rollback()


def test_a_score_waits_while_the_key_that_seals_is_missing(lms: Lms, worker: Worker) -> None:
    lms.score(ME, 7.5)
    (one,) = claim(lms)
    plain = db.session.execute(select(ToolKey.private_pem)).scalar_one()
    db.session.execute(update(ToolKey).values(private_pem="sealed:00000000:x"))
    db.session.commit()
    assert send(worker, one) == Verdict("retry", "seal-lost")
    db.session.execute(update(ToolKey).values(private_pem=plain))
    db.session.commit()
    assert send(worker, one).kind == "sent"
