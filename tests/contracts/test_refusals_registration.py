"""Row 75 of the refusal matrix: every wrong registration is refused with a sentence, stores nothing and leaves the invitation."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from lms_ext.domain.refusals import refusal
from lms_ext.domain.registration_refusals import CODES
from lms_ext.lti import http
from lms_ext.models import Invitation, Platform, db, utcnow
from lms_ext.services import registering
from lms_ext.web.tool import tool
from tests.support.answers import Answers, Given, answering
from tests.support.servers import free_port

CONFIG, ENDPOINT = "/openid-configuration", "/register"
SPOOF = "<script>alert(1)</script>"


@dataclass
class Stage:
    """The tool with an invitation, and an LMS that answers as a test says."""

    client: FlaskClient
    lms: Answers
    secret: str
    configuration: dict[str, Any]

    def ask(self, **changes: str) -> TestResponse:
        return self.client.get("/lti/register", query_string=self._given(changes))

    def send(self, **changes: str) -> TestResponse:
        return self.client.post("/lti/register", data=self._given(changes) | {"names": "1"})

    def _given(self, changes: dict[str, str]) -> dict[str, str]:
        return {
            "invite": self.secret,
            "openid_configuration": self.lms.url + CONFIG,
            "registration_token": "token-1",
        } | changes

    def tell(self, **changes: Any) -> None:
        """Change the configuration; ``...`` leaves an entry out."""
        told = {name: value for name, value in (self.configuration | changes).items() if value is not ...}
        self.lms.json(CONFIG, told)

    def refuse(self, body: bytes, status: int, kind: str = "text/plain") -> None:
        self.lms.given[ENDPOINT] = Given(body, status, {"Content-Type": kind})


@pytest.fixture
def stage(app: Flask, client: FlaskClient) -> Iterator[Stage]:
    with answering() as lms:
        _, secret = registering.invite(db.session, utcnow())
        db.session.commit()
        found = {
            "issuer": lms.url,
            "authorization_endpoint": f"{lms.url}/auth",
            "token_endpoint": f"{lms.url}/token",
            "jwks_uri": f"{lms.url}/jwks",
            "registration_endpoint": f"{lms.url}{ENDPOINT}",
            "https://purl.imsglobal.org/spec/lti-platform-configuration": {"product_family_code": "moodle"},
        }
        lms.json(CONFIG, found)
        lms.json(ENDPOINT, {"client_id": "abc"}, 201)
        yield Stage(client, lms, secret, found)


def check(response: TestResponse, code: str) -> None:
    """Look at page and database: a sentence, the right status, nothing stored."""
    expected = refusal(code)
    assert response.status_code == expected.status, response.get_data(as_text=True)[:800]
    page = response.get_data(as_text=True)
    assert f"{code} ·" in page, page[:1500]
    assert expected.message["id"].partition("(")[0][:40] in page
    assert response.headers["Cache-Control"] == "no-store"
    db.session.rollback()
    assert db.session.execute(select(func.count()).select_from(Platform)).scalar_one() == 0
    db.session.rollback()


Change = Callable[[Stage], None]
WRONG: dict[str, tuple[Change, dict[str, str], str]] = {
    "no configuration": (lambda _: None, {"openid_configuration": ""}, "registration-from-lms"),
    "no address": (lambda _: None, {"openid_configuration": "javascript:alert(1)"}, "registration-url-bad"),
    "broken address": (lambda _: None, {"openid_configuration": "https://[::1"}, "registration-url-bad"),
    "http": (lambda _: None, {"openid_configuration": "http://lms.example/c"}, "registration-not-https"),
    "private": (lambda _: None, {"openid_configuration": "https://10.0.0.7/c"}, "registration-address"),
    "metadata service": (lambda _: None, {"openid_configuration": "https://169.254.169.254/latest"}, "registration-address"),
    "credentials": (lambda _: None, {"openid_configuration": "https://u:p@lms.example/c"}, "registration-address"),
    "nobody there": (lambda _: None, {"openid_configuration": f"http://127.0.0.1:{free_port()}/c"}, "registration-unreachable"),
    "token with a line break": (lambda _: None, {"registration_token": "a\r\nX-Evil: 1"}, "registration-url-bad"),
    "redirect": (
        lambda one: one.lms.given.update({CONFIG: Given(status=302, headers={"Location": "http://169.254.169.254/"})}),
        {}, "registration-redirect",
    ),
    "huge": (lambda one: one.lms.given.update({CONFIG: Given(b"{" + b" " * 10_000_000)}), {}, "registration-too-large"),
    "page": (lambda one: one.lms.given.update({CONFIG: Given(b"<html><title>Masuk</title>")}), {}, "registration-not-config"),
    "list": (lambda one: one.lms.json(CONFIG, []), {}, "registration-not-config"),
    "deep": (lambda one: one.lms.given.update({CONFIG: Given(b"[" * 100_000)}), {}, "registration-not-config"),
    "500": (lambda one: one.lms.given.update({CONFIG: Given(b"", 500)}), {}, "registration-not-config"),
    "401": (lambda one: one.lms.given.update({CONFIG: Given(b"", 401)}), {}, "registration-token-refused"),
    "no key set": (lambda one: one.tell(jwks_uri=...), {}, "registration-not-config"),
    "number for an address": (lambda one: one.tell(token_endpoint=7), {}, "registration-not-config"),
    "foreign issuer": (lambda one: one.tell(issuer="https://other.example"), {}, "registration-issuer-differs"),
    "other port": (lambda one: one.tell(issuer="http://127.0.0.1:1"), {}, "registration-issuer-differs"),
    "foreign registration": (
        lambda one: one.tell(registration_endpoint="https://evil.example/r"), {}, "registration-endpoint-elsewhere",
    ),
    "private key set": (lambda one: one.tell(jwks_uri="https://10.0.0.7/jwks"), {}, "registration-endpoint-elsewhere"),
    "a port that is none": (
        lambda one: one.tell(token_endpoint="https://lms.example:pintu/t"), {}, "registration-endpoint-elsewhere",
    ),
    "no RS256": (
        lambda one: one.tell(id_token_signing_alg_values_supported=["ES256"]), {}, "registration-unsupported",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_configuration_is_refused(stage: Stage, name: str) -> None:
    """Seen before anything is registered, on the page and again on the button."""
    change, given, code = WRONG[name]
    change(stage)
    check(stage.ask(**given), code)
    check(stage.send(**given), code)
    assert not [one for one in stage.lms.asked if one[0] == "POST"], "nothing was registered"
    stage.lms.json(CONFIG, stage.configuration)
    assert stage.ask().status_code == 200, "the invitation stays usable"


ANSWERS: dict[str, tuple[bytes, int, str, str]] = {
    "Moodle's missing_domain": (b"missing_domain", 400, "text/plain", "registration-domain"),
    "Moodle's token_already_used": (b"token_already_used", 401, "text/plain", "registration-token-used"),
    "Moodle's page": (
        b"<!DOCTYPE html><html><head><title>Galat</title></head>", 404, "text/html; charset=utf-8", "registration-token-refused",
    ),
    "missing_jwks_uri": (b"missing_jwks_uri", 400, "text/plain", "registration-data"),
    "OpenID JSON": (
        b'{"error": "invalid_client_metadata", "error_description": "domain? redirect"}', 400, "application/json",
        "registration-domain",
    ),
    "invalid_redirect_uri": (b'{"error": "invalid_redirect_uri"}', 400, "application/json", "registration-data"),
    "Canvas's JSON": (
        b'{"errors": [{"message": "unapproved_software_statement"}]}', 422, "application/json", "registration-forbidden",
    ),
    "expired": (b'{"error": "invalid_token", "error_description": "token expired"}', 401, "application/json",
                "registration-token-refused"),
    "forbidden": (b"", 403, "text/plain", "registration-forbidden"),
    "a fault": (b"<html><body>oops</body></html>", 500, "text/html", "registration-lms-fault"),
    "teapot": (b"no", 418, "text/plain", "registration-refused"),
    "redirected": (b"", 302, "text/plain", "registration-redirect"),
    "a page for success": (b"<html><title>Beranda</title></html>", 200, "text/html", "registration-answer-unreadable"),
    "no client id": (b'{"client_id": ""}', 201, "application/json", "registration-answer-unreadable"),
    "words too deep": (b'{"errors": [[[["invalid_token"]]]]}', 400, "application/json", "registration-data"),
    "a script": (SPOOF.encode(), 400, "text/plain", "registration-data"),
}  # fmt: skip


@pytest.mark.parametrize("name", ANSWERS)
def test_a_refusal_of_the_lms_becomes_a_sentence(stage: Stage, name: str) -> None:
    """Whatever its shape; and the same invitation works when the LMS has been mended."""
    body, status, kind, code = ANSWERS[name]
    stage.refuse(body, status, kind)
    response = stage.send()
    check(response, code)
    page = response.get_data(as_text=True)
    assert SPOOF not in page
    assert "undangan ini masih dapat dipakai" in page
    stage.lms.json(ENDPOINT, {"client_id": "abc"}, 201)
    assert stage.send().status_code == 200


def test_an_lms_that_gives_no_token_is_asked_without_one(stage: Stage) -> None:
    assert stage.ask(registration_token="").status_code == 200
    assert all("Authorization" not in headers for _, _, headers, _ in stage.lms.asked)


def test_an_invitation_is_used_once_by_whoever_holds_it(stage: Stage) -> None:
    """Unknown, expired, held and used ones fetch nothing."""
    check(stage.ask(invite="wrong"), "invite-unknown")
    check(stage.send(invite=""), "invite-unknown")
    check(stage.ask(invite="x" * 200), "invite-unknown")
    registering.hold(db.session, stage.secret, utcnow())
    db.session.commit()
    check(stage.send(), "invite-busy")
    db.session.execute(update(Invitation).values(held_until=utcnow() - timedelta(seconds=1)))
    db.session.commit()  # the process that held it died
    stored = db.session.execute(select(Invitation)).scalar_one()
    assert stage.secret not in repr(vars(stored))
    assert not stage.lms.asked
    assert stage.send().status_code == 200
    asked = len(stage.lms.asked)
    for response in (stage.ask(), stage.send()):
        assert response.status_code == 403
        assert "invite-used ·" in response.get_data(as_text=True)
    db.session.execute(update(Invitation).values(used_at=None, expires_at=utcnow()))
    db.session.commit()
    assert "invite-expired ·" in stage.send().get_data(as_text=True)
    assert len(stage.lms.asked) == asked


def test_a_slow_lms_is_given_up(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Byte by byte is no way around the limit."""
    monkeypatch.setattr(tool().lti.outbound, "_total", 0.5)
    stage.lms.given[CONFIG] = Given(b" " * 200, seconds=20)
    check(stage.ask(), "registration-timeout")


def test_a_name_that_leads_inside_is_refused(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the name resolves to counts, not how it looks."""
    found = [(2, 1, 6, "", ("10.0.0.7", 443))]
    monkeypatch.setattr(http.socket, "getaddrinfo", lambda *_a, **_k: found)
    check(stage.ask(openid_configuration="https://lms.example/c"), "registration-address")


def test_every_refusal_is_said_in_both_languages() -> None:
    """And none repeats another's sentence."""
    sentences = [tuple(refusal(code).message.values()) for code in CODES]
    assert all(indonesian and english and indonesian != english for indonesian, english in sentences)
    assert len(set(sentences)) == len(sentences)
