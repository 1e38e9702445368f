"""F13, F14: a process dies before or after each of its commits, one run for each; nothing is lost, nothing is doubled."""

# ruff: noqa: F811 - fixtures of another file

from datetime import timedelta
from itertools import count as numbers

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update

from lms_ext.models import GradeSlot, ServiceToken, Submission, db, utcnow
from lms_ext.worker import Worker
from tests.journeys.test_activity import Learner, app, count  # noqa: F401 - fixtures
from tests.support import dying
from tests.support.lms import Lms

_MOST = 30


def cookies_of(client: FlaskClient) -> str:
    return "; ".join(f"{one.key}={one.value}" for one in client._cookies.values())


def test_f13_a_web_process_that_dies_at_any_commit_of_handing_in(app: Flask, keys: object, database_url: str) -> None:
    for point in range(_MOST):
        learner = Learner(app.test_client(), sub=f"s{point}")
        page = learner.get()
        names = ("csrf", "attempt", "client_key", "tab", "revs")
        form = {name: learner.hidden(page, name) for name in names} | {"total": "5", "action": "submit"}
        db.session.rollback()
        died = dying.post(database_url, point, f"{learner.home}/a/sum/submit", form, cookies_of(learner.client))
        assert learner.send(page, total="5", action="submit").status_code == 303, "the same page completes it"
        assert "Jawaban: 5" in learner.get()
        assert (count(Submission), count(GradeSlot)) == (point + 1, point + 1)
        assert set(db.session.execute(select(GradeSlot.version)).scalars()) == {1}
        if not died:
            break
    assert 2 <= point < _MOST


def test_f13_f14_a_worker_that_dies_at_any_commit_of_delivering(app: Flask, make_lms, database_url: str) -> None:
    lms: Lms = make_lms(learners=1)
    survivor = Worker(app)
    for point in numbers():
        lms.score("1000", float(point))
        db.session.execute(delete(ServiceToken))  # each run asks for a token of its own
        db.session.commit()
        died = dying.deliver(database_url, point)
        an_hour_passes()
        for _ in range(4):
            if lms.slot("1000").state != "sent":
                survivor.once()
                an_hour_passes()
        assert (lms.held("1000"), lms.slot("1000").state) == (float(point), "sent")
        if not died:
            break
    survivor.close()
    assert 8 <= point < _MOST, "token: two commits, claim, settle"


def an_hour_passes() -> None:
    """Leases and waits are over; the clock itself stays, for timestamps must not run ahead of it."""
    past = utcnow() - timedelta(seconds=1)
    db.session.rollback()
    db.session.execute(update(GradeSlot).where(GradeSlot.lease_until.is_not(None)).values(lease_until=past))
    db.session.execute(update(GradeSlot).values(due_at=past))
    db.session.execute(update(ServiceToken).where(ServiceToken.renewing_until.is_not(None)).values(renewing_until=past))
    db.session.commit()
