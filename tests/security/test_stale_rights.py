"""Rights end when the LMS says so: whoever comes back with a lesser role teaches no more in any old tab."""

from flask.testing import FlaskClient
from sqlalchemy import select

from lms_ext.models import Deployment, Platform, db
from lms_ext.web.tool import tool
from tests.support.admins import signed_in
from tests.support.platform import KeyServer, begin, claims, post, token
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


def test_a_blocked_deployment_loses_its_open_tabs(client: FlaskClient, keys: KeyServer) -> None:
    """Whom an admin blocks works on for no half day; other deployments of the same platform do."""
    platform_id = db.session.execute(select(Platform.id)).scalar_one()
    db.session.add(Deployment(platform_id=platform_id, deployment_id="2"))
    db.session.commit()
    tool().lti.registry.forget()
    blocked, elsewhere = Visitor(client, **LEARNER), client.application.test_client()
    begun = begin(elsewhere, lti_deployment_id="2")
    page = post(elsewhere, state=begun.state, id_token=token(claims(begun.nonce, deployment_id="2"))).headers["Location"]
    owner = signed_in(client.application)
    address = f"/admin/platforms/{platform_id}/deployments"
    assert owner.post(address, deployment="1", status="disabled").status_code == 303
    assert status(blocked, "a/kerja") == 401
    assert elsewhere.get(page, base_url=HTTPS).status_code != 401
    assert owner.post(address, deployment="1", status="active").status_code == 303
    assert status(blocked, "a/kerja") == 401
