"""Lists that platforms answer with, read to their end or not at all: members, groups, results, handlers of notices."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from lms_ext.domain.quirks import Quirks
from lms_ext.domain.rosters import MOST_MEMBERS, MOST_PAGES, Fetched, RosterTrouble
from lms_ext.lti.ags import Service
from lms_ext.lti.column_jobs import Failed
from lms_ext.lti.notices import NoticeDesk
from lms_ext.lti.nrps import Memberships
from lms_ext.lti.registry import KnownPlatform
from lms_ext.lti.results import read_results
from lms_ext.lti.tokens import Tokens
from lms_ext.models import Platform, db, utcnow
from lms_ext.services.notices import Service as NoticeService
from lms_ext.services.rosters import Sought
from lms_ext.web.tool import new_session, tool
from tests.support.answers import Answers, Given, answering
from tests.support.servers import free_port

SRI = {"user_id": "42", "roles": ["Learner"], "group_enrollments": [{"group_id": "g1"}]}
HANDLER = "https://alat.example/lti/notices"


pytestmark = pytest.mark.usefixtures("shared_app")


@pytest.fixture
def lms() -> Iterator[Answers]:
    """Give an LMS with one member in one group."""
    with answering() as server:
        server.json("/token", {"access_token": "a"})
        server.json("/members", {"members": [SRI]})
        server.json("/groups", {"groups": [{"id": "g1", "name": "Satu", "set_id": 5}]})
        server.json("/sets", {"sets": [{"id": 5, "name": "Kelompok"}]})
        yield server


@pytest.fixture
def platform(lms: Answers) -> KnownPlatform:
    row = Platform(issuer=lms.url, client_id="c1", name="LMS", auth_login_url="", auth_token_url="", jwks_url="")
    db.session.add(row)
    db.session.commit()
    return KnownPlatform(row.id, lms.url, "c1", "LMS", "", "active", "", f"{lms.url}/token", "", "", "", {})


def tokens() -> Tokens:
    return Tokens(tool().lti.outbound, tool().lti.signer, new_session)


def fetch(platform: KnownPlatform, **more: Any) -> Fetched:
    told = {"url": f"{platform.issuer}/members", "differences_url": "", "groups_url": "", "sets_url": "", "links": ()} | more
    sought = Sought(platform_id=platform.id, space_id=1, lease="x", began_at=utcnow(), tries=0, **told)
    return Memberships(tool().lti.outbound, tokens()).fetch(platform, Quirks(), sought)


@pytest.mark.parametrize(("given", "whole"), [(b'{"members": []}', False), (b'{"members": 5}', True), (b"[]", True)])
def test_differences_that_cannot_be_read_are_made_good_by_the_whole_list(
    lms: Answers, platform: KnownPlatform, given: bytes, whole: bool
) -> None:
    lms.given["/changes"] = Given(given)
    fetched = fetch(platform, differences_url=f"{lms.url}/changes")
    assert (fetched.whole, set(fetched.people)) == (whole, {"42"} if whole else set())


def test_an_lms_that_is_away_is_not_asked_for_the_whole_list(lms: Answers, platform: KnownPlatform) -> None:
    lms.given["/changes"] = Given(status=500)
    with pytest.raises(RosterTrouble, match="platform-fault"):
        fetch(platform, differences_url=f"{lms.url}/changes")
    assert [path for _, path, _, _ in lms.asked] == ["/token", "/changes"]


def test_an_address_that_nobody_may_be_sent_to_is_said(lms: Answers, platform: KnownPlatform) -> None:
    with pytest.raises(RosterTrouble, match="bad-address"):
        fetch(platform, url="https://10.0.0.1/members")


@pytest.mark.parametrize(("members", "barred"), [([], True), ([SRI, {"roles": []}], True), ([SRI, "teks"], True), ([SRI], False)])
def test_who_may_open_a_link_is_believed_when_everybody_could_be_read(
    lms: Answers, platform: KnownPlatform, members: list[Any], barred: bool
) -> None:
    lms.json("/members?limit=100&rlid=L1", {"members": members})
    fetched = fetch(platform, links=("L1",))
    assert set(fetched.people) == {"42"}
    assert fetched.at_links == ({} if barred else {"L1": frozenset({"42"})})


def test_groups_have_the_name_of_their_set(lms: Answers, platform: KnownPlatform) -> None:
    fetched = fetch(platform, groups_url=f"{lms.url}/groups", sets_url=f"{lms.url}/sets")
    assert [(one.name, one.set_name) for one in fetched.groups or ()] == [("Satu", "Kelompok")]
    assert fetched.people["42"].groups == ("g1",)


@pytest.mark.parametrize(
    "given",
    [
        Given(b'{"groups": 5}'),
        Given(b'{"groups": []}', headers={"Link": '</groups>; rel="next"'}),
        Given(json.dumps({"groups": [{"id": number} for number in range(MOST_MEMBERS + 1)]}).encode()),
    ],
    ids=["unreadable", "loop", "too-many"],
)
def test_groups_that_cannot_be_read_keep_no_list_away(lms: Answers, platform: KnownPlatform, given: Given) -> None:
    lms.given["/groups"] = given
    fetched = fetch(platform, groups_url=f"{lms.url}/groups")
    assert fetched.groups is None
    assert set(fetched.people) == {"42"}


def test_a_list_without_end_is_left(lms: Answers, platform: KnownPlatform) -> None:
    for number in range(MOST_PAGES + 1):
        query = f"page={number}" if number else "limit=100"
        lms.given[f"/members?{query}"] = Given(b'{"members": []}', headers={"Link": f'<?page={number + 1}>; rel="next"'})
    with pytest.raises(RosterTrouble, match="too-many"):
        fetch(platform)
    assert len([path for _, path, _, _ in lms.asked if path != "/token"]) == MOST_PAGES


def results(platform: KnownPlatform, **more: float) -> list[Any]:
    service = Service(tool().lti.outbound, tokens(), platform, Quirks(), ())
    return read_results(service, f"{platform.issuer}/item", **more)


def test_only_results_with_sane_numbers_are_grades(lms: Answers, platform: KnownPlatform) -> None:
    good = {"userId": "42", "resultScore": 7, "resultMaximum": 10}
    odd: list[Any] = [
        {"userId": None},
        {"userId": "é"},
        {"resultScore": "7"},
        {"resultScore": None},
        {"resultMaximum": 0},
        {"resultScore": True},
        {"resultScore": 1e300},
    ]
    lms.json("/item/results", [good, *(good | one for one in odd), "teks"])
    (held,) = results(platform)
    assert (held.sub, held.score, held.maximum) == ("42", 7.0, 10.0)


@pytest.mark.parametrize(
    ("given", "code"),
    [(Given(b"{}"), "results-unreadable"), (Given(status=403), "no-scope"), (Given(status=410), "no-column"),
     (Given(status=502), "platform-fault"), (Given(status=418), "results-unreadable")],
)  # fmt: skip
def test_results_that_cannot_be_read_say_why(lms: Answers, platform: KnownPlatform, given: Given, code: str) -> None:
    lms.given["/item/results"] = given
    with pytest.raises(Failed, match=code):
        results(platform)


def test_results_that_take_too_long_are_left(lms: Answers, platform: KnownPlatform) -> None:
    with pytest.raises(Failed, match="timeout"):
        results(platform, seconds=-1.0)
    assert lms.asked == []


def told(platform: KnownPlatform, url: str) -> str:
    service = NoticeService(platform.id, "1", url, 0)
    return NoticeDesk(tool().lti.outbound, tokens(), HANDLER).register(platform, Quirks(), service, {"A", "B", "C"})


def test_an_lms_is_told_where_to_send_what_it_knows(lms: Answers, platform: KnownPlatform) -> None:
    lms.json("/handlers", {"notice_handlers": [{"notice_type": "B", "handler": ""}, {"notice_type": "D"}, "teks"]})
    assert told(platform, f"{lms.url}/handlers") == ""
    put = [json.loads(body) for method, _, _, body in lms.asked if method == "PUT"]
    assert put == [{"notice_type": "B", "handler": HANDLER}]


@pytest.mark.parametrize(
    ("token", "handlers", "error"),
    [
        ({"access_token": "a"}, Given(b"[]"), "unreadable"),
        ({}, Given(b"{}"), "token-refused"),
        ({"access_token": "a"}, None, "unreachable"),
    ],
)
def test_what_kept_an_lms_from_being_told_is_said(
    lms: Answers, platform: KnownPlatform, token: dict[str, str], handlers: Given | None, error: str
) -> None:
    lms.json("/token", token)
    lms.given["/handlers"] = handlers or Given()
    base = lms.url if handlers else f"http://127.0.0.1:{free_port()}"
    assert told(replace(platform, other_hosts=base), f"{base}/handlers") == error


def test_a_refused_address_is_named(lms: Answers, platform: KnownPlatform) -> None:
    lms.json("/handlers", {"notice_handlers": [{"notice_type": "C"}]})
    lms.given["PUT /handlers"] = Given(status=400)
    assert told(platform, f"{lms.url}/handlers") == "C: 400"
