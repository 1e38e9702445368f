"""Notices between servers are proven like launches and heard once; plugins answer messages that the host does not know."""

import itertools
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from lms_ext.models import NoticeService, Platform, Space, UsedState, db
from lms_ext.services import notices
from lms_ext.services.shared_pace import Pace
from lms_ext.settings import Settings
from lms_ext.web import messages
from lms_ext.web.tool import tool
from tests.support import messages_plugin
from tests.support.apps import entered
from tests.support.platform import LTI, OTHER_KEY, KeyServer, begin, claims, launch, post, token

COPY = "LtiContextCopyNotice"
EULA = {"message_type": "LtiEulaRequest", "resource_link": ..., messages_plugin.EULA: {"url": "https://lms.example/eula"}}


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    messages_plugin.heard.clear()
    settings = replace(settings, strict_plugins=False)  # as in life: one plugin's fault is its own
    with entered(settings, messages=messages_plugin) as app:
        yield app


def notice(kind: str = COPY, **changes: Any) -> dict[str, Any]:
    now = int(time.time())
    body = {
        "iss": "https://lms.example", "aud": "c1", "azp": "c1", "iat": now, "exp": now + 3600, "nonce": f"n{time.monotonic_ns()}",
        LTI + "version": "1.3.0", LTI + "deployment_id": "1",
        LTI + "notice": {"id": "7a70", "timestamp": "2026-11-24T05:00:00Z", "type": kind},
        LTI + "context": {"id": "8", "label": "G", "title": "Kelas G"}, LTI + "origin_contexts": ["7"],
    }  # fmt: skip
    for name, value in changes.items():
        key = name if name in body else LTI + name
        if value is ...:
            body.pop(key, None)
        else:
            body[key] = value
    return body


_caller = itertools.count(1)


def call(client: FlaskClient, body: Any, caller: int = 0, **more: Any) -> TestResponse:
    """Post as a platform at an address of its own, or at the named one."""
    address = {"REMOTE_ADDR": f"192.0.2.{caller or next(_caller)}"}
    return client.post("/lti/notices", base_url="https://localhost", environ_overrides=address, **(more or {"json": body}))


def send(client: FlaskClient, *tokens: Any) -> TestResponse:
    return call(client, {"notices": [{"jwt": one} for one in tokens]})


def spaces() -> dict[str, list[str] | None]:
    db.session.remove()
    found = {one.context_id: one.origins for one in db.session.execute(select(Space)).scalars()}
    db.session.remove()
    return found


def codes(answer: TestResponse) -> list[str]:
    return [one["code"] for one in answer.get_json()["refused"]]


def test_a_copied_course_is_remembered_and_told_again_it_comes_first(client: FlaskClient, keys: KeyServer) -> None:
    assert send(client, token(notice())).status_code == 200
    again = notice(context={"id": "8"}, origin_contexts={"contexts": [{"id": "9"}, {"id": "8"}, {"id": 5}]})
    assert send(client, token(again)).status_code == 200
    assert spaces() == {"8": ["9", "7"]}
    launch(client, context={"id": "8", "title": "Kelas G"})
    assert spaces() == {"8": ["9", "7"]}, "a launch leaves it"


def test_a_notice_is_heard_once(client: FlaskClient, keys: KeyServer) -> None:
    sent = token(notice("LtiAssetProcessorSubmissionNotice"))
    assert send(client, sent).status_code == 200, "a plugin's fault is not the platform's"
    again = send(client, sent)
    assert (again.status_code, codes(again)) == (401, ["already-used"])
    assert len(messages_plugin.heard) == 1
    assert "name" not in messages_plugin.heard[0].claims


def test_of_several_notices_the_good_ones_are_heard(client: FlaskClient, keys: KeyServer) -> None:
    answer = send(client, token(notice(), key=OTHER_KEY), token(notice()), None)
    assert answer.status_code == 401
    assert answer.get_json()["refused"] == [{"index": 0, "code": "signature-wrong"}, {"index": 2, "code": "token-missing"}]
    assert list(spaces()) == ["8"]


