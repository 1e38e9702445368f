"""Logins, states and browsers that are refused: rows 1 to 20.

Row 19 (a proof that the platform kept for us) is among the tests of security, with the rest of sessions without cookies.
A browser that keeps our cookie back is row 18.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qsl

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from lms_ext.lti import registry
from lms_ext.lti.state import HINTS_LIMIT
from lms_ext.models import Platform, db
from lms_ext.settings import Settings
from lms_ext.web.tool import tool
from tests.contracts.refusing import Step, check_refused, left_behind, login, registrations
from tests.support.apps import entered
from tests.support.platform import TARGET, KeyServer, begin, claims, key_server, login_params, post, token


def foreign_browser(client: FlaskClient) -> TestResponse:
    begun = begin(client.application.test_client())
    return post(client, state=begun.state, id_token=token(claims(begun.nonce)))


def mixed(client: FlaskClient) -> TestResponse:
    """Answer the login at one registration with a proven token of another."""
    at_a, at_b = begin(client), begin(client, iss="https://two.example", client_id="t1")
    return post(client, state=at_a.state, id_token=token(claims(at_b.nonce, iss="https://two.example", aud="t1")))


ROWS: list[tuple[str, Step, str]] = [
    ("1", login(iss=None), "login-iss-missing"),
    ("2", login(login_hint=None), "login-hint-missing"),
    ("3", login(target_link_uri=None), "login-target-missing"),
    ("4", login(target_link_uri="https://evil.example/lti/launch"), "target-elsewhere"),
    ("4 script", login(target_link_uri="javascript:alert(1)"), "target-elsewhere"),
    ("4 user", login(target_link_uri="http://localhost:8000@evil.example/"), "target-elsewhere"),
    ("4 backslash", login(target_link_uri="http://localhost:8000\\@evil.example/"), "target-elsewhere"),
    ("4 broken", login(target_link_uri="http://[localhost:8000/lti/launch"), "target-elsewhere"),
    ("5", login(iss="https://unknown.example"), "platform-unknown"),
    ("6", login(client_id="other"), "client-unknown"),
    ("7", login(iss="https://two.example", client_id=None), "client-missing"),
    ("8 pending", login(iss="https://pending.example"), "platform-inactive"),
    ("8 disabled", login(iss="https://disabled.example"), "platform-inactive"),
    ("9", login(lti_deployment_id="blocked"), "deployment-blocked"),
    ("10 twice", login(iss=["https://lms.example", "https://lms.example"]), "malformed"),
    ("10 long", login(login_hint="x" * 5000), "malformed"),
    ("10 control", login(login_hint="a\x00b"), "malformed"),
    ("11 put", lambda client: client.put("/lti/login"), "method-not-allowed"),
    ("11 delete", lambda client: client.delete("/lti/launch"), "method-not-allowed"),
    ("11 get", lambda client: client.get("/lti/launch"), "method-not-allowed"),
    ("12", lambda client: post(client, error="login_required", state="x"), "platform-error"),
    ("13", lambda client: post(client, id_token="a.b.c"), "state-missing"),
    ("14", lambda client: post(client, state="never.issued", id_token="a.b.c"), "state-unknown"),
    ("17", mixed, "wrong-launch"),
    ("18", foreign_browser, "cookie-blocked"),
    ("20 missing", lambda client: post(client, state=begin(client).state), "token-missing"),
    ("20 empty", lambda client: post(client, state=begin(client).state, id_token=""), "token-missing"),
]


@pytest.mark.parametrize(("row", "step", "code"), ROWS, ids=[row for row, _, _ in ROWS])
def test_wrong_logins_and_states_are_refused(client: FlaskClient, keys: KeyServer, row: str, step: Step, code: str) -> None:
    check_refused(client, step, code)


def test_one_of_two_clients_of_an_issuer_is_found_by_its_id(client: FlaskClient, keys: KeyServer) -> None:
    begun = begin(client, iss="https://two.example", client_id="t2")
    right = token(claims(begun.nonce, iss="https://two.example", aud="t2"))
    assert post(client, state=begun.state, id_token=right).status_code == 303


def test_row_8_a_platform_switched_off_during_a_launch_is_refused(client: FlaskClient, keys: KeyServer) -> None:
    def step(browser: FlaskClient) -> TestResponse:
        set_status("active")
        begun = begin(browser)
        set_status("disabled")
        return post(browser, state=begun.state, id_token=token(claims(begun.nonce)))

    def set_status(status: str) -> None:
        db.session.execute(update(Platform).where(Platform.issuer == "https://lms.example").values(status=status))
        db.session.commit()
        tool().lti.registry.forget()

    check_refused(client, step, "platform-inactive")


def test_what_another_process_approved_works_at_once(
    client: FlaskClient, keys: KeyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "_AGAIN", 0.0)  # nobody waits for the half second between two looks
    known = tool().lti.registry

    def set_status(status: str, *, seen: bool) -> None:
        db.session.execute(update(Platform).where(Platform.issuer == "https://lms.example").values(status=status))
        db.session.commit()
        if seen:
            known.forget()
            known.all()

    set_status("pending", seen=True)
    set_status("active", seen=False)
    begun = begin(client)
    assert begun.response.status_code == 302
    set_status("pending", seen=True)
    set_status("active", seen=False)
    assert post(client, state=begun.state, id_token=token(claims(begun.nonce))).status_code == 303


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"lti_message_hint": "m"}, {"lti_message_hint": "m", "lti_deployment_id": "1"}),
        ({"lti_deployment_id": None}, {}),
        ({"login_hint": "x" * (HINTS_LIMIT + 1)}, None),
    ],
)
def test_a_new_tab_begins_the_same_login_again_where_its_hints_could_be_kept(
    client: FlaskClient, keys: KeyServer, given: dict[str, str | None], kept: dict[str, str] | None
) -> None:
    begun = begin(client.application.test_client(), **given)
    page = html.unescape(post(client, state=begun.state, id_token=token(claims(begun.nonce))).text)
    found = re.search(r'"/lti/login\?([^"]*)"', page)
    assert "cookie-blocked · " in page
    if kept is None:
        assert found is None
        return
    assert found
    basic = {"iss": "https://lms.example", "client_id": "c1", "target_link_uri": TARGET, "login_hint": "42"}
    assert dict(parse_qsl(found[1])) == basic | kept


class TestStatesThatLiveNoTime:
    """Row 15: the tool is set to let a login live for zero minutes, so each is too old when it comes back."""

    @pytest.fixture
    def app(self, settings: Settings) -> Iterator[Flask]:
        with entered(replace(settings, state_minutes=0)) as app:
            yield app

    def test_row_15_a_state_that_is_too_old_is_refused(self, client: FlaskClient) -> None:
        with key_server() as server:
            registrations(server)

            def step(browser: FlaskClient) -> TestResponse:
                begun = begin(browser)
                return post(browser, state=begun.state, id_token=token(claims(begun.nonce)))

            check_refused(client, step, "state-expired")


def test_rows_16_and_44_a_replay_is_refused(client: FlaskClient, keys: KeyServer) -> None:
    begun = begin(client)
    form = {"state": begun.state, "id_token": token(claims(begun.nonce))}
    assert post(client, **form).status_code == 303
    before = left_behind()
    again = post(client, **form)
    fresh = post(client, state=begun.state, id_token=token(claims(begun.nonce)))
    for answer in (again, fresh):
        assert (answer.status_code, answer.headers["Cache-Control"]) == (401, "no-store")
        assert "already-used · " in answer.text
    assert left_behind() == before


def test_login_stores_nothing_and_sends_only_standard_parameters(client: FlaskClient, keys: KeyServer) -> None:
    before = left_behind()
    answer = client.get("/lti/login", query_string=login_params(repost="true"), base_url="https://localhost")
    assert answer.status_code == 302
    assert "repost" not in answer.headers["Location"]
    cookie = answer.headers["Set-Cookie"]
    for part in ("Secure", "HttpOnly", "SameSite=None", "Partitioned", "Path=/lti/launch"):
        assert part in cookie
    assert left_behind() == before
