"""Every route, walked with ids of other learners, classes, deployments and platforms, in every role.

What is not one's own answers byte for byte like what does not exist, and nothing changes. A new route needs a case here.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from lms_ext.models import Attempt, Deployment, Person, Platform, Submission, db
from lms_ext.models.base import Base
from lms_ext.web.sessions import SECRET_COOKIE
from tests.support.platform import KeyServer, begin, claims, post, register, token
from tests.support.published import AGS, COLUMN, INSTRUCTOR

HTTPS = "https://localhost"
MISSING = 123_456_789_123_456_789
OPEN_TO_ALL = {
    "static", "front.front", "health.health", "language.choose", "language.choose_theme", "lti.login", "lti.jwks", "lti.launch",
    "messages.hear", "packs.asset", "registration.ask", "registration.register", "registration.canvas",
}  # fmt: skip
"""Routes without anything of a person; packs are published to all."""
ONLY_THE_LAUNCH = {
    "landing.land": "", "landing.home": "/home", "choosing.choose": "/choose", "choosing.answer": "/choose",
    "choosing.cancel": "/choose/cancel", "copies.answer": "/copied", "tabs.open_tab": "/tab", "activities.show": "/a/kerja",
    "activities.again": "/a/kerja/again", "teaching.overview": "/a/kerja/class",
    "teaching.read_grades": "/a/kerja/class/read",
    "times.show": "/times", "times.change": "/times",
    "privacy.show": "/privacy", "privacy.export": "/privacy/export", "privacy.ask": "/privacy/erase",
    "privacy.erase": "/privacy/erase",
    "roster.refresh": "/roster",
}  # fmt: skip
"""Routes whose one object is the launch that the address names: endpoint to path."""

Case = Callable[["Walker", int], TestResponse]
OBJECTS: Mapping[str, Case] = {
    "activities.autosave": lambda who, id_: who.put(
        "/a/kerja/draft", {"attempt": str(id_), "tab": "t", "fields": {"note": {"value": ["palsu"], "n": 9, "base": 1}}}
    ),
    "activities.submit": lambda who, id_: who.post(
        "/a/kerja/submit", attempt=str(id_), client_key="k", tab="t", revs='{"note": 1}', note="palsu", action="submit"
    ),
    "activities.comment": lambda who, id_: who.post("/a/kerja/comment", attempt=str(id_), body="palsu"),
    "teaching.work": lambda who, id_: who.get(f"/a/kerja/works/{id_}"),
    "teaching.decide": lambda who, id_: who.post(f"/a/kerja/works/{id_}", revision="1", points="3", comment="palsu"),
    "teaching.resend": lambda who, id_: who.post(f"/a/kerja/resend/{id_}"),
}
"""Routes that take the id of an attempt or a person as well."""

TEACHER = INSTRUCTOR["roles"]
ELSEWHERE: Mapping[str, dict[str, Any]] = {
    "class": {"context": {"id": "8", "title": "Kelas G"}},
    "deployment": {"deployment_id": "2"},
    "platform": {"iss": "https://other.example", "aud": "c2"},
    "link": {"resource_link": {"id": "10"}},
}


@dataclass
class Walker:
    """A person in a browser, at a launch of theirs."""

    client: FlaskClient
    home: str
    csrf: str

    def get(self, path: str) -> TestResponse:
        return self.client.get(self.home + path, base_url=HTTPS)

    def post(self, path: str, **form: str) -> TestResponse:
        return self.client.post(self.home + path, data={"csrf": self.csrf, **form}, base_url=HTTPS)

    def put(self, path: str, body: dict[str, Any]) -> TestResponse:
        return self.client.put(self.home + path, json=body, headers={"X-CSRF-Token": self.csrf}, base_url=HTTPS)


def walker(app: Flask, **claimed: Any) -> Walker:
    db.session.remove()
    client = app.test_client()
    target = "http://localhost:8000/lti/launch?activity=demo/kerja"
    deployment = claimed.get("deployment_id", "1")
    begun = begin(client, iss=claimed.get("iss", "https://lms.example"), client_id=claimed.get("aud", "c1"),
                  lti_deployment_id=deployment, target_link_uri=target)  # fmt: skip
    body = claims(begun.nonce, **{AGS: COLUMN}, target_link_uri=target, **claimed)
    answer = post(client, state=begun.state, id_token=token(body))
    assert answer.status_code == 303, answer.text
    home = answer.headers["Location"]
    found = re.search(r'name="csrf" value="([^"]*)"', client.get(f"{home}/a/kerja", base_url=HTTPS).text)
    assert found
    db.session.remove()
    return Walker(client, home, found[1])


@pytest.fixture
def owner(app: Flask, keys: KeyServer) -> Walker:
    """A learner who has handed in and begun again, with a second platform and a second deployment around."""
    second = register(keys, issuer="https://other.example", client_id="c2")
    first = db.session.execute(select(Platform).where(Platform.id != second.id)).scalar_one()
    db.session.add(Deployment(platform_id=first.id, deployment_id="2"))
    db.session.commit()
    learner = walker(app)
    attempt = str(db.session.execute(select(Attempt.id)).scalar_one())
    OBJECTS["activities.submit"](learner, int(attempt))
    db.session.remove()
    assert db.session.execute(select(Submission.answer)).scalar_one()["note"] == ["palsu"]
    assert learner.post("/a/kerja/again").status_code == 303
    learner.get("/a/kerja")
    db.session.remove()
    return learner


def everything() -> dict[str, list[Any]]:
    """Give all rows of all tables."""
    db.session.remove()
    tables = Base.metadata.sorted_tables
    rows = {one.name: sorted(map(repr, db.session.execute(select(one)).all())) for one in tables}
    db.session.remove()
    return rows


def told(answer: TestResponse, *ids: object) -> tuple[int, str, str]:
    """Give what an answer tells: status, where to, and the body without what differs in every answer."""
    text = re.sub(r"\b[0-9A-F]{4}-[0-9A-F]{4}\b", "request-id", answer.text)
    text = re.sub(r'(name="(?:csrf|pass)" value=|data-seal=)"[^"]*"', r"\1", text)
    where = answer.headers.get("Location", "")
    for one in ids:
        text, where = text.replace(str(one), "id"), where.replace(str(one), "id")
    return answer.status_code, where, text


def test_every_route_has_a_case(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    endpoints = {one for one in endpoints if not one.startswith("admin_")}  # see test_admin_walker
    assert endpoints == OPEN_TO_ALL | ONLY_THE_LAUNCH.keys() | OBJECTS.keys()
    under_a_launch = {rule.endpoint for rule in app.url_map.iter_rules() if "<launch:" in rule.rule}
    assert under_a_launch == ONLY_THE_LAUNCH.keys() | OBJECTS.keys()
    with_ids = {rule.endpoint for rule in app.url_map.iter_rules() if "<id:" in rule.rule or "<int:" in rule.rule}
    assert with_ids & endpoints <= OBJECTS.keys()


@pytest.mark.parametrize("role", ["learner", "teacher"])
@pytest.mark.parametrize("where", ["class", "deployment", "platform", "link"])
def test_work_elsewhere_is_absent(app: Flask, owner: Walker, where: str, role: str) -> None:
    """The owner's own account, in another place, reaches nothing of what is here; nor does anybody else's."""
    attempts = db.session.execute(select(Attempt.id)).scalars().all()
    people = db.session.execute(select(Attempt.person_id)).scalars().all()[:1]
    for sub in ("42", "43"):
        stranger = walker(app, sub=sub, **ELSEWHERE[where], **({"roles": TEACHER} if role == "teacher" else {}))
        before = everything()
        for endpoint, case in OBJECTS.items():
            for known in [*attempts, *people]:
                assert told(case(stranger, known), known) == told(case(stranger, MISSING), MISSING), endpoint
                db.session.remove()
        assert everything() == before


def test_a_classmates_work_is_absent(app: Flask, owner: Walker) -> None:
    classmate = walker(app, sub="43")
    attempts = db.session.execute(select(Attempt.id).where(Attempt.person_id != _person("43"))).scalars().all()
    assert len(attempts) == 2
    before = everything()
    for endpoint, case in OBJECTS.items():
        for known in [*attempts, _person("42")]:
            answer = case(classmate, known)
            assert answer.status_code in {403, 404}, endpoint
            assert told(answer, known) == told(case(classmate, MISSING), MISSING), endpoint
            db.session.remove()
    assert everything() == before


def _person(sub: str) -> int:
    return int(db.session.execute(select(Person.id).where(Person.sub == sub)).scalar_one())


def test_a_teacher_reads_what_was_handed_in_and_no_draft(app: Flask, owner: Walker) -> None:
    teacher = walker(app, **INSTRUCTOR)
    learners = select(Attempt.id, Attempt.revision).where(Attempt.person_id == _person("42"))
    for attempt, revision in db.session.execute(learners).all():
        for name in ("teaching.work", "activities.autosave", "activities.submit", "activities.comment"):
            answer = OBJECTS[name](teacher, attempt)
            db.session.remove()
            if name == "teaching.work" and revision:
                assert answer.status_code == 200
            else:
                assert answer.status_code == 404, name
                assert told(answer, attempt) == told(OBJECTS[name](teacher, MISSING), MISSING)


@pytest.mark.parametrize("who", ["nobody", "classmate", "teacher", "neighbour"])
def test_a_launch_of_someone_else_is_absent(app: Flask, owner: Walker, who: str) -> None:
    """The address of a launch proves nothing: not with no cookie, not with the secret of another launch."""
    claimed = {"classmate": {"sub": "43"}, "teacher": INSTRUCTOR, "neighbour": {"iss": "https://other.example", "aud": "c2"}}
    visitor = app.test_client()
    csrf = ""
    if who != "nobody":
        own = walker(app, **claimed[who])
        csrf = own.csrf
        cookie = own.client.get_cookie(SECRET_COOKIE, "localhost", own.home)
        assert cookie
        visitor.set_cookie(SECRET_COOKIE, cookie.value, domain="localhost", path="/", secure=True)
    attempt = db.session.execute(select(Attempt.id).limit(1)).scalar_one()
    missing = owner.home.rpartition("-")[0] + "-missing"
    before = everything()
    for rule in app.url_map.iter_rules():
        if "<launch:" not in rule.rule:
            continue
        for method in sorted((rule.methods or set()) - {"OPTIONS"}):
            answers = []
            for home in (owner.home, missing):
                path = rule.rule.replace("/l/<launch:ref>", home).replace("<activity_id>", "kerja")
                path = re.sub(r"<id:\w+>", str(attempt), path)
                form = {"csrf": csrf, "attempt": str(attempt), "body": "palsu", "note": "palsu", "points": "3", "revision": "1"}
                headers = {"X-CSRF-Token": csrf, "Sec-Fetch-Site": "same-origin"}
                answer = visitor.open(path, method=method, data=form, headers=headers, base_url=HTTPS)
                assert answer.status_code in {401, 403}, rule
                answers.append(told(answer, home.removeprefix("/l/")))
                db.session.remove()
            assert answers[0] == answers[1], rule
    assert everything() == before
