"""Launches that must work: the rows of the refusal matrix that pass (33, 42, 62, 63), and what certification launches."""

from collections.abc import Callable
from time import time
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from structlog.testing import capture_logs

from lms_ext.models import Link, Member, Person, Space, db
from tests.contracts.refusing import AGS
from tests.support.platform import LTI, KeyServer, begin, claims, launch, post, register, token

GROUPS = "https://purl.imsglobal.org/spec/lti-gs/claim/groupsservice"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
CONTEXT = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
INSTITUTION = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#"


@pytest.mark.parametrize(
    "changes",
    [
        lambda: {"iat": int(time()) + 2},
        lambda: {"iat": time(), "exp": time() + 60.5},
        lambda: {"aud": ["other", "c1"], "azp": "c1"},
        lambda: {"aud": ["c1"]},
        lambda: {"context": None, "custom": None, "launch_presentation": None, "lis": None},
        lambda: {"custom": {"activity": "$ResourceLink.unknown"}},
        lambda: {AGS: {"scope": [SCORE], "lineitem": "http://lms.example/1"}},
    ],
    ids=["33", "33 fractions", "42", "42 list of one", "null claims", "62", "63"],
)
def test_rows_that_must_pass_do(client: FlaskClient, keys: KeyServer, changes: Callable[[], dict[str, Any]]) -> None:
    answer = launch(client, **changes())
    assert answer.status_code == 303, answer.text
    assert answer.headers["Location"].startswith("/l/")


@pytest.mark.parametrize(
    "url", ["http://lms.example/li", "https://10.1.2.3/li", "https://[fd00::1]/li", "javascript:x", "https:///li"]
)
def test_row_63_a_service_at_an_unfit_address_is_off_and_logged(client: FlaskClient, keys: KeyServer, url: str) -> None:
    with capture_logs() as logged:
        answer = launch(client, **{AGS: {"scope": [SCORE], "lineitem": url}, NRPS: {"context_memberships_url": url},
                                  GROUPS: {"context_groups_url": url, "context_group_sets_url": ["no address"]}})  # fmt: skip
    assert answer.status_code == 303
    link = db.session.execute(select(Link)).scalar_one()
    assert (link.lineitem_url, link.may_score) == ("", False)
    space = db.session.execute(select(Space)).scalar_one()
    assert (space.nrps_url, space.groups_url, space.group_sets_url) == ("", "", "")
    off = {one["service"] for one in logged if one["event"] == "launch.service_off"}
    assert off == {"line item", "names and roles", "groups", "group sets"}
    assert url not in str(logged)


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ([CONTEXT + "Learner", CONTEXT + "Mentor", INSTITUTION + "Student"], "learner"),
        ([CONTEXT + "Instructor", INSTITUTION + "Faculty"], "teacher"),
        ([CONTEXT + "Learner", CONTEXT + "Instructor"], "teacher"),
        (["Instructor"], "teacher"),
        (["Learner"], "learner"),
        (["urn:unknown", CONTEXT + "Unheard"], "learner"),
        ([""], "learner"),
        ([], "learner"),
        ([INSTITUTION + "Instructor"], "learner"),
    ],
)
def test_roles_give_the_least_rights_that_fit(client: FlaskClient, keys: KeyServer, roles: list[str], expected: str) -> None:
    assert launch(client, roles=roles).status_code == 303
    assert db.session.execute(select(Member.role)).scalar_one() == expected


@pytest.mark.parametrize("roles", [["Learner"], ["Instructor"]], ids=["student", "teacher"])
@pytest.mark.parametrize(
    ("told", "person"),
    [
        ({"name": ..., "email": "sri@sekolah.example"}, ("", "sri@sekolah.example")),
        ({"name": ..., "given_name": "Sri", "family_name": "Wahyuni"}, ("Sri Wahyuni", "")),
        ({"name": "Sri Wahyuni"}, ("Sri Wahyuni", "")),
        ({"name": ...}, ("", "")),
        ({"name": ..., "email": "sri@sekolah.example", LTI + "context": ...}, ("", "sri@sekolah.example")),
    ],
    ids=["only e-mail", "only names", "whole name", "nothing personal", "e-mail without context"],
)
def test_people_are_taken_as_the_platform_tells_them(
    client: FlaskClient, keys: KeyServer, roles: list[str], told: dict[str, Any], person: tuple[str, str]
) -> None:
    begun = begin(client)
    body = claims(begun.nonce, roles=roles)
    body = {name: value for name, value in (body | told).items() if value is not ...}
    assert post(client, state=begun.state, id_token=token(body)).status_code == 303
    assert db.session.execute(select(Person.name, Person.email)).one() == person


def test_only_a_resource_link_is_enough(client: FlaskClient, keys: KeyServer) -> None:
    answer = launch(client, name=..., context=..., resource_link={"id": "9"}, roles=[])
    assert answer.status_code == 303
    assert db.session.execute(select(Link.title)).scalar_one() == ""


def test_platforms_of_equal_course_and_person_ids_stay_apart(client: FlaskClient, keys: KeyServer) -> None:
    register(keys, issuer="https://b.example", client_id="b1")
    assert launch(client).status_code == 303
    begun = begin(client, iss="https://b.example", client_id="b1")
    other = token(claims(begun.nonce, iss="https://b.example", aud="b1"))
    assert post(client, state=begun.state, id_token=other).status_code == 303
    assert len(set(db.session.execute(select(Person.platform_id)).scalars())) == 2


def test_the_launch_session_ends_when_another_person_launches_in_the_same_browser(client: FlaskClient, keys: KeyServer) -> None:
    first = launch(client).headers["Location"]
    second = launch(client, sub="43").headers["Location"]
    assert client.get(first, base_url="https://localhost").status_code == 401
    assert client.get(second, base_url="https://localhost").status_code != 401


def test_a_page_of_a_launch_needs_that_launchs_cookie(client: FlaskClient, keys: KeyServer) -> None:
    page = launch(client).headers["Location"]
    assert client.application.test_client().get(page, base_url="https://localhost").status_code == 401


def test_people_without_a_course_have_no_list(client: FlaskClient, keys: KeyServer) -> None:
    """They stand together by chance: a list of some course must not become theirs."""
    url = "https://lms.example/members"
    assert launch(client, context=..., **{NRPS: {"context_memberships_url": url}}).status_code == 303
    assert db.session.execute(select(Space.nrps_url)).scalar_one() == ""
    assert launch(client, **{NRPS: {"context_memberships_url": url}}).status_code == 303
    assert sorted(db.session.execute(select(Space.nrps_url)).scalars()) == ["", url]


def test_a_column_that_was_found_stays_while_the_platform_names_none(client: FlaskClient, keys: KeyServer) -> None:
    """A platform that lets us look for columns need not name one at each launch; one that does neither has none any more."""
    ags = {"scope": [SCORE], "lineitems": "https://lms.example/lineitems"}

    def column() -> tuple[str, bool]:
        db.session.rollback()
        link = db.session.execute(select(Link.lineitem_url, Link.may_score)).one()
        return link.lineitem_url, link.may_score

    launch(client, **{AGS: ags | {"lineitem": "https://lms.example/lineitems/1"}})
    launch(client, **{AGS: ags})
    assert column() == ("https://lms.example/lineitems/1", True)
    launch(client, **{AGS: ...})
    assert column() == ("", False)
