"""What goes wrong around a worker, not at the LMS: it says so, loses nothing, and goes on when that is over."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask, request
from sqlalchemy import func, select, text, update

from lms_ext.api import hookimpl
from lms_ext.domain.quirks import Quirks
from lms_ext.models import GradeSlot, Member, NoticeService, Platform, Roster, ToolKey, db, utcnow
from lms_ext.services.delivering import Verdict
from lms_ext.worker import Worker, start_embedded
from tests.faults.conftest import QUICK
from tests.faults.test_delivery import ME, claim, send
from tests.faults.test_rosters import due, in_use, roster, work
from tests.support.apps import entered
from tests.support.lms import Lms, lms_maker, until

Make = Callable[..., Lms]


@contextmanager
def away(table: str) -> Iterator[Callable[[], None]]:
    """Let a table be away from the moment that what is given is called, until the block ends."""
    engine, gone = db.engine, list[str]()

    def rename(old: str, new: str) -> None:
        with engine.begin() as connection:
            connection.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))

    def take() -> None:
        if not gone:
            gone.append(table)
            rename(table, f"{table}_away")

    try:
        yield take
    finally:
        if gone:
            rename(f"{table}_away", table)


def before(lms: Lms, ending: str, act: Callable[[], object]) -> None:
    """Do something whenever the LMS gets a request, before it answers."""

    @lms.sandbox.before_request
    def _look() -> None:
        if request.path.endswith(ending):
            act()


@pytest.fixture
def worker(app: Flask) -> Iterator[Worker]:
    one = Worker(app, QUICK)
    yield one
    one.close()


def test_a_round_without_the_database_is_followed_by_one_with_it(make_lms: Make, worker: Worker) -> None:
    lms = make_lms(learners=1)
    lms.score(ME, 8.0)
    with away("grade_slot") as take:
        take()
        assert worker._round() == 0.5
    until(lambda: bool(worker._round()) and lms.held(ME) == 8.0)


def test_a_score_whose_answer_cannot_be_recorded_is_sent_again(app: Flask, make_lms: Make) -> None:
    lms = make_lms(learners=1)
    lms.score(ME, 8.0)
    stopping = Worker(app, QUICK)
    with away("grade_slot") as take:
        before(lms, "/scores", take)
        with app.app_context():
            stopping._fill()
        stopping.close()
    assert (lms.held(ME), lms.slot(ME).sent_version) == (8.0, 0)
    past = utcnow() - timedelta(seconds=1)
    db.session.execute(update(GradeSlot).values(lease_until=past, due_at=past))
    db.session.commit()
    other = Worker(app, QUICK)
    other.once()
    other.close()
    assert (lms.held(ME), lms.slot(ME).state) == (8.0, "sent")


def test_an_embedded_worker_delivers_until_it_is_stopped(app: Flask, make_lms: Make) -> None:
    lms = make_lms(learners=1)
    lms.score(ME, 8.0)
    stop = start_embedded(app)
    (thread,) = (one for one in threading.enumerate() if one.name == "grade-worker")
    until(lambda: lms.slot(ME).state == "sent")
    stop.set()
    app.extensions["lms_ext"].work_waits.set()
    thread.join(20)
    assert not thread.is_alive()


def test_a_key_that_is_too_old_is_followed_by_another(make_lms: Make, worker: Worker) -> None:
    make_lms(learners=0)
    long_ago = utcnow() - timedelta(days=1000)
    db.session.execute(update(ToolKey).values(created_at=long_ago, signs_from=long_ago))
    db.session.commit()
    worker._tidy()
    assert db.session.execute(select(func.count()).select_from(ToolKey)).scalar_one() == 2
    db.session.rollback()


def test_a_platform_that_was_switched_off_is_not_told_where_we_listen(make_lms: Make, worker: Worker) -> None:
    lms = make_lms("canvas", learners=0)
    url = f"{lms.practice.settings.url}/pns/handlers"
    db.session.add(NoticeService(platform_id=lms.platform_id, deployment_id="1", url=url, due_at=utcnow()))
    set_status("disabled")
    worker._tool.lti.registry.forget()
    assert worker.tell_services() == 0
    assert db.session.execute(select(NoticeService.last_error)).scalar_one() == "platform-inactive"
    db.session.rollback()
    assert lms.tokens == []


def set_status(status: str) -> None:
    db.session.execute(update(Platform).values(status=status))
    db.session.commit()


class Broken(Quirks):
    """Differences that a plugin got wrong."""

    def score_body(self, body: dict[str, Any], *, again: bool) -> dict[str, Any]:
        raise ZeroDivisionError


@hookimpl
def choose_quirks() -> Quirks:
    return Broken()


def test_a_score_that_a_plugin_stumbles_over_waits(settings: Any) -> None:
    with entered(settings, broken=SimpleNamespace(choose_quirks=choose_quirks)) as app, lms_maker(app) as make:
        lms = make(learners=1)
        lms.score(ME, 8.0)
        one = Worker(app, QUICK)
        (claimed,) = claim(lms)
        assert send(one, claimed) == Verdict("retry", "fault")
        one.close()


def test_a_list_that_cannot_be_asked_for_says_why(app: Flask, make_lms: Make) -> None:
    lms = in_use(make_lms("generic", learners=1))
    registry, one = app.extensions["lms_ext"].lti.registry, work(app)
    set_status("disabled")
    registry.forget()
    registry.all()
    set_status("active")  # by another process: this one will know within seconds
    due(lms)
    assert one.once() == 1
    assert roster(lms).trouble == "platform-inactive"
    registry.forget()
    db.session.execute(update(ToolKey).values(private_pem="sealed:00000000:x"))
    due(lms)
    assert one.once() == 1
    one.close()
    assert (roster(lms).trouble, roster(lms).tries) == ("fault", 2)


def test_a_fifth_list_waits_for_a_thread(app: Flask, make_lms: Make) -> None:
    go, five = threading.Event(), [in_use(make_lms("generic", learners=0)) for _ in range(5)]
    for lms in five:
        before(lms, "/memberships", lambda: go.wait(20))
    one = work(app)
    one.look()
    begun = db.session.execute(select(func.count()).select_from(Roster).where(Roster.lease != "")).scalar_one()
    db.session.rollback()
    assert (begun, one._running) == (4, 4)
    go.set()
    until(lambda: one._running == 0)
    assert one.once() == 1
    one.close()
    assert {roster(lms).trouble for lms in five} == {""}


def test_a_list_that_cannot_be_stored_is_a_fault_of_ours_and_fetched_again(app: Flask, make_lms: Make) -> None:
    lms = in_use(make_lms("generic", learners=1))
    one = work(app)
    with away("member") as take:
        before(lms, "/memberships", take)
        assert one.once() == 1
    assert (roster(lms).trouble, roster(lms).members) == ("fault", 0)
    lms.sandbox.before_request_funcs.clear()
    due(lms)
    assert one.once() == 1
    one.close()
    assert roster(lms).trouble == ""
    assert db.session.execute(select(func.count()).select_from(Member)).scalar_one() == roster(lms).members > 0
    db.session.rollback()


def test_a_list_whose_outcome_cannot_be_noted_frees_its_thread_and_is_fetched_after_its_lease(app: Flask, make_lms: Make) -> None:
    lms = in_use(make_lms("generic", learners=1))
    one = work(app)
    with away("roster") as take:
        before(lms, "/memberships", take)
        one.look()
        until(lambda: one._running == 0)
    assert roster(lms).lease
    lms.sandbox.before_request_funcs.clear()
    due(lms, lease_until=utcnow() - timedelta(seconds=1))
    assert one.once() == 1
    one.close()
    assert (roster(lms).trouble, roster(lms).lease) == ("", "")
