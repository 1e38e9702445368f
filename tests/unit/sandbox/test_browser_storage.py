"""What the practice LMS says of its browser storage, as each LMS does, and how it is switched off."""

import json
import re
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient

from lms_ext.sandbox.app import create_sandbox
from lms_ext.sandbox.practice import Practice
from lms_ext.sandbox.settings import SandboxSettings


def lms(profile: str) -> tuple[FlaskClient, Practice]:
    app = create_sandbox(SandboxSettings(profile=profile, links=(("Jumlah", "demo/sum"),)))
    return app.test_client(), app.extensions["practice"]


def rules(text: str) -> Any:
    found = re.search(r'data-rules="([^"]*)"', text)
    return json.loads(unescape(found[1])) if found else None


@pytest.mark.parametrize(
    ("profile", "frame", "names"),
    [
        ("generic", "_parent", ["lti.", "org.imsglobal.lti."]),
        ("canvas", "post_message_forwarding", ["lti."]),
        ("brightspace", "_parent", ["org.imsglobal.lti."]),
    ],
)
def test_login_and_course_page_name_the_frame_that_keeps(profile: str, frame: str, names: list[str]) -> None:
    client, practice = lms(profile)
    login = client.get("/course/links/1/launch").text
    assert f'name="lti_storage_target" value="{frame}"' in login
    course = client.get("/course/links/1").text
    told = rules(course)
    assert (told["names"], told["frame"], told["tells"], told["tool"]) == (names, frame, True, "http://localhost:8000")
    beside = frame != "_parent"
    assert told["keeps"] is not beside
    assert (f'<iframe name="{frame}"' in course) is beside
    if beside:
        keeper = rules(client.get("/lti/storage").text)
        assert (keeper["keeps"], keeper["tells"]) == (True, False)

    client.post("/faults", data={"do": "storage", "mode": "off"})
    assert "lti_storage_target" not in client.get("/course/links/1/launch").text
    assert rules(client.get("/course/links/1").text) is None
    practice.faults.clear()
    assert "lti_storage_target" in client.get("/course/links/1/launch").text
    assert client.post("/faults", data={"do": "storage", "mode": "seltsam"}).status_code == 400


def test_moodle_keeps_nothing() -> None:
    client, _ = lms("moodle")
    assert "lti_storage_target" not in client.get("/course/links/1/launch").text
    assert rules(client.get("/course/links/1").text) is None
