"""Steps of wrong logins and launches, and what every refusal must look like."""

import json
import re
from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from lms_ext.domain.refusals import refusal
from lms_ext.models import LaunchSession, Link, Person, Space, UsedState, db
from tests.support.platform import KEY, KeyServer, begin, claims, launch, login_params, post, register, token

Step = Callable[[FlaskClient], TestResponse]
TEACHER = ["http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"]
SELECTION = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"
AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
BACK = "https://lms.example/course/7"


def registrations(keys: KeyServer) -> None:
    """Register the platform of most rows, an issuer with two clients, and two that may not be used."""
    register(keys)
    for client in ("t1", "t2"):
        register(keys, issuer="https://two.example", client_id=client)
    for status in ("pending", "disabled"):
        register(keys, issuer=f"https://{status}.example", client_id="c1", status=status)


def left_behind() -> list[int]:
    """Count the rows that a launch makes."""
    db.session.rollback()
    tables = (UsedState, Person, Space, Link, LaunchSession)
    counts = [db.session.execute(select(func.count()).select_from(table)).scalar_one() for table in tables]
    db.session.rollback()  # on SQLite an open transaction of the test would lock the tool out
    return counts


def login(**changes: Any) -> Step:
    """Begin a login with changed parameters."""
    return lambda client: client.get("/lti/login", query_string=login_params(**changes), base_url="https://localhost")


def with_claims(**changes: Any) -> Step:
    """Launch with changed claims."""
    return lambda client: launch(client, **changes)


def with_token(make: Callable[[str], str], **more: Any) -> Step:
    """Launch with a token made from the nonce."""

    def step(client: FlaskClient) -> TestResponse:
        begun = begin(client)
        return post(client, state=begun.state, id_token=make(begun.nonce), **more)

    return step


def with_header(key: Any = KEY, **header: Any) -> Step:
    """Launch with another key or header."""
    return with_token(lambda nonce: token(claims(nonce), key=key, header={"alg": "RS256", "kid": "k1"} | header))


def selection(roles: list[str] = TEACHER, **settings: Any) -> Step:
    """Ask for a selection; ``...`` leaves a setting out."""
    asked = {"deep_link_return_url": "https://lms.example/return", "accept_types": ["ltiResourceLink"],
             "accept_presentation_document_targets": ["iframe"]} | settings  # fmt: skip
    given = {name: value for name, value in asked.items() if value is not ...}
    return with_claims(message_type="LtiDeepLinkingRequest", roles=roles, **{SELECTION: given})


def check_refused(client: FlaskClient, step: Step, code: str) -> TestResponse:
    """Take a step as a person and as a machine; both get the same no, nothing stays, and nothing may be kept."""
    before = left_behind()
    page = step(client)
    expected = refusal(code)
    assert (page.status_code, page.headers["Cache-Control"]) == (expected.status, "no-store"), page.text
    assert re.search(rf"{code} · [0-9A-F]{{4}}-[0-9A-F]{{4}}", page.text), page.text
    for language in ("id", "en"):
        assert expected.message[language].replace("'", "&#39;") in page.text
    machine = client.application.test_client()
    machine.environ_base["HTTP_ACCEPT"] = "application/json"
    answer = step(machine)
    told = json.loads(answer.text)
    assert (answer.status_code, answer.headers["Cache-Control"], told["code"]) == (expected.status, "no-store", code)
    assert told["message"] == dict(expected.message)
    assert told["request_id"]
    assert left_behind() == before
    return page
