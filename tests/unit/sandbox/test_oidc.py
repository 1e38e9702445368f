"""How the practice LMS opens the tool."""

import html
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from flask.testing import FlaskClient

from lms_ext.sandbox.practice import Practice
from lms_ext.sandbox.profiles import PROFILES

LTI = "https://purl.imsglobal.org/spec/lti/claim/"


def hidden(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in found}


def start(browser: FlaskClient, path: str = "/course/links/1/launch") -> dict[str, str]:
    answer = browser.get(path)
    if answer.status_code == 302:
        return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}
    return hidden(answer.text)


def auth(browser: FlaskClient, login: dict[str, str], **changes: Any) -> Any:
    query = {
        "scope": "openid", "response_type": "id_token", "response_mode": "form_post", "prompt": "none",
        "client_id": "lms-latihan-1", "redirect_uri": "http://localhost:8000/lti/launch", "login_hint": login["login_hint"],
        "lti_message_hint": login["lti_message_hint"], "state": "s", "nonce": "n",
    }  # fmt: skip
    query = {name: value for name, value in (query | changes).items() if value is not None}
    return browser.get("/lti/auth", query_string=query)


def claims(page: str, lms: Practice) -> dict[str, Any]:
    token = hidden(page)["id_token"]
    key = jwt.PyJWK(lms.keys.public()["keys"][0], "RS256").key
    found: dict[str, Any] = jwt.decode(token, key, algorithms=["RS256"], audience="lms-latihan-1")
    return found


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_each_lms_opens_the_tool_with_its_own_issuer(lms: Practice, browser: FlaskClient, profile: str) -> None:
    lms.set_profile(profile)
    login = start(browser)
    assert login["iss"] == lms.issuer
    page = auth(browser, login).text
    body = claims(page, lms)
    assert hidden(page)["state"] == "s"
    assert (body["iss"], body["nonce"], body["sub"]) == (lms.issuer, "n", login["login_hint"])
    assert body["exp"] - body["iat"] == 60
    assert body[LTI + "deployment_id"] == login["lti_deployment_id"]
    assert body[LTI + "custom"]["activity"] == "demo/sum"


@pytest.mark.parametrize(
    ("changes", "error"),
    [({"scope": "openid email"}, "invalid_scope"), ({"response_type": "code"}, "unsupported_response_type"),
     ({"response_mode": "query"}, "invalid_request"), ({"prompt": None}, "invalid_request"),
     ({"client_id": "other"}, "unauthorized_client"), ({"nonce": None}, "invalid_request"),
     ({"login_hint": "20"}, "login_required"), ({"lti_message_hint": "x"}, "login_required")],
)  # fmt: skip
def test_a_wrong_request_goes_back_as_an_error(browser: FlaskClient, changes: dict[str, Any], error: str) -> None:
    found = hidden(auth(browser, start(browser), **changes).text)
    assert (found["error"], found["state"]) == (error, "s")
    assert "id_token" not in found


def test_only_the_exact_redirect_uri_is_served(browser: FlaskClient) -> None:
    answer = auth(browser, start(browser), redirect_uri="http://localhost:8000/lti/launch?x=1")
    assert answer.status_code == 400
    assert "<form" not in answer.text


def test_moodle_opens_a_launch_once_and_canvas_again(lms: Practice, browser: FlaskClient) -> None:
    for profile, status in (("moodle", 404), ("canvas", 200)):
        lms.set_profile(profile)
        login = start(browser)
        assert auth(browser, login).status_code == 200
        assert auth(browser, login).status_code == status


def test_moodle_sends_custom_keys_twice_and_variables_as_written(lms: Practice, browser: FlaskClient) -> None:
    lms.set_profile("moodle")
    lms.course.add_link("B", "http://localhost:8000/lti/launch", custom={"Pack-Id": "demo"})
    body = claims(auth(browser, start(browser, "/course/links/2/launch")).text, lms)
    custom = body[LTI + "custom"]
    assert (custom["Pack-Id"], custom["pack_id"], custom["link_id"]) == ("demo", "demo", "$ResourceLink.id.history")


def test_a_copy_has_a_new_id_the_same_parameters_and_tells_where_it_came_from(lms: Practice, browser: FlaskClient) -> None:
    lms.set_custom({"resource_link_history": "$ResourceLink.id.history"})
    browser.post("/course/links/1/copy")
    body = claims(auth(browser, start(browser, "/course/links/2/launch")).text, lms)
    assert body[LTI + "resource_link"]["id"] == "2"
    assert body[LTI + "custom"] == {"activity": "demo/sum", "resource_link_history": "1"}


def test_people_come_with_their_roles(lms: Practice, browser: FlaskClient) -> None:
    for person, role in (("19", "Learner"), ("3", "Instructor"), ("2", "Administrator")):
        browser.post("/acting", data={"person": person})
        body = claims(auth(browser, start(browser)).text, lms)
        assert any(one.endswith(f"membership#{role}") for one in body[LTI + "roles"])


def test_the_clock_can_be_wrong_and_keys_can_change(lms: Practice, browser: FlaskClient) -> None:
    old = lms.keys.public()["keys"][0]["kid"]
    lms.keys.rotate()
    assert [one["kid"] for one in browser.get("/lti/jwks").get_json()["keys"]][1:] == [old]
    lms.faults.clock_skew = -30
    early = claims(auth(browser, start(browser)).text, lms)["iat"]
    lms.faults.clock_skew = 0
    assert claims(auth(browser, start(browser)).text, lms)["iat"] - early >= 29


def test_the_log_holds_neither_token_nor_state_nor_hint(lms: Practice, browser: FlaskClient) -> None:
    login = start(browser)
    page = auth(browser, login, state="state-of-this-login").text
    shown = str(lms.messages.newest())
    assert hidden(page)["id_token"] not in shown
    assert "state-of-this-login" not in shown
    assert login["lti_message_hint"] not in shown
    assert "Sri" in shown or "Wulan" in shown


def test_what_was_removed_while_the_login_was_under_way_is_gone(lms: Practice, browser: FlaskClient) -> None:
    login = start(browser)
    lms.course.remove_link(1)
    assert auth(browser, login).status_code == 404
    column = lms.course.add_column("Jurnal", 10, review={"reviewableStatus": ["Submitted"]})
    login = start(browser, f"/grades/{column}/19/review")
    lms.course.remove_column(column)
    assert auth(browser, login).status_code == 404
