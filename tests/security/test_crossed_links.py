"""Two links to one activity in one course: each has its own work and its own gradebook column."""

from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from lms_ext.models import Attempt, Draft, Link, db
from tests.support.platform import KeyServer
from tests.support.published import Visitor, slots

WHOLE: dict[str, Any] = {"custom": {"activity": "demo"}, "resource_link": {"id": "20"}}
TEST = {"resource_link": {"id": "10", "title": "Ulangan"}}


def test_work_of_one_link_is_never_graded_in_the_column_of_another(client: FlaskClient, keys: KeyServer) -> None:
    exercise = Visitor(client)
    page = exercise.get()
    test = Visitor(client, **TEST)
    test_page = test.get()
    # a learner sends the test's form with the attempt of the exercise
    answer = test.send(test_page, attempt=exercise.hidden(page, "attempt"), total="5", action="submit")
    assert answer.status_code == 404
    assert slots() == []
    body = {"attempt": exercise.hidden(page, "attempt"), "tab": "t", "fields": {"total": {"value": ["5"], "n": 1, "base": 0}}}
    headers = {"X-CSRF-Token": test.hidden(test_page, "csrf")}
    assert client.put(f"{test.home}/a/kerja/draft", json=body, headers=headers, base_url="https://localhost").status_code == 404
    assert db.session.execute(select(Draft)).first() is None


def test_work_begun_from_a_pack_can_go_on_when_the_activity_gets_a_link_of_its_own(client: FlaskClient, keys: KeyServer) -> None:
    pack = Visitor(client, **WHOLE)
    page = client.get(f"{pack.home}/a/kerja", base_url="https://localhost").text
    Visitor(client)  # a teacher put the activity beside the pack
    db.session.remove()
    assert pack.draft(page, note="Sudah saya tulis.").status_code == 200
    assert pack.send(page, total="5", note="Sudah saya tulis.", revs='{"note": 1}', action="submit").status_code == 303
    work = db.session.execute(select(Attempt).where(Attempt.status == "submitted")).scalar_one()
    own = db.session.execute(select(Link).where(Link.resource_link_id == "9")).scalar_one()
    assert work.link_id == own.id
    assert [(one.link_id, one.given) for one in slots()] == [(own.id, 10.0)]


def test_an_activity_of_a_pack_never_fills_the_column_of_the_pack(client: FlaskClient, keys: KeyServer) -> None:
    pack = Visitor(client, **WHOLE)
    page = client.get(f"{pack.home}/a/kerja", base_url="https://localhost").text
    assert pack.send(page, total="5", action="submit").status_code == 303
    assert slots() == []
