"""One platform's answers, whatever numbers and times stand in them, never keep another platform's grades."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask, Response, request

from lms_ext.domain.grading import Backoff
from lms_ext.domain.pacing import Rules
from lms_ext.models import GradeSlot, utcnow
from lms_ext.sandbox.claims import outer_id
from lms_ext.worker import Worker
from tests.support.lms import Lms, lms_maker, until

RULES = Rules(first_rate=1000.0)


@pytest.fixture
def make_lms(app: Flask) -> Iterator[Callable[..., Lms]]:
    with lms_maker(app) as make:
        yield make


@pytest.fixture
def worker(app: Flask) -> Iterator[Worker]:
    one = Worker(app, RULES)
    yield one
    one.close()


def answers(lms: Lms, ending: str, status: int, body: str = "", **headers: str) -> None:
    """Let the LMS answer a path like this."""

    @lms.sandbox.after_request
    def _swap(response: Response) -> Response:
        if request.path.endswith(ending):
            response.status_code = status
            response.set_data(body)
            response.headers.update(headers)
        return response


def rounds(worker: Worker, number: int = 6) -> None:
    """Let the worker go round as it does, without its loop."""
    for _ in range(number):
        worker._round()
        until(lambda: not worker._flying.total() or not worker._finished.empty() or bool(worker._unsettled))


def settled(lms: Lms, worker: Worker) -> GradeSlot:
    """Give the slot once nothing is in flight."""
    worker._await_flying()
    found = lms.slot("1000")
    assert found.lease == "", "what came of the try was never recorded"
    return found


@pytest.mark.parametrize("asked", ["9" * 400, "99999999999999999999", "300000000000", "Fri, 31 Dec 9999 23:59:59 -2300"])
def test_no_wait_that_a_platform_asks_for_stops_the_worker(make_lms: Callable[..., Lms], worker: Worker, asked: str) -> None:
    bad, good = make_lms(learners=1), make_lms(learners=1)
    answers(bad, "/scores", 429, **{"Retry-After": asked})
    bad.score("1000", 50)
    rounds(worker, 2)
    good.score("1000", 70)
    rounds(worker)
    assert good.held("1000") == 70
    late = settled(bad, worker)
    assert late.due_at is not None
    assert (late.due_at - utcnow()).total_seconds() <= RULES.longest_pause.total_seconds(), "nor does a score wait for years"


@pytest.mark.parametrize("told", ["9999-12-31T23:59:59Z", "9999-12-31T23:59:58Z"])
def test_no_time_in_a_gradebook_stops_the_worker(make_lms: Callable[..., Lms], worker: Worker, told: str) -> None:
    bad, good = make_lms(learners=1), make_lms(learners=1)
    answers(bad, "/scores", 409)
    answers(bad, "/results", 200, f'[{{"userId": "{_sub(bad)}", "timestamp": "{told}"}}]', **{"Content-Type": "application/json"})
    bad.score("1000", 50)
    rounds(worker)
    good.score("1000", 70)
    rounds(worker)
    assert good.held("1000") == 70
    stamp = settled(bad, worker).stamp
    assert stamp is not None
    assert (stamp - utcnow()).total_seconds() < 86_400 * 2


@pytest.mark.parametrize("score", ["1" + "0" * 400, "1e308", "NaN", "-Infinity"])
def test_no_number_in_a_gradebook_is_a_fault(make_lms: Callable[..., Lms], worker: Worker, score: str) -> None:
    bad = make_lms(learners=1)
    answers(bad, "/scores", 409)
    answers(bad, "/results", 200, f'[{{"userId": "{_sub(bad)}", "resultScore": {score}, "resultMaximum": 1}}]')
    bad.score("1000", 50)
    rounds(worker, 3)
    assert settled(bad, worker).reason in {"results-unreadable", "same-second"}


def test_what_nobody_can_record_keeps_nothing_else_back(app: Flask, make_lms: Callable[..., Lms]) -> None:
    bad, good = make_lms(learners=1), make_lms(learners=1)
    answers(bad, "/scores", 429)
    worker = Worker(app, Rules(first_rate=1000.0, backoff=Backoff(first=1e300, longest=1e300)))
    bad.score("1000", 50)
    good.score("1000", 70)
    rounds(worker)
    assert good.held("1000") == 70
    assert settled(good, worker).state == "sent"
    worker.close()
    assert bad.slot("1000").lease, "its lease runs out, then it is tried again"


def _sub(lms: Lms) -> str:
    return outer_id(lms.practice, "person", "1000")
