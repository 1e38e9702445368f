"""Every wrong login and launch is refused with its own code, in both languages, and leaves nothing behind."""

import json
from collections.abc import Callable, Iterator
from time import time
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from lms_ext.domain.refusals import refusal
from lms_ext.models import LaunchSession, Link, Person, Space, UsedState, db
from tests.support.platform import (
    KEY,
    LTI,
    OTHER_KEY,
    KeyServer,
    b64,
    begin,
    claims,
    jwk,
    key_server,
    launch,
    login_params,
    post,
    register,
    token,
)

Step = Callable[[FlaskClient], TestResponse]


@pytest.fixture
def keys(app: Flask) -> Iterator[KeyServer]:
    with key_server() as server:
        register(server)
        yield server


def left_behind() -> list[int]:
    db.session.rollback()
    tables = (UsedState, Person, Space, Link, LaunchSession)
    return [db.session.execute(select(func.count()).select_from(table)).scalar_one() for table in tables]


def login(**changes: Any) -> Step:
    return lambda client: client.get("/lti/login", query_string=login_params(**changes), base_url="https://localhost")


def with_claims(**changes: Any) -> Step:
    return lambda client: launch(client, **changes)


def with_token(make: Callable[[str], str]) -> Step:
    def step(client: FlaskClient) -> TestResponse:
        begun = begin(client)
        return post(client, state=begun.state, id_token=make(begun.nonce))

    return step


def with_header(key: Any = KEY, **header: Any) -> Step:
    return with_token(lambda nonce: token(claims(nonce), key=key, header={"alg": "RS256", "kid": "k1"} | header))


def foreign_browser(client: FlaskClient) -> TestResponse:
    begun = begin(client)
    other = client.application.test_client()
    return post(other, state=begun.state, id_token=token(claims(begun.nonce)))


def tampered(nonce: str) -> str:
    head, _, signature = token(claims(nonce)).split(".")
    return f"{head}.{b64(json.dumps(claims(nonce, sub='1')).encode())}.{signature}"


