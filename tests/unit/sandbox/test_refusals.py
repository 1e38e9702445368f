"""What the practice LMS refuses, as a strict platform does, and the orders that other processes give it."""

import json
import time
from dataclasses import replace
from typing import Any

import jwt
import pytest
from flask.testing import FlaskClient

from lms_ext.sandbox.faults import BadFault, Faults
from lms_ext.sandbox.keys import ToolKeys, ToolKeysError
from lms_ext.sandbox.practice import Practice
from lms_ext.sandbox.profiles import PROFILES
from tests.support.platform import KEY, key_server
from tests.unit.sandbox.conftest import ITEM, ITEMS, RESULTS, Tool
from tests.unit.sandbox.test_deep_linking import ITEM as CHOSEN
from tests.unit.sandbox.test_deep_linking import Choice
from tests.unit.sandbox.test_oidc import auth, claims, start


@pytest.mark.parametrize(
    "body",
    [[], {"scoreMaximum": 10}, {"label": " ", "scoreMaximum": 10}, {"label": "Kuis", "scoreMaximum": 0},
     {"label": "Kuis", "scoreMaximum": True}, {"label": "Kuis", "scoreMaximum": "10"}],
)  # fmt: skip
def test_a_column_needs_a_label_and_a_maximum(tool: Tool, body: Any) -> None:
    answer = tool.call("POST", "/ags/7/lineitems", data=json.dumps(body), headers={"Content-Type": ITEM})
    assert answer.status_code == 400


def test_a_column_of_a_link_that_is_not_there_is_refused(tool: Tool) -> None:
    body = {"label": "Kuis", "scoreMaximum": 10, "resourceLinkId": "karangan"}
    assert tool.call("POST", "/ags/7/lineitems", data=json.dumps(body), headers={"Content-Type": ITEM}).status_code == 404
    tool.lms.set_profile("openedx")
    del body["resourceLinkId"]
    assert tool.call("POST", "/ags/7/lineitems", data=json.dumps(body), headers={"Content-Type": ITEM}).status_code == 400


def test_a_body_that_is_no_json_and_pages_that_are_no_numbers_are_refused(tool: Tool) -> None:
    assert tool.call("POST", "/ags/7/lineitems", data="{", headers={"Content-Type": ITEM}).status_code == 400
    for query in ({"limit": "banyak"}, {"limit": "-1"}, {"page": "0"}):
        assert tool.get("/ags/7/lineitems", ITEMS, **query).status_code == 400


def test_a_grade_without_points_has_no_score(tool: Tool) -> None:
    assert tool.score("19", ..., 1, scoreMaximum=..., gradingProgress="Pending").status_code == 200  # type: ignore[arg-type]  # left out
    (one,) = tool.get("/ags/7/lineitems/1/lineitem/results", RESULTS, user_id="19").get_json(force=True)
    assert "resultScore" not in one


@pytest.mark.parametrize(
    ("changes", "error"),
    [({"grant_type": "password"}, "unsupported_grant_type"), ({"client_assertion_type": "karangan"}, "invalid_request")],
)
def test_a_token_is_asked_for_in_one_way(tool: Tool, changes: dict[str, str], error: str) -> None:
    answer = tool.ask_token(**changes)
    assert (answer.status_code, answer.get_json()["error"]) == (400, error)


def test_a_login_without_nonce_or_of_a_link_that_went_is_refused(lms: Practice, browser: FlaskClient) -> None:
    login = start(browser)
    assert "nonce is missing" in auth(browser, login, nonce=None).text
    lms.set_profile("moodle")
    assert "repost" in auth(browser, start(browser), repost="1").text
    lms.set_profile("generic")
    lms.course.remove_link(1)
    assert auth(browser, login).status_code == 404


@pytest.mark.parametrize("profile", PROFILES)
def test_every_profile_starts_a_choice_and_a_launch(lms: Practice, browser: FlaskClient, profile: str) -> None:
    lms.set_profile(profile)
    for path in ("/course/links/1/launch", "/course/choose/launch"):
        login = start(browser, path)
        assert login["iss"] == lms.issuer
        assert ("client_id" in login) == lms.profile.sends_client_id
        assert claims(auth(browser, login).text, lms)["iss"] == lms.issuer


