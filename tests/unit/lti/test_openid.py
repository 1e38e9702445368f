"""What an account service may answer instead of what was asked: each is refused with its own code, and nothing is believed."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from lms_ext.domain.refusals import Refused
from lms_ext.lti.http import Outbound
from lms_ext.lti.openid import Provider
from lms_ext.models import utcnow
from tests.support.answers import Answers, Given, answering
from tests.support.databases import test_settings

DESCRIPTION = "/.well-known/openid-configuration"
KEYS = [{"kty": "RSA", "kid": "k1", "n": "", "e": 5}, {"kty": "oct", "kid": "k2", "k": "cmFoYXNpYQ"}, "teks"]


@pytest.fixture
def service() -> Iterator[Answers]:
    with answering() as server:
        addresses = {"authorization_endpoint": f"{server.url}/auth?a=1", "token_endpoint": f"{server.url}/token"}
        server.json(DESCRIPTION, {"issuer": server.url, **addresses, "jwks_uri": f"{server.url}/jwks"})
        server.json("/jwks", {"keys": KEYS})
        yield server


def provider(issuer: str, *domains: str) -> Provider:
    told = {"oidc_issuer": issuer, "oidc_client_id": "c1", "oidc_client_secret": "rahasia", "oidc_domains": domains}
    return Provider(test_settings("sqlite://", **told), Outbound(allow_loopback=True))


def begin(one: Provider) -> str:
    return one.begin(state="s", nonce="n", verifier="v", redirect_uri="https://alat.example/back")


def finish(one: Provider) -> Any:
    return one.finish("code", nonce="n", verifier="v", redirect_uri="https://alat.example/back", now=utcnow())


def test_the_way_there_keeps_what_the_address_brings_along(service: Answers) -> None:
    assert begin(provider(service.url)).startswith(f"{service.url}/auth?a=1&response_type=code&client_id=c1")


def test_google_is_told_the_one_organisation() -> None:
    for domains, told in ((("belajar.id",), True), (("belajar.id", "madrasah.id"), False)):
        one = provider("https://accounts.google.com", *domains)
        one._kept.metadata = {"authorization_endpoint": "https://accounts.google.com/o/oauth2/v2/auth"}
        one._kept.at = time.monotonic()
        assert ("&hd=belajar.id" in begin(one)) is told


@pytest.mark.parametrize(
    "given", [Given(b"<html>"), Given(b"[]"), Given(b"{}", 500), Given(b'{"issuer": "https://lain.example"}')]
)
def test_a_description_that_is_none_sends_nobody_there(service: Answers, given: Given) -> None:
    service.given[DESCRIPTION] = given
    with pytest.raises(Refused, match="oidc-unreachable"):
        begin(provider(service.url))


def test_a_description_without_an_address_sends_nobody_there(service: Answers) -> None:
    service.json(DESCRIPTION, {"issuer": service.url, "authorization_endpoint": f"{service.url}/auth"})
    with pytest.raises(Refused, match="oidc-unreachable"):
        begin(provider(service.url))


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (Given(b"{}"), "oidc-failed"),
        (Given(b'{"id_token": 5}'), "oidc-failed"),
        (Given(b'{"id_token": "a.b.c"}'), "oidc-failed"),
        (Given(b'{"error": "invalid_grant"}', 400), "oidc-failed"),
        (Given(b"", 503), "oidc-unreachable"),
        (Given(b"[]"), "oidc-unreachable"),
    ],
)
def test_what_proves_nobody_lets_nobody_in(service: Answers, given: Given, code: str) -> None:
    service.given["/token"] = given
    with pytest.raises(Refused, match=code):
        finish(provider(service.url))


def test_keys_that_cannot_check_a_signature_are_left_out(service: Answers) -> None:
    one = provider(service.url)
    begin(one)
    assert one._kept.keys == {}
    with pytest.raises(Refused, match="oidc-failed"):
        one._key("k1")


def test_an_organisation_is_told_by_a_verified_address_only(service: Answers) -> None:
    one = provider(service.url, "belajar.id")
    claims = {"sub": "7", "email": "Sri@Belajar.id", "email_verified": True}
    assert one._identity(claims).email == "sri@belajar.id"
    for unproven in ({"email_verified": False}, {"email": 5}):
        with pytest.raises(Refused, match="oidc-unverified"):
            one._identity(claims | unproven)
