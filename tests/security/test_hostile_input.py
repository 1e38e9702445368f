"""No input makes a 500: characters a database refuses, numbers it cannot hold, JSON that is too deep, bytes that are no text."""

import itertools
import json
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from lms_ext.models import Draft, Person, db
from tests.support.platform import KeyServer, launch
from tests.support.published import AGS, INSTRUCTOR, Visitor

HTTPS = "https://localhost"
HUGE = "9" * 5000
BEYOND = str(1 << 63)
DEEP = "[" * 100_000


@pytest.fixture
def learner(client: FlaskClient, keys: KeyServer) -> Visitor:
    return Visitor(client)


@pytest.fixture
def teacher(learner: Visitor) -> Visitor:
    """A teacher beside a learner who has handed in."""
    assert learner.send(learner.get(), total="5", action="submit").status_code == 303
    return Visitor(learner.client.application.test_client(), **INSTRUCTOR)


def put(learner: Visitor, page: str, body: str) -> int:
    headers = {"X-CSRF-Token": learner.hidden(page, "csrf"), "Content-Type": "application/json"}
    return learner.client.put(f"{learner.home}/a/kerja/draft", data=body, headers=headers, base_url=HTTPS).status_code


@pytest.mark.parametrize("odd", ["a\x00b", "\ud800", "x\udfff"])
def test_no_character_breaks_a_draft(learner: Visitor, odd: str) -> None:
    page = learner.get()
    one = {"value": [odd], "n": 1, "base": 0}
    attempt = learner.hidden(page, "attempt")
    assert put(learner, page, json.dumps({"attempt": attempt, "tab": "t", "fields": {"note": one}})) < 500
    assert put(learner, page, json.dumps({"attempt": attempt, "tab": odd, "fields": {"total": one | {"value": ["5"]}}})) < 500
    assert put(learner, page, json.dumps({"attempt": odd, "tab": "t", "fields": {}})) < 500
    assert put(learner, page, json.dumps({"attempt": attempt, "tab": "t", "fields": {odd: one}})) < 500
    assert learner.get()


@pytest.mark.parametrize("number", [HUGE, BEYOND, str((1 << 62) - 1), str(1 << 31), "1e400", "true", "-1"])
def test_no_number_breaks_a_draft(learner: Visitor, number: str) -> None:
    page = learner.get()
    attempt = learner.hidden(page, "attempt")
    for one in (f'{{"value": ["5"], "n": {number}, "base": 0}}', f'{{"value": ["5"], "n": 1, "base": {number}}}'):
        assert put(learner, page, f'{{"attempt": "{attempt}", "tab": "t", "fields": {{"total": {one}}}}}') < 500
    for wrong in (f'"{number}"', number):
        assert put(learner, page, f'{{"attempt": {wrong}, "tab": "t", "fields": {{}}}}') < 500


@pytest.mark.parametrize(
    "body", [DEEP, '{"a":' * 50_000, '"', "\x00", "{}", "[]", "null", '{"attempt": 1, "tab": "t", "fields": 1}']
)
def test_no_json_breaks_a_draft(learner: Visitor, body: str) -> None:
    assert 400 <= put(learner, learner.get(), body) < 500


@pytest.mark.parametrize(
    "revs", [DEEP, f'{{"total": {HUGE}}}', f'{{"total": {BEYOND}}}', '{"total": true}', f'{{"total": {1 << 31}}}']
)
def test_no_revision_breaks_a_form(learner: Visitor, revs: str) -> None:
    assert learner.send(learner.get(), total="5", revs=revs, action="save").status_code < 500