def test_a_link_goes_with_its_column_and_grades(tool: Tool) -> None:
    tool.score("19", 50, 1)
    assert tool.lms.course.columns()
    tool.lms.course.remove_link(1)
    assert tool.lms.course.links() == []
    assert tool.lms.course.columns() == []
    assert tool.lms.course.grade(1, "19") is None


def test_a_choice_that_is_no_list_or_not_signed_is_refused(lms: Practice, browser: FlaskClient) -> None:
    choice = Choice(lms, browser)
    wrong = choice.answer(**{"https://purl.imsglobal.org/spec/lti-dl/claim/content_items": "satu"})
    assert "content_items harus berupa daftar." in wrong.text
    path = choice.settings["deep_link_return_url"].removeprefix(lms.settings.url)
    unsigned = browser.post(path, data={}, headers={"Accept-Language": "id"})
    assert "Jawaban alat tidak membawa JWT." in unsigned.text
    assert len(lms.course.links()) == 1


def test_keys_of_a_tool_are_read_from_the_web_and_only_when_they_are_keys() -> None:
    signed = jwt.encode({"a": 1}, KEY, algorithm="RS256", headers={"kid": "k1"})
    with key_server() as server:
        assert ToolKeys().key(server.url, signed)
        for token in ("karangan", jwt.encode({"a": 1}, KEY, algorithm="RS256")):
            with pytest.raises(ToolKeysError, match="JWT"):
                ToolKeys().key(server.url, token)
        with pytest.raises(ToolKeysError):
            ToolKeys().key("file:///etc/passwd", signed)
        server.body = b"[]"
        with pytest.raises(ToolKeysError):
            ToolKeys().key(server.url, signed)


def test_a_limit_is_for_a_service_there_is_and_lasts_a_second() -> None:
    faults = Faults()
    for service, per_second in (("karangan", 1.0), ("scores", -1.0)):
        with pytest.raises(BadFault):
            faults.limit(service, per_second)
    faults.limit("scores", 1)
    assert faults.take("scores") is None
    assert faults.take("scores") is not None
    time.sleep(1.01)
    assert faults.take("scores") is None


def test_every_order_is_done(lms: Practice, browser: FlaskClient, tool: Tool) -> None:
    token = tool.ask_token().get_json()["access_token"]
    before = browser.get("/lti/jwks").get_json()["keys"]
    orders: list[dict[str, Any]] = [
        {"do": "limit", "service": "scores", "per_second": 5}, {"do": "rotate-key", "drop_old": "true"}, {"do": "revoke-tokens"},
    ]  # fmt: skip
    assert browser.post("/faults.json", json=orders).status_code == 200
    after = browser.get("/lti/jwks").get_json()["keys"]
    assert not {one["kid"] for one in before} & {one["kid"] for one in after}
    assert not lms.scopes_of(token)
    assert browser.post("/faults.json", json={"do": "karangan"}).status_code == 400
    assert browser.post("/faults.json", json={"do": "clear"}).get_json()["orders"] == []


@pytest.mark.parametrize("url", ["localhost:8000", "http://[x", "http://a:x"])
def test_an_address_of_the_tool_that_is_none_is_told(browser: FlaskClient, url: str) -> None:
    form = {"login_url": url, "launch_url": url, "jwks_url": url, "deep_linking_url": ""}
    answer = browser.post("/tool", data=form, headers={"Accept-Language": "id"})
    assert answer.status_code == 400
    assert "Tulis alamat lengkap" in answer.text


def test_a_platform_may_send_no_client_id_and_take_one_activity_only(
    lms: Practice, browser: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PROFILES, "generic", replace(PROFILES["generic"], sends_client_id=False, accept_multiple=False))
    lms.set_profile("generic")
    assert "client_id" not in start(browser)
    choice = Choice(lms, browser)
    assert "Hanya satu aktivitas yang dapat dipilih." in choice.answer(CHOSEN, CHOSEN).text
    assert choice.answer(CHOSEN, nonce="n2").status_code == 200