NOW = int(time())
MANY = "x" * 5000
ROWS: list[tuple[str, Step, str]] = [
    ("1", login(iss=None), "login-iss-missing"),
    ("2", login(login_hint=None), "login-hint-missing"),
    ("3", login(target_link_uri=None), "login-target-missing"),
    ("4", login(target_link_uri="https://evil.example/lti/launch"), "target-elsewhere"),
    ("4 script", login(target_link_uri="javascript:alert(1)"), "target-elsewhere"),
    ("4 user", login(target_link_uri="http://localhost:8000@evil.example/"), "target-elsewhere"),
    ("4 backslash", login(target_link_uri="http://localhost:8000\\@evil.example/"), "target-elsewhere"),
    ("5", login(iss="https://unknown.example"), "platform-unknown"),
    ("6", login(client_id="other"), "client-unknown"),
    ("9", login(lti_deployment_id="blocked"), "deployment-blocked"),
    ("10 twice", login(iss=["https://lms.example", "https://lms.example"]), "malformed"),
    ("10 long", login(login_hint=MANY), "malformed"),
    ("10 control", login(login_hint="a\x00b"), "malformed"),
    ("11 put", lambda client: client.put("/lti/login"), "method-not-allowed"),
    ("11 get", lambda client: client.get("/lti/launch"), "method-not-allowed"),
    ("12", lambda client: post(client, error="login_required", state="x"), "platform-error"),
    ("13", lambda client: post(client, id_token="a.b.c"), "state-missing"),
    ("14", lambda client: post(client, state="never.issued", id_token="a.b.c"), "state-unknown"),
    ("18", foreign_browser, "cookie-blocked"),
    ("20", lambda client: post(client, state=begin(client).state), "token-missing"),
    ("21 parts", with_token(lambda _: "a.b"), "token-unreadable"),
    ("21 base64", with_token(lambda _: "!.!.!"), "token-unreadable"),
    ("21 json", with_token(lambda _: f"{b64(b'{')}.{b64(b'{')}.x"), "token-unreadable"),
    ("22 list", with_token(lambda _: token([])), "token-unreadable"),
    ("22 text", with_token(lambda _: token("x")), "token-unreadable"),
    ("22 null", with_token(lambda _: token(None)), "token-unreadable"),
    ("23", with_token(lambda _: "x" * 70_000), "token-too-large"),
    ("24", with_token(lambda nonce: token(claims(nonce), header={"alg": "RS256"})), "kid-missing"),
    ("25", with_header(kid="other"), "key-unknown"),
    ("26 key", with_header(key=OTHER_KEY), "signature-wrong"),
    ("26 body", with_token(tampered), "signature-wrong"),
    ("27 none", with_header(alg="none"), "signature-wrong"),
    ("27 hs256", with_header(alg="HS256"), "signature-wrong"),
    ("28", with_header(alg="RS384"), "signature-wrong"),
    ("29", with_header(key=OTHER_KEY, jku="http://127.0.0.1:1/", jwk=jwk(OTHER_KEY, "k1")), "signature-wrong"),
    ("29 crit", with_header(crit=["exp"]), "signature-wrong"),
    ("31", with_claims(iat=11111, exp=22222), "token-expired"),
    ("32 exp", with_claims(exp=...), "token-no-times"),
    ("32 iat", with_claims(iat=...), "token-no-times"),
    ("34", with_claims(iat=NOW + 600, exp=NOW + 700), "clock-skew"),
    ("34 nbf", with_claims(nbf=NOW + 600), "clock-skew"),
    ("35 iat", with_claims(iat=NOW - 36_000), "token-too-old"),
    ("35 exp", with_claims(exp=NOW + 315_360_000), "token-too-old"),
    ("36 text", with_claims(exp="9999999999"), "token-malformed"),
    ("36 boolean", with_claims(exp=True), "token-malformed"),
    ("36 list", with_claims(iat=[1]), "token-malformed"),
    ("36 infinity", with_claims(exp=float("inf")), "token-malformed"),
    ("37", with_claims(iss="https://other.example"), "wrong-launch"),
    ("38", with_claims(aud=...), "aud-missing"),
    ("39 other", with_claims(aud="c2"), "aud-wrong"),
    ("39 empty", with_claims(aud=[]), "aud-wrong"),
    ("39 object", with_claims(aud={"c1": 1}), "aud-wrong"),
    ("40", with_claims(aud=["c1", "c2"]), "azp-missing"),
    ("41", with_claims(azp="c2"), "aud-wrong"),
    ("43 missing", with_claims(nonce=...), "state-unknown"),
    ("43 list", with_claims(nonce=["x"]), "state-unknown"),
    ("45", with_claims(nonce="of-another-state"), "wrong-launch"),
    ("46", with_claims(version="1.2.0"), "version-wrong"),
    ("46 missing", with_claims(version=...), "version-wrong"),
    ("47", with_claims(message_type=...), "type-missing"),
    ("48", with_claims(message_type="LtiStartProctoring"), "type-unsupported"),
    ("48 list", with_claims(message_type=["x"]), "type-unsupported"),
    ("50", with_claims(deployment_id=...), "deployment-missing"),
    ("51", with_claims(deployment_id="2"), "deployment-unknown"),
    ("51 blocked", with_claims(deployment_id="blocked"), "deployment-unknown"),
    ("52 number", with_claims(deployment_id=1), "deployment-malformed"),
    ("52 empty", with_claims(deployment_id=""), "deployment-malformed"),
    ("52 long", with_claims(deployment_id="1" * 256), "deployment-malformed"),
    ("53", with_claims(sub=...), "person-missing"),
    ("54 empty", with_claims(sub=""), "person-malformed"),
    ("54 number", with_claims(sub=42), "person-malformed"),
    ("54 long", with_claims(sub="4" * 256), "person-malformed"),
    ("55", with_claims(roles=...), "roles-missing"),
    ("56 text", with_claims(roles="Learner"), "roles-malformed"),
    ("56 numbers", with_claims(roles=[1]), "roles-malformed"),
    ("56 many", with_claims(roles=["Learner"] * 101), "roles-malformed"),
    ("57", with_claims(resource_link=...), "link-missing"),
    ("58 null", with_claims(resource_link=None), "link-malformed"),
    ("58 text", with_claims(resource_link="9"), "link-malformed"),
    ("58 number", with_claims(resource_link={"id": 9}), "link-malformed"),
    ("58 long", with_claims(resource_link={"id": "9" * 256}), "link-malformed"),
    ("59 missing", with_claims(target_link_uri=...), "target-elsewhere"),
    ("59 other", with_claims(target_link_uri="http://localhost:8000/other"), "target-elsewhere"),
    ("61 context", with_claims(context=["7"]), "claim-malformed"),
    ("61 custom", with_claims(custom="x"), "claim-malformed"),
    ("61 ags", with_claims(**{"https://purl.imsglobal.org/spec/lti-ags/claim/endpoint": "x"}), "claim-malformed"),
    ("66", with_claims(message_type="LtiDeepLinkingRequest", roles=["Instructor"]), "selection-incomplete"),
]


@pytest.mark.parametrize(("row", "step", "code"), ROWS, ids=[row for row, _, _ in ROWS])
def test_wrong_launches_are_refused_and_leave_nothing(
    client: FlaskClient, keys: KeyServer, row: str, step: Step, code: str
) -> None:
    before = left_behind()
    answer = step(client)
    expected = refusal(code)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (expected.status, "no-store"), answer.text
    assert f"{code} · " in answer.text
    for language in ("id", "en"):
        assert expected.message[language].replace("'", "&#39;") in answer.text
    assert left_behind() == before


def test_the_same_refusals_come_as_json_when_asked(client: FlaskClient, keys: KeyServer) -> None:
    answer = client.get("/lti/login", headers={"Accept": "application/json"})
    assert answer.status_code == 400
    assert answer.json["code"] == "login-iss-missing"
    assert set(answer.json["message"]) == {"id", "en"}
    assert answer.json["request_id"]