@pytest.mark.parametrize("odd", ["a\x00b", HUGE, BEYOND, "٣", "²", "-1"])
def test_no_form_field_breaks_a_page(learner: Visitor, odd: str) -> None:
    page = learner.get()
    for name in ("attempt", "client_key", "tab", "revs", "check", "note", "csrf", "total"):
        assert learner.send(page, **{"total": "5", "action": "submit", name: odd}).status_code < 500, name
    csrf = learner.hidden(page, "csrf")
    assert learner.post("comment", csrf=csrf, attempt=odd, body="x").status_code < 500
    assert learner.post("comment", csrf=csrf, attempt=learner.hidden(page, "attempt"), body=odd).status_code < 500
    assert learner.get()


@pytest.mark.parametrize("odd", ["a\x00b", HUGE, BEYOND, "²", "nan", "1e400"])
def test_no_form_field_breaks_marking(teacher: Visitor, odd: str) -> None:
    page = teacher.get("class")
    attempt = page.partition("/works/")[2].partition('"')[0]
    form = teacher.get(f"works/{attempt}")
    good = {"csrf": teacher.hidden(form, "csrf"), "revision": "1", "points": "5", "comment": "Baik."}
    for name in ("points", "revision", "comment", "action", "aspect"):
        assert teacher.post(f"works/{attempt}", **(good | {name: odd})).status_code < 500, name
    assert teacher.get("class")


@pytest.mark.parametrize("number", ["0", BEYOND, HUGE, str(1 << 62)])
def test_no_number_in_an_address_breaks_a_page(teacher: Visitor, number: str) -> None:
    attempt = teacher.get("class").partition("/works/")[2].partition('"')[0]
    csrf = teacher.hidden(teacher.get(f"works/{attempt}"), "csrf")
    get = teacher.client.get(f"{teacher.home}/a/kerja/works/{number}", base_url=HTTPS)
    assert get.status_code == 404
    assert teacher.post(f"works/{number}", csrf=csrf, revision="1", points="5").status_code in {404, 405}
    assert teacher.post(f"resend/{number}", csrf=csrf).status_code in {303, 404}
    switch = teacher.client.get(f"/language/id?next={teacher.home}/a/kerja/works/{number}", base_url=HTTPS)
    assert switch.status_code == 303


@pytest.mark.parametrize("ref", ["zik0zj-1-1", "1y2p0ij32e8e7-1-1", "1-1-1y2p0ij32e8e7", "zzzzzzzzzzzzz-1-1"])
def test_no_launch_name_breaks_a_page(client: FlaskClient, ref: str) -> None:
    client.set_cookie("__Secure-lx", "x", domain="localhost", secure=True, path="/")
    assert client.get(f"/l/{ref}", base_url=HTTPS).status_code in {401, 404}


@pytest.mark.parametrize(
    "environ",
    [
        {"HTTP_COOKIE": "__Secure-lx=\xff\xfe; lx_lang=\xe9"},
        {"HTTP_COOKIE": '__Secure-lx="\\377\\000"; =; ;;'},
        {"HTTP_ACCEPT_LANGUAGE": "\xff;q=\x00, id;q=nan, en;q=" + "9" * 400},
        {"HTTP_ACCEPT": "\xff/*;q=inf, */*;q=1e999"},
        {"HTTP_ACCEPT_ENCODING": "gzip;q=nan, \xff"},
        {"HTTP_HOST": "evil.example\xff"},
        {"HTTP_X_CSRF_TOKEN": "\xff"},
        {"CONTENT_TYPE": "application/json; charset=\xff"},
        {"CONTENT_TYPE": "multipart/form-data; boundary=\xff"},
        {"CONTENT_TYPE": "text/html; charset=utf-7"},
        {"QUERY_STRING": "lang=%ff%fe&next=%00&q=%ed%a0%80"},
        {"CONTENT_LENGTH": "-1"},
        {"CONTENT_LENGTH": "9" * 50},
    ],
)
def test_no_header_breaks_a_page(app: Flask, environ: dict[str, Any]) -> None:
    client = app.test_client(use_cookies=False)
    methods = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "TRACE", "BREW")
    paths = ("/", "/l/1-1-1", "/l/1-1-1/choose", "/l/1-1-1/a/x/submit", "/lti/login", "/lti/launch", "/language/id", "/static/x")
    for path, method in itertools.product(paths, methods):
        answer = client.open(path, method=method, base_url=HTTPS, environ_overrides=environ)
        assert answer.status_code < 500, (path, method)


