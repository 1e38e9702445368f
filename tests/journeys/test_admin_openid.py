"""Admins with an account elsewhere: invited by an owner, or linked; nobody else, and nothing the provider did not prove."""

import html
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from flask import Flask
from sqlalchemy import delete, select
from werkzeug.test import TestResponse

from lms_ext.domain.admins import CONSOLE, AdminRole
from lms_ext.domain.refusals import Refused
from lms_ext.lti.http import Outbound
from lms_ext.lti.openid import Provider
from lms_ext.models import Admin, AdminInvite, AdminSession, db, utcnow
from lms_ext.services import admin_invites, admins
from lms_ext.services.admins import Rights
from lms_ext.services.shared_pace import Pace
from lms_ext.settings import Settings, SettingsError
from lms_ext.web.admin import pacing
from tests.support.admins import PASSWORD, AdminBrowser, signed_in
from tests.support.apps import entered
from tests.support.databases import test_settings
from tests.support.openid import CLIENT, SECRET, OpenIdProvider, openid_provider
from tests.support.platform import OTHER_KEY, jwk
from tests.support.servers import environment

YOSEF = {"sub": "y-1", "email": "Yosef@guru.belajar.id", "email_verified": True, "name": "Yosef Wanggai"}


@pytest.fixture
def provider() -> Iterator[OpenIdProvider]:
    """Run the provider, at which Yosef is signed in."""
    with openid_provider() as running:
        running.person = dict(YOSEF)
        yield running


@pytest.fixture
def settings(database_url: str, provider: OpenIdProvider) -> Any:
    """Name the provider in the settings."""
    return test_settings(database_url, oidc_issuer=provider.url, oidc_client_id=CLIENT, oidc_client_secret=SECRET)


def invited(email: str = "yosef@guru.belajar.id", role: AdminRole = AdminRole.AUDITOR) -> None:
    """Let an owner invite an address."""
    admin_invites.invite(db.session, CONSOLE, email, "", Rights(role), utcnow())
    db.session.commit()


def away(browser: AdminBrowser, path: str = "/admin/oidc/start", **form: str) -> str:
    """Press the button; gives the provider's address."""
    page = browser.post(path, **form)
    assert page.status_code == 200, page.text
    found = re.search(r'http-equiv="refresh" content="0; url=([^"]*)"', page.text)
    assert found
    return html.unescape(found[1])


def sign_in(app: Flask, provider: OpenIdProvider, browser: AdminBrowser | None = None, **form: str) -> TestResponse:
    """Do the whole round in a browser."""
    browser = browser or AdminBrowser(app.test_client())
    browser.get("/admin/sign-in")
    return browser.get(provider.visit(away(browser, **form)))


def code_of(answer: TestResponse) -> str:
    found = re.search(r"(?:Kode|Code): (\S+)", answer.text)
    return found[1] if found else ""


def signed_in_number() -> int:
    db.session.remove()
    return len(db.session.execute(select(AdminSession)).all())


def test_who_was_invited_comes_in_and_again_by_the_account_itself(app: Flask, provider: OpenIdProvider) -> None:
    invited()
    browser = AdminBrowser(app.test_client())
    answer = sign_in(app, provider, browser, next="/admin/audit")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/admin/audit")
    assert "Yosef Wanggai" in browser.get("/admin/audit").text
    made = db.session.execute(select(Admin)).scalar_one()
    assert (made.login, made.role, made.password_hash) == ("yosef@guru.belajar.id", "auditor", "")
    assert db.session.execute(select(AdminInvite)).first() is None
    provider.person["email"] = "nama.baru@guru.belajar.id"  # people get new addresses; the account stays theirs
    assert sign_in(app, provider).status_code == 303
    assert len(db.session.execute(select(Admin)).all()) == 1
    admins.disable(db.session, CONSOLE, made.id, utcnow())
    db.session.commit()
    assert code_of(sign_in(app, provider)) == "oidc-unknown"
    assert signed_in_number() == 0


def test_who_was_not_invited_stays_outside(app: Flask, provider: OpenIdProvider) -> None:
    invited("other@guru.belajar.id")
    refused = sign_in(app, provider)
    assert (refused.status_code, code_of(refused)) == (403, "oidc-unknown")
    assert db.session.execute(select(Admin)).first() is None


def test_an_address_alone_makes_no_owner(app: Flask, provider: OpenIdProvider) -> None:
    invited(role=AdminRole.OWNER)
    assert code_of(sign_in(app, provider)) == "oidc-unknown"
    assert db.session.execute(select(Admin)).first() is None


