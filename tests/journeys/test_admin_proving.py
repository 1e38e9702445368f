"""Admins without a password sign in once more at their account service before their account changes."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms_ext.models import Admin, db
from lms_ext.web.admin import proving
from tests.journeys.test_admin_openid import away, code_of, invited, provider, settings, sign_in
from tests.support.admins import PASSWORD, AdminBrowser, signed_in
from tests.support.openid import OpenIdProvider

__all__ = ["provider", "settings"]  # fixtures
NEW = {"password": "angin sore di tepi danau", "again": "angin sore di tepi danau"}
CHANGES: list[tuple[str, dict[str, str]]] = [
    ("/admin/account/password", NEW), ("/admin/account/second-factor", {}), ("/admin/account/second-factor/off", {}),
    ("/admin/account/recovery", {}), ("/admin/account/unlink", {}), ("/admin/oidc/link", {}),
]  # fmt: skip


def me() -> dict[str, Any]:
    db.session.rollback()
    found = db.session.execute(select(Admin)).scalar_one()
    kept = {name: getattr(found, name) for name in ("id", "password_hash", "oidc_subject", "totp_sealed")}
    db.session.rollback()
    return kept


@pytest.fixture
def yosef(app: Flask, provider: OpenIdProvider) -> AdminBrowser:
    """Sign an admin in who has no password here."""
    invited()
    browser = AdminBrowser(app.test_client(), login="yosef@guru.belajar.id")
    assert sign_in(app, provider, browser).status_code == 303
    browser.get("/admin/account")
    return browser


def prove(browser: AdminBrowser, provider: OpenIdProvider) -> Any:
    return browser.get(provider.visit(away(browser, "/admin/oidc/again")))


@pytest.mark.parametrize(("path", "form"), CHANGES, ids=lambda one: one if isinstance(one, str) else "")
def test_a_browser_that_was_left_open_changes_nothing(yosef: AdminBrowser, path: str, form: dict[str, str]) -> None:
    before = me()
    answer = yosef.post(path, **form)
    assert answer.status_code == 403
    assert "Masuk sekali lagi dahulu" in answer.text
    assert "Pastikan bahwa ini Anda" in answer.text, "with the button"
    assert me() == before


def test_after_signing_in_once_more_the_account_can_be_changed(
    yosef: AdminBrowser, provider: OpenIdProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = prove(yosef, provider)
    assert answer.headers["Location"] == "/admin/account?ok=proven"
    yosef.get("/admin/account")
    refused = yosef.post("/admin/account/unlink")
    assert (refused.status_code, "satu-satunya cara" in refused.text) == (409, True)
    asked = provider.asked[-1]
    assert (asked["prompt"], asked["max_age"]) == ("login", "0")
    assert "auth_time" in asked["claims"]
    refused = yosef.post("/admin/account/recovery")
    assert (refused.status_code, "Formulir sudah tidak berlaku" in refused.text) == (403, True), "there is no second factor yet"
    page = yosef.get("/admin/account?ok=proven").text
    assert "selama lima menit" in page
    assert "Pastikan bahwa ini Anda" not in page
    monkeypatch.setattr(proving, "SECONDS", -1)
    assert yosef.post("/admin/account/password", **NEW).status_code == 403, "minutes later it is to be proven again"
    monkeypatch.undo()
    assert yosef.post("/admin/account/password", **NEW).status_code == 303
    assert me()["password_hash"]
    assert yosef.post("/admin/account/unlink").status_code == 403, "who has a password writes it"
    assert yosef.post("/admin/account/unlink", current=NEW["password"]).status_code == 303


def old(provider: OpenIdProvider) -> None:
    provider.asks_again = False


def silent(provider: OpenIdProvider) -> None:
    provider.changes = {"auth_time": ...}


def odd(provider: OpenIdProvider) -> None:
    provider.changes = {"auth_time": True}


def worded(provider: OpenIdProvider) -> None:
    provider.changes = {"auth_time": "9999999999"}


def future(provider: OpenIdProvider) -> None:
    provider.changes = {"auth_time": 4_000_000_000}


def another(provider: OpenIdProvider) -> None:
    provider.person |= {"sub": "y-2"}


@pytest.mark.parametrize(("bend", "code"), [
    (old, "prove-stale"), (silent, "prove-stale"), (odd, "prove-stale"), (worded, "prove-stale"), (future, "prove-stale"),
    (another, "prove-other"),
])  # fmt: skip
def test_only_the_same_person_asked_just_now_counts(
    yosef: AdminBrowser, provider: OpenIdProvider, bend: Callable[[OpenIdProvider], None], code: str
) -> None:
    before = me()
    bend(provider)
    answer = prove(yosef, provider)
    assert (answer.status_code, code_of(answer)) == (403, code)
    yosef.get("/admin/account")
    assert yosef.post("/admin/account/password", **NEW).status_code == 403
    assert me() == before


def test_the_proof_is_of_one_admin_in_one_browser(app: Flask, yosef: AdminBrowser, provider: OpenIdProvider) -> None:
    prove(yosef, provider)
    proof = yosef.client.get_cookie("__Host-lxap", domain="localhost")
    assert proof
    other = AdminBrowser(app.test_client())
    sign_in(app, provider, other)
    other.client.set_cookie("__Host-lxap", proof.value, domain="localhost", secure=True, httponly=True)
    other.get("/admin/account")
    assert other.post("/admin/account/password", **NEW).status_code == 403
    owner = signed_in(app)
    assert code_of(prove(owner, provider)) == "prove-other"
    owner.get("/admin/account")
    assert owner.post("/admin/account/password", **NEW).status_code == 403
    assert owner.post("/admin/account/password", current=PASSWORD, **NEW).status_code == 303
    stranger = AdminBrowser(app.test_client())
    stranger.get("/admin/sign-in")
    assert stranger.post("/admin/oidc/again").status_code in {303, 401, 403}
