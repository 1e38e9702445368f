"""A slip of a teacher's hand must not become a grade."""

import pytest
from flask.testing import FlaskClient

from lms_ext.models import Mark, db
from tests.support.platform import KeyServer
from tests.support.published import INSTRUCTOR, Visitor, slots


@pytest.mark.parametrize("points", ["85", "10,01", "-1", "1000"])
def test_points_above_the_maximum_are_asked_again(client: FlaskClient, keys: KeyServer, points: str) -> None:
    learner = Visitor(client)
    learner.send(learner.get(), total="4", note="crash", action="submit")
    teacher = Visitor(client.application.test_client(), **INSTRUCTOR)
    work = "works/" + teacher.get("class").partition("/works/")[2].partition('"')[0]
    csrf = teacher.hidden(teacher.get(work), "csrf")
    answer = teacher.post(work, csrf=csrf, revision="1", points=points, comment="Baik.")
    assert answer.status_code == 422
    assert "dari 0 sampai 10" in answer.text
    assert f'value="{points}"' in answer.text
    assert slots() == []
    assert db.session.query(Mark).count() == 0
    assert teacher.post(work, csrf=csrf, revision="1", points="8,5").status_code == 303
    assert [one.given for one in slots()] == [8.5]