def test_an_address_does_not_take_an_account_over(app: Flask, provider: OpenIdProvider) -> None:
    """A local admin with the very address is not the outside account, until they have linked it themselves."""
    signed_in(app, AdminRole.OWNER, login="yosef@guru.belajar.id")
    assert code_of(sign_in(app, provider)) == "oidc-unknown"


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "nonce": ({"nonce": "another"}, "oidc-failed"), "no nonce": ({"nonce": ...}, "oidc-failed"),
    "issuer": ({"iss": "https://accounts.example"}, "oidc-failed"), "audience": ({"aud": "another"}, "oidc-failed"),
    "audiences": ({"aud": [CLIENT, "another"]}, "oidc-failed"), "party": ({"azp": "another"}, "oidc-failed"),
    "expired": ({"exp": 1_700_000_000}, "oidc-failed"), "no end": ({"exp": ...}, "oidc-failed"),
    "old": ({"iat": 1_700_000_000}, "oidc-failed"), "from tomorrow": ({"iat": 4_000_000_000}, "oidc-failed"),
    "no subject": ({"sub": ...}, "oidc-failed"), "odd subject": ({"sub": ["y-1"]}, "oidc-failed"),
    "unverified": ({"email_verified": False}, "oidc-unverified"),
    "verified by a word": ({"email_verified": "no"}, "oidc-unverified"),
    "no address": ({"email": ...}, "oidc-unverified"), "odd address": ({"email": {"a": 1}}, "oidc-unverified"),
}  # fmt: skip


def test_what_the_provider_does_not_prove_is_not_believed(app: Flask, provider: OpenIdProvider) -> None:
    invited()
    app.config["PROPAGATE_EXCEPTIONS"] = False
    for name, (changes, expected) in REFUSED.items():
        provider.changes = changes
        assert code_of(sign_in(app, provider)) == expected, name
    provider.changes = {}
    right = provider.key
    for key, header in ((OTHER_KEY, None), (OTHER_KEY, {"alg": "RS256", "kid": "k9"}), (right, {"alg": "none", "kid": "k1"}),
                        (right, {"alg": "HS256", "kid": "k1"})):  # fmt: skip
        provider.key, provider.header = key, header
        assert code_of(sign_in(app, provider)) == "oidc-failed", header
        provider.key, provider.header = right, None
    assert signed_in_number() == 0
    assert db.session.execute(select(Admin)).first() is None
    assert sign_in(app, provider).status_code == 303  # and the same round with nothing bent passes


def test_the_answer_counts_once_and_only_in_the_browser_that_asked(app: Flask, provider: OpenIdProvider) -> None:
    invited()
    browser, other = AdminBrowser(app.test_client()), AdminBrowser(app.test_client())
    for one in (browser, other):
        one.get("/admin/sign-in")
    back = provider.visit(away(browser))
    state = parse_qs(urlsplit(back).query)["state"][0]
    assert code_of(other.get(back)) == "oidc-failed"
    away(other)
    assert code_of(other.get(back)) == "oidc-failed"
    assert code_of(browser.get(back.replace(state, "x" * len(state)))) == "oidc-failed"
    assert code_of(browser.get(f"/admin/oidc/finish?state={state}&error=access_denied")) == "oidc-cancelled"
    assert browser.get(back).status_code == 303
    browser.post("/admin/sign-out")
    assert code_of(browser.get(back)) == "oidc-failed"


def test_keys_may_change_and_secrets_may_go_in_the_form(app: Flask, provider: OpenIdProvider) -> None:
    invited()
    provider.ways = ["client_secret_post"]
    provider.keys = [{"kty": "oct", "kid": "k1", "k": "AAAA"}, {"kid": "broken"}, jwk(OTHER_KEY, "k2"), "odd",
                     jwk(OTHER_KEY, "k4", n="AA")]  # fmt: skip
    provider.key, provider.header = OTHER_KEY, {"alg": "RS256", "kid": "k2"}
    assert sign_in(app, provider).status_code == 303
    assert provider.paths.count("/jwks") == 1
    unknown = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    provider.key, provider.header = unknown, {"alg": "RS256", "kid": "k3"}
    for _ in range(3):
        assert code_of(sign_in(app, provider)) == "oidc-failed"
    assert provider.paths.count("/jwks") == 1  # unknown keys are asked for twice a minute at most