@pytest.mark.parametrize("odd", ["a\x00b", "\ud800"])
def test_no_character_breaks_a_launch(client: FlaskClient, keys: KeyServer, odd: str) -> None:
    """A platform's faulty names must not keep its people out; what names nothing is refused or dropped."""
    told: dict[str, Any] = {
        "name": odd, "email": odd, "context": {"id": "7", "title": odd}, "resource_link": {"id": "9", "title": odd},
        "custom": {"activity": f"demo/{odd}", "x": odd}, "launch_presentation": {"locale": odd, "return_url": f"https://h/{odd}"},
        AGS: {"scope": [f"https://purl.imsglobal.org/spec/lti-ags/scope/{odd}"], "lineitem": f"https://lms.example/{odd}"},
    }  # fmt: skip
    for name, value in told.items():
        assert launch(client, **{name: value}).status_code == 303, name
    settings = {"deep_link_return_url": "https://lms.example/r", "accept_types": ["ltiResourceLink", odd], "data": odd,
                "accept_presentation_document_targets": ["iframe", odd]}  # fmt: skip
    chooses = {"message_type": "LtiDeepLinkingRequest", "roles": INSTRUCTOR["roles"], "resource_link": ...}
    chooses["https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"] = settings
    assert launch(client, **chooses).status_code == 400


@pytest.mark.parametrize("name", [" ", "\r\n", "\u2003", "\u202e", "<b>", "\x00"])
def test_no_name_hides_a_class_from_its_teacher(learner: Visitor, name: str) -> None:
    """A name without a letter is no name; the class page must not fall over one learner's."""
    other = learner.client.application.test_client()
    Visitor(other, sub="43", name=name).get()
    db.session.execute(update(Person).where(Person.sub == "42").values(name=name.replace("\x00", " ")))  # as stored in the past
    db.session.commit()
    learner.send(learner.get(), total="5", action="submit")
    teacher = Visitor(learner.client.application.test_client(), **INSTRUCTOR)
    page = teacher.get("class")
    assert "<b>" not in page
    assert teacher.get("works/" + page.partition("/works/")[2].partition('"')[0])


def test_a_half_emoji_loses_nothing_else(learner: Visitor) -> None:
    """A length limit counts half characters and may cut the last one: the rest of the text must be kept."""
    page = learner.get()
    one = {"value": ["Saya belajar \ud83d"], "n": 1, "base": 0}
    body = json.dumps({"attempt": learner.hidden(page, "attempt"), "tab": "t", "fields": {"note": one}})
    assert put(learner, page, body) == 200
    db.session.rollback()
    assert db.session.query(Draft).one().value == ["Saya belajar \ufffd"]


def test_a_privacy_launch_chooses_nothing(client: FlaskClient, keys: KeyServer) -> None:
    """A teacher's launch of no course and no link has nothing to put an activity behind."""
    answer = launch(client, message_type="LtiDataPrivacyLaunchRequest", context=..., resource_link=..., roles=INSTRUCTOR["roles"])
    home = answer.headers["Location"].removesuffix("/privacy")
    csrf = re.findall(r'name="csrf" value="([^"]+)"', client.get(f"{home}/privacy", base_url="https://localhost").text)[0]
    for path in ("choose", "choose/cancel", "copied", "a/kerja/class/read"):
        told = client.post(f"{home}/{path}", data={"csrf": csrf, "pick": "demo/kerja"}, base_url="https://localhost")
        assert told.status_code in {403, 404}, (path, told.status_code)
    assert client.get(f"{home}/choose", base_url="https://localhost").status_code in {403, 404}
