"""The check of an LMS: each thing that may be wrong there is found, named in two languages, and stops no other look."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from lms_ext.domain.checkups import Check, Finding
from lms_ext.domain.offers import SCOPES
from lms_ext.domain.quirks import Quirks
from lms_ext.lti.checkup import Checkup, finished
from lms_ext.lti.registry import KnownPlatform
from lms_ext.models import utcnow
from lms_ext.services.checkup import Facts
from lms_ext.web.tool import tool
from tests.support.answers import Answers, Given, answering
from tests.support.platform import KEY, jwk
from tests.support.servers import free_port

GRADES = [one.scope for one in SCOPES if "/lti-ags/" in one.scope]


pytestmark = pytest.mark.usefixtures("shared_app")


@pytest.fixture
def lms() -> Iterator[Answers]:
    """Give an LMS with which nothing is wrong."""
    with answering() as server:
        server.json("/jwks", {"keys": [jwk(KEY, "k1")]})
        granted = " ".join(one.scope for one in SCOPES)
        server.json("/token", {"access_token": "a", "expires_in": 3600, "scope": granted})
        server.json("/items", [{"id": "1"}])
        server.json("/members", {"members": [{}, {}]})
        yield server


def check(lms: Answers, *, away: str = "", **facts: Any) -> dict[str, Check]:
    """Check that LMS; nothing listens where `away` is."""
    nowhere = f"http://127.0.0.1:{free_port()}"

    def at(path: str) -> str:
        return f"{nowhere if path == away else lms.url}{path}"

    platform = KnownPlatform(
        1, lms.url, "c1", "LMS", "moodle", "active", at("/auth"), at("/token"), "", at("/jwks"), nowhere, {}
    )  # fmt: skip
    known = Facts("active", 0, f"{at('/items')}?type_id=1", at("/members"), 3, 0)
    found = Checkup(tool().lti.outbound, tool().lti.signer, platform, Quirks(), replace(known, **facts)).run()
    return {one.name: one for one in found}


def findings(checks: dict[str, Check]) -> dict[str, Finding]:
    return {name: one.finding for name, one in checks.items() if one.finding is not Finding.OK}


def test_nothing_is_wrong(lms: Answers) -> None:
    checks = check(lms)
    assert findings(checks) == {}
    assert checks["lineitems"].fact["id"] == "Terbaca: 1 kolom nilai"
    assert checks["roster"].fact["en"] == "Read: 2 members"
    assert checks["token"].fact["id"] == "Berlaku 60 menit"
    asked = {path: headers for _, path, headers, _ in lms.asked}
    assert asked["/items?type_id=1&limit=5"]["Authorization"] == asked["/members?limit=5"]["Authorization"] == "Bearer a"
    assert finished(list(checks.values()))


@pytest.mark.parametrize(
    ("away", "bad", "skipped"),
    [
        ("/jwks", "keys", {"clock"}),
        ("/token", "token", {"scopes", "lineitems", "roster"}),
        ("/items", "lineitems", set()),
        ("/members", "roster", set()),
    ],
)
def test_what_does_not_answer_is_named_and_the_rest_is_looked_at(lms: Answers, away: str, bad: str, skipped: set[str]) -> None:
    checks = check(lms, away=away)
    assert findings(checks) == {bad: Finding.BAD, **dict.fromkeys(skipped, Finding.SKIPPED)}
    assert checks[bad].fact == {"id": "127.0.0.1 tidak dapat dihubungi.", "en": "127.0.0.1 cannot be reached."}
    assert checks[bad].remedy
    assert not finished(list(checks.values()))


@pytest.mark.parametrize(
    ("body", "status"), [(b"<html>", 200), (b'{"keys": []}', 200), (b'{"keys": 5}', 200), (b"[]", 200), (b"Galat", 404)]
)
def test_a_key_set_without_keys_is_bad(lms: Answers, body: bytes, status: int) -> None:
    lms.given["/jwks"] = Given(body, status)
    checks = check(lms)
    assert findings(checks) == {"keys": Finding.BAD}
    told = checks["keys"].fact["en"]
    assert told.startswith(f"The LMS answered {status} without a usable key")
    assert ("Galat" in told) == (status == 404)


@pytest.mark.parametrize(
    ("apart", "finding"), [(1, Finding.OK), (30, Finding.WARN), (-30, Finding.WARN), (120, Finding.BAD), (-120, Finding.BAD)]
)
def test_a_wrong_clock_is_told(lms: Answers, apart: int, finding: Finding) -> None:
    lms.given["/jwks"].headers["Date"] = format_datetime(utcnow() + timedelta(seconds=apart))
    assert check(lms)["clock"].finding is finding


@pytest.mark.parametrize("date", ["", "besok", "Wed, 25 Nov 2026 12:00:00 -0000", f"Wed, 25 Nov {'9' * 30} 12:00:00 GMT"])
def test_an_lms_that_does_not_tell_its_time_is_let_off(lms: Answers, date: str) -> None:
    lms.given["/jwks"].headers["Date"] = date
    assert findings(check(lms)) == {"clock": Finding.SKIPPED}


@pytest.mark.parametrize("given", [Given(b'{"error": "invalid_scope"}', 400), Given(b'{"access_token": 5}'), Given(b"<html>")])
def test_no_token_is_bad_after_fewer_scopes_were_asked_for(lms: Answers, given: Given) -> None:
    lms.given["/token"] = given
    checks = check(lms)
    assert checks["token"].finding is Finding.BAD
    assert ("invalid_scope" in checks["token"].fact["id"]) == (given.status == 400)
    scopes = [body for _, path, _, body in lms.asked if path == "/token"]
    assert [len(one) for one in scopes] == sorted((len(one) for one in scopes), reverse=True)
    assert len(scopes) == 4


@pytest.mark.parametrize(
    ("granted", "finding"),
    [
        ([one for one in GRADES if not one.endswith("score")], Finding.BAD),
        (GRADES, Finding.WARN),
        ([], Finding.OK),
        (7, Finding.OK),
    ],
)
def test_what_may_not_be_done_is_told_where_the_lms_says_so(lms: Answers, granted: Any, finding: Finding) -> None:
    told = " ".join(granted) if isinstance(granted, list) else granted
    lms.json("/token", {"access_token": "a", "scope": told})
    checks = check(lms)
    assert checks["scopes"].finding is finding
    assert checks["token"].fact == {"id": "Token diterima", "en": "The token was given"}


@pytest.mark.parametrize("given", [Given(b"", 403), Given(b'"teks"'), Given(b"<html>", 500)])
def test_lists_that_cannot_be_read_are_bad(lms: Answers, given: Given) -> None:
    lms.given["/items"] = lms.given["/members"] = given
    assert findings(check(lms)) == {"lineitems": Finding.BAD, "roster": Finding.BAD}


def test_what_our_own_tables_know_is_told(lms: Answers) -> None:
    checks = check(lms, status="pending", waiting=2, lineitems_url="", nrps_url="", launches=0)
    assert findings(checks) == {
        "status": Finding.BAD, "deployments": Finding.WARN, "lineitems": Finding.SKIPPED, "roster": Finding.SKIPPED,
        "cookies": Finding.SKIPPED,
    }  # fmt: skip
    held_back = check(lms, blocked=4)["cookies"]
    assert (held_back.finding, held_back.fact["en"]) == (Finding.WARN, "4 launches were held back in 24 hours")
    assert json.dumps(held_back.as_json())
