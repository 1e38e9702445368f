"""The token endpoint proves the tool."""

import time
from typing import Any

import jwt
import pytest

from tests.support.platform import OTHER_KEY
from tests.unit.sandbox.conftest import RESULTS, Tool


def test_a_good_assertion_gets_a_token_that_works(tool: Tool) -> None:
    answer = tool.ask_token()
    assert answer.status_code == 200
    given = answer.get_json()
    assert (given["token_type"], given["expires_in"]) == ("bearer", 3600)
    assert tool.lms.scopes_of(given["access_token"])


@pytest.mark.parametrize(
    "changes",
    [{"aud": "https://elsewhere.example/token"}, {"exp": 1}, {"iss": "other"}, {"sub": "other"}, {"jti": ...}, {"exp": ...}],
)
def test_a_wrong_assertion_is_refused(tool: Tool, changes: dict[str, Any]) -> None:
    answer = tool.ask_token(tool.assertion(**changes))
    assert (answer.status_code, answer.get_json()["error"]) == (401, "invalid_client")


def test_an_assertion_works_once(tool: Tool) -> None:
    assertion = tool.assertion()
    assert tool.ask_token(assertion).status_code == 200
    assert tool.ask_token(assertion).status_code == 401


@pytest.mark.parametrize("kid", ["k1", "unknown"])
def test_a_foreign_key_is_refused(tool: Tool, kid: str) -> None:
    claims = {"iss": "lms-latihan-1", "sub": "lms-latihan-1", "aud": "http://127.0.0.1:9000/lti/token", "jti": "x",
              "iat": int(time.time()), "exp": int(time.time()) + 60}  # fmt: skip
    forged = jwt.encode(claims, OTHER_KEY, algorithm="RS256", headers={"kid": kid})
    assert tool.ask_token(forged).status_code == 401


def test_only_known_scopes_are_given(tool: Tool) -> None:
    assert tool.ask_token(scope="everything").get_json()["error"] == "invalid_scope"


def test_a_revoked_token_is_refused(tool: Tool) -> None:
    token = tool.ask_token().get_json()["access_token"]
    url = "/ags/7/lineitems/1/lineitem/results"
    assert tool.call("GET", url, token=token, headers={"Accept": RESULTS}).status_code == 200
    tool.lms.revoke_tokens()
    assert tool.call("GET", url, token=token, headers={"Accept": RESULTS}).status_code == 401


def test_a_token_opens_only_its_scopes(tool: Tool) -> None:
    scope = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
    token = tool.ask_token(scope=scope).get_json()["access_token"]
    url = "/ags/7/lineitems/1/lineitem/results"
    assert tool.call("GET", url, token=token, headers={"Accept": RESULTS}).status_code == 403


def test_moodle_calls_its_token_text_and_brightspace_has_its_own_audience(tool: Tool) -> None:
    tool.lms.set_profile("moodle")
    assert tool.ask_token().mimetype == "text/html"
    tool.lms.set_profile("brightspace")
    assert tool.ask_token().status_code == 401
    assert tool.ask_token(tool.assertion(aud="https://api.brightspace.com/auth/token")).status_code == 200


def test_secrets_stay_out_of_the_log(tool: Tool) -> None:
    assertion = tool.assertion()
    token = tool.ask_token(assertion).get_json()["access_token"]
    shown = str(tool.lms.messages.newest())
    assert assertion not in shown
    assert token not in shown
    assert tool.lms.messages.newest()[0]["tokens"][0]["claims"]["iss"] == "lms-latihan-1"