def test_an_admin_links_an_account_and_unlinks_it(app: Flask, provider: OpenIdProvider) -> None:
    browser = signed_in(app, AdminRole.OWNER)
    assert "tidak cocok" in browser.post("/admin/oidc/link", current="not this").text, "one more way in is one more lock"
    answer = browser.get(provider.visit(away(browser, "/admin/oidc/link", current=PASSWORD)))
    assert answer.headers["Location"] == "/admin/account?ok=linked"
    assert sign_in(app, provider).status_code == 303
    second = signed_in(app, AdminRole.AUDITOR)
    assert code_of(second.get(provider.visit(away(second, "/admin/oidc/link", current=PASSWORD)))) == "oidc-linked"
    begun = provider.visit(away(second, "/admin/oidc/link", current=PASSWORD))
    db.session.execute(delete(AdminSession).where(AdminSession.admin_id != 1))
    db.session.commit()
    assert code_of(second.get(begun)) == "admin-session-over"
    browser.get("/admin/account")
    assert browser.post("/admin/account/unlink", current="not this").status_code == 403
    assert browser.post("/admin/account/unlink", current="kuda lari pagi sekali").status_code == 303
    assert code_of(sign_in(app, provider)) == "oidc-unknown"


@pytest.mark.parametrize(("said", "expected"), [
    ({"hd": "guru.belajar.id"}, ""), ({"hd": "other.example"}, "oidc-domain"), ({}, ""),
    ({"email": "yosef@gmail.example"}, "oidc-domain"), ({"email": "y@evil-guru.belajar.id"}, "oidc-domain"),
])  # fmt: skip
def test_only_allowed_organisations(database_url: str, provider: OpenIdProvider, said: dict[str, str], expected: str) -> None:
    settings = test_settings(database_url, oidc_issuer=provider.url, oidc_client_id=CLIENT, oidc_client_secret=SECRET,
                             oidc_domains=("guru.belajar.id",))  # fmt: skip
    with entered(settings) as app:
        for email in ("yosef@guru.belajar.id", "yosef@gmail.example", "y@evil-guru.belajar.id"):
            invited(email)
        provider.person |= said
        assert code_of(sign_in(app, provider)) == expected


def test_the_provider_is_not_flooded_through_us(app: Flask, provider: OpenIdProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pacing, "NETWORK", Pace(2, 3600))
    browser = AdminBrowser(app.test_client())
    browser.get("/admin/sign-in")
    for _ in range(2):
        away(browser)
    assert code_of(browser.post("/admin/oidc/start")) == "too-many"


def test_a_provider_that_is_away_or_another_is_said(app: Flask, provider: OpenIdProvider) -> None:
    address = provider.url
    browser = AdminBrowser(app.test_client())
    browser.get("/admin/sign-in")
    provider.url = "https://accounts.example"  # its description names another issuer
    refused = browser.post("/admin/oidc/start")
    assert (refused.status_code, code_of(refused)) == (503, "oidc-unreachable")
    provider.url = address


def test_without_a_provider_there_is_no_such_way(database_url: str) -> None:
    with entered(test_settings(database_url)) as app:
        browser = AdminBrowser(app.test_client())
        assert "oidc" not in browser.get("/admin/sign-in").text
        assert code_of(browser.post("/admin/oidc/start")) == "oidc-off"


def test_at_google_an_address_does_not_tell_the_organisation() -> None:
    """Anybody may open an account there with an address of any domain; only the organisation's own accounts carry ``hd``."""
    settings = test_settings("sqlite:///", oidc_issuer="https://accounts.google.com", oidc_client_id=CLIENT,
                             oidc_client_secret=SECRET, oidc_domains=("guru.belajar.id",))  # fmt: skip
    provider = Provider(settings, Outbound())
    with pytest.raises(Refused, match="oidc-domain"):
        provider._identity(YOSEF)
    assert provider._identity(YOSEF | {"hd": "guru.belajar.id"}).email == "yosef@guru.belajar.id"


@pytest.mark.parametrize("more", [
    {"OIDC_ISSUER": "http://accounts.example"}, {"OIDC_ISSUER": "accounts.example"}, {"OIDC_CLIENT_ID": ""},
    {"OIDC_CLIENT_SECRET": ""},
])  # fmt: skip
def test_half_a_provider_is_refused_at_start(more: dict[str, str]) -> None:
    values = {"OIDC_ISSUER": "https://accounts.example", "OIDC_CLIENT_ID": CLIENT, "OIDC_CLIENT_SECRET": SECRET,
              "OIDC_DOMAINS": "guru.belajar.id, Madrasah.id"}  # fmt: skip
    base = environment("sqlite:///x", "https://lti.example.sch.id") | {"LMS_EXT_ALLOW_LOOPBACK": "0"}
    good = Settings.from_env(base | {f"LMS_EXT_{name}": value for name, value in values.items()})
    assert good.oidc_domains == ("guru.belajar.id", "madrasah.id")
    with pytest.raises(SettingsError, match="OIDC_"):
        Settings.from_env(base | {f"LMS_EXT_{name}": value for name, value in (values | more).items()})