@pytest.mark.parametrize(
    "changes",
    [
        {"iat": NOW + 2},
        {"aud": ["other", "c1"], "azp": "c1"},
        {"roles": [""]},
        {"roles": []},
        {"roles": ["Learner"]},
        {"roles": ["urn:unknown", "http://purl.imsglobal.org/vocab/lis/v2/membership#Mentor"]},
        {"name": ...},
        {"context": ...},
        {"context": None, "custom": None},
        {"custom": {"activity": "$ResourceLink.unknown"}},
    ],
    ids=str,
)
def test_launches_that_are_right_pass(client: FlaskClient, keys: KeyServer, changes: dict[str, Any]) -> None:
    answer = launch(client, **changes)
    assert answer.status_code == 303, answer.text
    assert answer.headers["Location"].startswith("/l/")


def test_a_replay_of_the_whole_form_is_refused(client: FlaskClient, keys: KeyServer) -> None:
    begun = begin(client)
    form = {"state": begun.state, "id_token": token(claims(begun.nonce))}
    assert post(client, **form).status_code == 303
    before = left_behind()
    again = post(client, **form)
    fresh = post(client, state=begun.state, id_token=token(claims(begun.nonce)))
    for answer in (again, fresh):
        assert answer.status_code == 401
        assert "already-used" in answer.text
    assert left_behind() == before


def test_a_login_at_one_platform_takes_no_token_of_another(client: FlaskClient, keys: KeyServer) -> None:
    register(keys, issuer="https://b.example", client_id="b1")
    at_a, at_b = begin(client), begin(client, iss="https://b.example", client_id="b1")
    mixed = post(client, state=at_a.state, id_token=token(claims(at_b.nonce, iss="https://b.example", aud="b1")))
    assert mixed.status_code == 401
    right = post(client, state=at_b.state, id_token=token(claims(at_b.nonce, iss="https://b.example", aud="b1")))
    assert right.status_code == 303


def test_a_warm_launch_asks_the_platform_nothing(client: FlaskClient, keys: KeyServer) -> None:
    for _ in range(3):
        assert launch(client).status_code == 303
    assert keys.hits == 1


def test_unknown_kids_cause_one_more_request_in_half_a_minute(client: FlaskClient, keys: KeyServer) -> None:
    assert launch(client).status_code == 303
    for number in range(5):
        with_header(kid=f"made-up-{number}")(client)
    assert keys.hits == 1  # the first fetch was less than 30 s ago
    assert launch(client).status_code == 303


@pytest.mark.parametrize(
    "body",
    [
        b'{"error": "down"}',
        b"<html>",
        b'{"keys": []}',
        b"[]",
        json.dumps({"keys": [jwk(KEY, "k1", use="enc")]}).encode(),
        b"x" * 300_000,
    ],
    ids=["json error", "html", "empty", "list", "encryption key", "huge"],
)
def test_a_bad_key_set_is_told_and_not_kept(client: FlaskClient, app: Flask, body: bytes) -> None:
    with key_server(body) as server:
        register(server)
        answer = launch(client)
        assert answer.status_code == 503
        assert "keys-unreadable" in answer.text


def test_the_launch_session_ends_when_another_person_launches_in_the_same_browser(client: FlaskClient, keys: KeyServer) -> None:
    first = launch(client).headers["Location"]
    second = launch(client, sub="43").headers["Location"]
    assert client.get(first, base_url="https://localhost").status_code == 401
    assert client.get(second, base_url="https://localhost").status_code != 401


def test_a_page_of_a_launch_needs_that_launchs_cookie(client: FlaskClient, keys: KeyServer) -> None:
    page = launch(client).headers["Location"]
    assert client.application.test_client().get(page, base_url="https://localhost").status_code == 401


def test_login_stores_nothing_and_sends_only_standard_parameters(client: FlaskClient, keys: KeyServer) -> None:
    before = left_behind()
    answer = client.get("/lti/login", query_string=login_params(repost="true"), base_url="https://localhost")
    assert answer.status_code == 302
    assert "repost" not in answer.headers["Location"]
    cookie = answer.headers["Set-Cookie"]
    for part in ("Secure", "HttpOnly", "SameSite=None", "Partitioned", "Path=/lti/launch"):
        assert part in cookie
    assert left_behind() == before


def test_claims_of_wrong_types_never_end_in_a_fault(client: FlaskClient, keys: KeyServer) -> None:
    names = [
        "deployment_id",
        "roles",
        "resource_link",
        "context",
        "custom",
        "launch_presentation",
        "lis",
        "target_link_uri",
        "version",
    ]
    for name in [*names, "sub", "name", "email", "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"]:
        for value in (None, True, 0, 1.5, "", "x", [], [None], {}, {"id": []}, {"id": "9", "title": 5}):
            answer = launch(client, **{name if name in {"sub", "name", "email"} or ":" in name else LTI + name: value})
            assert answer.status_code < 500, (name, value, answer.text)
