"""Rights end when the LMS says so: whoever comes back with a lesser role teaches no more in any old tab."""

from flask.testing import FlaskClient

from tests.support.platform import KeyServer
from tests.support.published import INSTRUCTOR, Visitor

LEARNER = {"sub": INSTRUCTOR["sub"]}
HTTPS = "https://localhost"


def status(visitor: Visitor, path: str) -> int:
    return visitor.client.get(f"{visitor.home}/{path}", base_url=HTTPS).status_code


def test_a_demoted_teacher_loses_the_old_tab(client: FlaskClient, keys: KeyServer) -> None:
    old = Visitor(client, **INSTRUCTOR)
    elsewhere = Visitor(client.application.test_client(), **INSTRUCTOR)
    other_course = Visitor(client, **INSTRUCTOR, context={"id": "8"})
    assert status(old, "a/kerja/class") == 200
    now = Visitor(client, **LEARNER)
    assert status(now, "a/kerja") == 200
    assert status(now, "a/kerja/class") == 403
    assert status(old, "a/kerja/class") == 401
    assert status(elsewhere, "a/kerja/class") == 401
    assert status(other_course, "a/kerja/class") == 200


def test_a_learner_who_became_a_teacher_keeps_what_is_open(client: FlaskClient, keys: KeyServer) -> None:
    before = Visitor(client, **LEARNER)
    assert status(Visitor(client, **INSTRUCTOR), "a/kerja/class") == 200
    assert status(before, "a/kerja") == 200
    assert status(before, "a/kerja/class") == 403