@pytest.mark.parametrize(
    ("changes", "code", "status"),
    [
        ({"iss": "https://other.example"}, "platform-unknown", 403),
        ({"azp": "c2"}, "platform-unknown", 403),
        ({"aud": ["c1", "c2"], "azp": ...}, "azp-missing", 401),
        ({"aud": {}, "azp": ...}, "platform-unknown", 403),
        ({"exp": ...}, "token-no-times", 401),
        ({"iat": 1_700_000_000, "exp": 1_700_003_600}, "token-expired", 401),
        ({"nonce": ...}, "state-unknown", 401),
        ({"deployment_id": "unknown"}, "deployment-unknown", 403),
        ({"deployment_id": "blocked"}, "deployment-unknown", 403),
        ({"deployment_id": ["1"]}, "deployment-unknown", 403),
        ({"version": "1.1"}, "version-wrong", 400),
        ({"notice": {"type": 5}}, "type-missing", 400),
        ({"notice": ...}, "type-missing", 400),
        ({"context": {"id": "x" * 256}}, "claim-malformed", 400),
        ({"context": {"id": "a\x00"}}, "claim-malformed", 400),
    ],
)  # fmt: skip
def test_what_is_not_proven_or_not_well_formed_changes_nothing(
    client: FlaskClient, keys: KeyServer, changes: dict[str, Any], code: str, status: int
) -> None:
    answer = send(client, token(notice(**changes)))
    assert (answer.status_code, codes(answer)) == (status, [code])
    assert not spaces()
    assert not db.session.execute(select(UsedState)).all()
    db.session.rollback()


def test_a_platform_that_was_switched_off_is_not_heard(client: FlaskClient, keys: KeyServer) -> None:
    db.session.execute(update(Platform).values(status="disabled"))
    db.session.commit()
    tool().lti.registry.forget()
    assert codes(send(client, token(notice()))) == ["platform-inactive"]
    assert not spaces()


def test_a_notice_of_no_course_is_heard(client: FlaskClient, keys: KeyServer) -> None:
    assert send(client, token(notice("LtiHelloWorldNotice", context="8"))).status_code == 200
    assert not spaces()


@pytest.mark.parametrize("body", [None, [], {}, {"notices": []}, {"notices": {}}, {"notices": [1] * 101}])
def test_a_request_of_another_shape_is_refused(client: FlaskClient, keys: KeyServer, body: Any) -> None:
    assert call(client, body).status_code == 400


def test_each_notice_of_nonsense_is_named(client: FlaskClient, keys: KeyServer) -> None:
    answer = send(client, "a.b", "x" * 70_000, 5, token([]))
    assert codes(answer) == ["token-unreadable", "token-too-large", "token-missing", "token-unreadable"]
    assert call(client, None, data=b"x" * 600_000, content_type="application/json").status_code in {400, 413}


def test_who_sends_too_many_is_slowed_down(client: FlaskClient, keys: KeyServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "NOTICES", Pace(60, 36_000))  # nothing comes back while the test runs
    answers = [call(client, {}, caller=250) for _ in range(130)]
    assert [one.status_code for one in answers].count(429) == 70
    assert int(answers[-1].headers["Retry-After"]) >= 1


def test_a_service_is_noted_once_for_each_deployment(client: FlaskClient, keys: KeyServer) -> None:
    offered = {"platform_notification_service_url": "https://lms.example/pns", "service_versions": ["1.0"]}
    for course in ("7", "8"):
        launch(client, platformnotificationservice=offered, context={"id": course})
    (one,) = db.session.execute(select(NoticeService)).scalars()
    assert (one.url, one.tries, one.told_at) == ("https://lms.example/pns", 0, None)
    assert one.due_at is not None
    db.session.rollback()
    notices.forget(db.session, one.platform_id)
    db.session.commit()
    launch(client, platformnotificationservice=offered)
    assert db.session.execute(select(NoticeService.url)).scalar_one() == "https://lms.example/pns", "noted again"
    db.session.rollback()
    launch(client, platformnotificationservice=offered | {"platform_notification_service_url": "http://10.0.0.1/x"})
    assert db.session.execute(select(NoticeService.url)).scalar_one() == "https://lms.example/pns"


def test_a_plugin_answers_its_messages(client: FlaskClient, keys: KeyServer) -> None:
    page = launch(client, **EULA)
    assert page.status_code == 200
    assert "https://lms.example/eula" in page.text
    assert "frame-ancestors https://lms.example" in page.headers["Content-Security-Policy"]
    settings = launch(client, message_type="LtiAssetProcessorSettingsRequest", resource_link=...)
    assert "Kelas F" in settings.text
    assert not spaces(), "no session is opened: the host has nothing to do with it"
    assert {one.type for one in tool().plugins.messages} >= {"LtiEulaRequest", "LtiResourceLinkRequest"}


def test_such_a_message_is_as_strict_as_a_launch(client: FlaskClient, keys: KeyServer) -> None:
    begun = begin(client)
    form = {"state": begun.state, "id_token": token(claims(begun.nonce, **EULA))}
    assert post(client, **form).status_code == 200
    assert post(client, **form).status_code == 401, "used up"
    assert launch(client, **EULA, deployment_id="2").status_code == 403
    assert launch(client, **EULA, roles=...).status_code == 400
    assert launch(client, **EULA | {"message_type": "LtiStartProctoring"}).status_code == 400
    broken = launch(client, message_type="LtiReportReviewRequest", resource_link=...)
    assert (broken.status_code, "message-unanswered" in broken.text) == (503, True)
