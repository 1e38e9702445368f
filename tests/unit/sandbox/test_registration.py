"""A tool that registers itself with the practice LMS: what is taken, and what is refused in Moodle's words."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lms_ext.sandbox.practice import Practice
from lms_ext.sandbox.registration import TOOL, new_token

TARGET = "http://localhost:8000/lti/launch"
BODY: dict[str, Any] = {
    "client_name": "Alat", "response_types": ["id_token"], "initiate_login_uri": "http://localhost:8000/lti/login",
    "redirect_uris": [TARGET], "jwks_uri": "http://localhost:8000/lti/jwks", "token_endpoint_auth_method": "private_key_jwt",
    "scope": "openid", TOOL: {"domain": "localhost:8000", "target_link_uri": TARGET, "claims": ["iss", "name"],
                              "custom_parameters": {"kelas": "F", "nomor": 7}},
}  # fmt: skip


def register(browser: FlaskClient, token: str, body: object = BODY) -> TestResponse:
    raw = body if isinstance(body, str) else json.dumps(body)
    return browser.post("/lti/openid-registration", data=raw, headers={"Authorization": f"Bearer {token}"} if token else {})


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"response_types": ["code"]}, "missing_response_type_id_token"),
        ({"initiate_login_uri": ""}, "missing_initiate_login_uri"),
        ({"client_name": 7}, "missing_client_name"),
        ({"redirect_uris": TARGET}, "missing_redirect_uris"),
        ({"redirect_uris": []}, "missing_redirect_uris"),
        ({"token_endpoint_auth_method": "client_secret_basic"}, "only private_key_jwt is supported"),
        ({TOOL: "localhost:8000"}, "missing_domain"),
        ({TOOL: {}}, "missing_domain"),
        ({TOOL: {"domain": "lain.example", "target_link_uri": TARGET}}, "domain_targetlinkuri_mismatch"),
    ],
)
def test_what_is_missing_is_named_and_the_token_stays_good(lms: Practice, browser: FlaskClient, changes: Any, told: str) -> None:
    token = new_token(lms, update=False)
    answer = register(browser, token, BODY | changes)
    assert (answer.status_code, answer.text) == (400, told)
    assert lms.store.get("registered") is None
    assert register(browser, token).status_code == 200


def test_only_a_registration_token_opens_and_only_once(lms: Practice, browser: FlaskClient) -> None:
    other = lms.keys.sign({"sub": "7", "scope": "launch", "iss": lms.issuer})
    good = new_token(lms, update=False)
    for token in ("", "karangan", other, good[:-4] + "AAAA"):
        answer = register(browser, token)
        assert (answer.status_code, answer.mimetype) == (404, "text/html"), "as Moodle does: its own page"
    for body in ("{", "[]"):
        assert register(browser, good, body).status_code == 404
    assert register(browser, good).get_json()["client_id"]
    again = register(browser, good)
    assert (again.status_code, again.text) == (401, "token_already_used")


def test_a_key_that_was_dropped_signs_for_nobody(lms: Practice, browser: FlaskClient) -> None:
    token = new_token(lms, update=False)
    lms.keys.rotate(drop_old=True)
    assert register(browser, token).status_code == 404


def test_a_new_tool_waits_and_a_renewed_one_does_not(lms: Practice, browser: FlaskClient) -> None:
    before, client_id = lms.tool, lms.client_id
    answer = register(browser, new_token(lms, update=False)).get_json()
    assert answer[TOOL]["deployment_id"] == lms.profile.deployment_id
    assert lms.tool == before, "an admin of the LMS activates it"
    answer = register(browser, new_token(lms, update=True)).get_json()
    assert answer["client_id"] == lms.client_id == client_id
    assert (lms.tool.launch_url, lms.tool.jwks_url) == (TARGET, BODY["jwks_uri"])
    assert lms.custom == {"kelas": "F"}
    assert lms.grants("claims", "name")
    assert not lms.grants("claims", "email")


def test_an_lms_whose_tokens_have_another_audience_says_so(lms: Practice, browser: FlaskClient) -> None:
    assert "authorization_server" not in browser.get("/lti/openid-configuration").get_json()
    lms.set_profile("brightspace")
    told = browser.get("/lti/openid-configuration").get_json()
    assert told["authorization_server"] == lms.profile.token_audience != told["token_endpoint"]
