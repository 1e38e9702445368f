"""Whatever a platform writes into a claim, a launch ends in a page or in a declared refusal, never in a fault."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from lms_ext.domain.refusals import refusal
from lms_ext.models import db
from lms_ext.services.shared_pace import Pace
from lms_ext.settings import Settings
from lms_ext.web import messages
from lms_ext.web.throttle import Throttle
from tests.security.conftest import publish_kerja
from tests.support import messages_plugin, sum_plugin
from tests.support.apps import entered
from tests.support.arbitrary import ANYTHING, changes
from tests.support.platform import LTI, KeyServer, begin, claims, post, token
from tests.support.published import AGS, COLUMN, INSTRUCTOR, Visitor

HTTPS = "https://localhost"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
GROUPS = "https://purl.imsglobal.org/spec/lti-gs/claim/groupsservice"
NOTICES = LTI + "platformnotificationservice"
SELECTION = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"
FOR_USER = LTI + "for_user"
AT = "https://lms.example/services"
COMMON: dict[str, Any] = {
    "sub": "42", "name": "Sri", "given_name": "Sri", "family_name": "W", "email": "sri@sekolah.example", "locale": "id",
    "iss": "https://lms.example", "aud": "c1", "azp": "c1", "nonce": ..., "iat": ..., "exp": ..., "nbf": 0,
    LTI + "version": "1.3.0", LTI + "deployment_id": "1", LTI + "message_type": ...,
    LTI + "target_link_uri": ..., LTI + "roles": INSTRUCTOR["roles"],
    LTI + "context": {"id": "7", "title": "Kelas F", "label": "F", "type": ["CourseSection"]},
    LTI + "launch_presentation": {"return_url": "https://lms.example/7", "locale": "id", "document_target": "iframe"},
    LTI + "tool_platform": {"guid": "g", "name": "LMS", "product_family_code": "moodle", "version": "5"},
    LTI + "custom": {"activity": "demo/kerja", "points": "5", "submission_end": "2026-12-01T00:00:00Z", "dates_for": "7"},
    LTI + "lis": {"person_sourcedid": "1", "course_section_sourcedid": "2"},
    LTI + "lti1p1": {"user_id": "4", "oauth_consumer_key": "k", "oauth_consumer_key_sign": "x", "resource_link_id": "3"},
    AGS: {**COLUMN, "lineitems": f"{AT}/lineitems"},
    NRPS: {"context_memberships_url": f"{AT}/members", "service_versions": ["2.0"]},
    NOTICES: {"platform_notification_service_url": f"{AT}/pns", "scope": [], "notice_types_supported": []},
    GROUPS: {"context_groups_url": f"{AT}/groups", "context_group_sets_url": f"{AT}/sets", "scope": []},
}  # fmt: skip
LINK = {LTI + "resource_link": {"id": "9", "title": "Jumlah", "description": "x"}}
SETTINGS = {"deep_link_return_url": "https://lms.example/r", "accept_types": ["ltiResourceLink"], "accept_multiple": True,
            "accept_presentation_document_targets": ["iframe"], "accept_lineitem": True, "data": "d", "auto_create": True,
            "title": "x", "text": "y"}  # fmt: skip
KINDS: dict[str, dict[str, Any]] = {
    "LtiResourceLinkRequest": LINK,
    "LtiDeepLinkingRequest": {SELECTION: SETTINGS},
    "LtiSubmissionReviewRequest": {**LINK, FOR_USER: {"user_id": "42", "roles": [], "name": "Sri"}},
    "LtiEulaRequest": {messages_plugin.EULA: {"url": "https://lms.example/eula"}},
}
_SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
_QUICK = settings(max_examples=40, suppress_health_check=_SHARED, deadline=None, derandomize=True)


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """Give the application with a plugin that answers messages of its own."""
    with entered(settings, sum=sum_plugin, messages=messages_plugin) as app:
        publish_kerja()
        yield app


def told(kind: str, nonce: str, changed: dict[str, Any]) -> dict[str, Any]:
    """Give a whole message of a kind with these claims changed."""
    body = claims(nonce, message_type=kind, resource_link=..., roles=INSTRUCTOR["roles"])
    body |= {name: value for name, value in {**COMMON, **KINDS[kind]}.items() if value is not ...}
    for name, value in changed.items():
        if value is ...:
            body.pop(name, None)
        else:
            body[name] = value
    return body


def declared(answer: TestResponse) -> str:
    """Give the code of a refusal after looking whether it was declared."""
    code = answer.get_json()["code"]
    assert refusal(code).status == answer.status_code
    return str(code)


@pytest.mark.parametrize("kind", KINDS)
def test_no_claim_breaks_a_launch(app: Flask, keys: KeyServer, kind: str) -> None:
    ends: dict[str, int] = {}
    learner = Visitor(app.test_client())  # there must be work to review
    assert learner.send(learner.get(), total="5", action="submit").status_code == 303

    @_QUICK
    @given(changed=changes({**COMMON, **KINDS[kind]}))
    def launched(changed: dict[str, Any]) -> None:
        client = app.test_client()
        client.environ_base["HTTP_ACCEPT"] = "application/json"
        begun = begin(client)
        answer = post(client, state=begun.state, id_token=token(told(kind, begun.nonce, changed)))
        assert answer.status_code < 500 or declared(answer) == "keys-unreadable", (changed, answer.text)
        end = declared(answer) if answer.status_code >= 400 else "opened"
        ends[end] = ends.get(end, 0) + 1
        if answer.status_code == 303:
            page = client.get(answer.headers["Location"], base_url=HTTPS, headers={"Accept": "text/html"})
            assert page.status_code < 500, (changed, page.text)
        db.session.rollback()

    launched()
    assert ends.get("opened"), ends  # a property that only ever met refusals would prove nothing
    assert len(ends) > 3, ends


def test_no_claim_breaks_a_notice(client: FlaskClient, keys: KeyServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "_shield", Throttle(per_minute=1e6, burst=10_000))
    monkeypatch.setattr(messages, "NOTICES", Pace(10_000, 0.001))
    known = {"iss": "", "aud": "", "azp": "", "nonce": "", "jti": "", "iat": 0, "exp": 0,
             LTI + "version": "", LTI + "deployment_id": "",
             LTI + "notice": {"id": "7", "timestamp": "2026-11-24T05:00:00Z", "type": "LtiContextCopyNotice"},
             LTI + "context": {"id": "8", "title": "G"}, LTI + "origin_contexts": ["7"]}  # fmt: skip
    heard: list[int] = []

    @_QUICK
    @given(changed=changes(known), envelope=st.one_of(st.none(), st.none(), ANYTHING))
    def called(changed: dict[str, Any], envelope: Any) -> None:
        now = int(time.time())
        body = {"iss": "https://lms.example", "aud": "c1", "iat": now, "exp": now + 60, "nonce": f"n{time.monotonic_ns()}",
                **{name: known[name] for name in known if name.startswith(LTI)}, LTI + "version": "1.3.0",
                LTI + "deployment_id": "1"} | changed  # fmt: skip
        body = {name: value for name, value in body.items() if value is not ...}
        sent = (
            {"notices": [{"jwt": token(body)}, {"jwt": envelope}]}
            if envelope is not None
            else {"notices": [{"jwt": token(body)}]}
        )
        answer = client.post("/lti/notices", json=sent, base_url=HTTPS)
        assert answer.status_code < 500, (changed, answer.text)
        heard.append(answer.status_code)
        db.session.rollback()

    called()
    assert 200 in heard


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"notices":' * 10_000, b"\xff", b"null", b"{}", b'{"notices": "x"}'])
def test_no_json_breaks_the_notices(client: FlaskClient, body: bytes) -> None:
    answer = client.post("/lti/notices", data=body, content_type="application/json", base_url=HTTPS)
    assert (answer.status_code, answer.get_json()["error"]) == (400, "malformed")
