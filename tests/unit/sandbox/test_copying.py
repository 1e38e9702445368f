"""A course is copied as each LMS copies it, and the tool is told where the LMS does so."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import jwt
import pytest
from flask.testing import FlaskClient

from lms_ext.sandbox.claims import LTI, PNS_SCOPE
from lms_ext.sandbox.copy_pages import copy_course
from lms_ext.sandbox.practice import Practice, ToolSetup
from tests.support.servers import free_port, listening
from tests.unit.sandbox.conftest import ITEMS, Tool
from tests.unit.sandbox.test_oidc import auth, claims, start

CUSTOM = {"link_uuid": "u1", "resource_link_history": "$ResourceLink.id.history", "context_history": "$Context.id.history"}


def copied(lms: Practice, browser: FlaskClient, profile: str, **form: str) -> dict[str, Any]:
    """Copy a course with one more link twice, and launch the copy's copy of that link."""
    lms.set_profile(profile)
    lms.course.add_link("B", "http://localhost:8000/lti/launch?activity=demo/sum", custom=CUSTOM, maximum=10)
    for _ in range(2):
        assert browser.post("/course/copy", data=form).status_code == 303
    newest = lms.course.links()[-1]
    return claims(auth(browser, start(browser, f"/course/links/{newest.id}/launch")).text, lms)


@pytest.mark.parametrize(
    ("profile", "links", "courses"),
    [("generic", "4,2", "8,7"), ("moodle", CUSTOM["resource_link_history"], "8,7"), ("sakai", ..., ...),
     ("canvas", CUSTOM["resource_link_history"], CUSTOM["context_history"])],
)  # fmt: skip
def test_a_copys_copy_names_what_the_lms_tells(
    lms: Practice, browser: FlaskClient, profile: str, links: Any, courses: Any
) -> None:
    body = copied(lms, browser, profile)
    custom = body[LTI + "custom"]
    assert custom["link_uuid"] == "u1"
    if profile == "sakai":
        assert [len(custom[one].split(",")) for one in ("resource_link_history", "context_history")] == [2, 2]
    else:
        assert (custom["resource_link_history"], custom["context_history"]) == (links, courses)
    assert len(lms.course.rooms()) == 3
    assert (len(lms.course.links("9")), len(lms.course.columns("9"))) == (2, 2)
    assert "/ags/9/" in json.dumps(body)


def test_a_copy_may_forget_parameters_and_address(lms: Practice, browser: FlaskClient) -> None:
    body = copied(lms, browser, "generic", forget="1")
    assert body[LTI + "custom"] == {}
    assert body[LTI + "target_link_uri"] == "http://localhost:8000/lti/launch"


def test_each_course_has_its_own_columns_and_no_grades_at_first(tool: Tool, browser: FlaskClient) -> None:
    tool.score("19", 80, 1)
    browser.post("/course/copy", data={"title": "Kelas G"})
    items = tool.get("/ags/8/lineitems", ITEMS).get_json()
    assert [one["id"].partition("/ags/")[2] for one in items] == ["8/lineitems/2/lineitem"]
    assert tool.get("/ags/8/lineitems/1/lineitem", "application/vnd.ims.lis.v2.lineitem+json").status_code == 404
    assert "Kelas G" in browser.get("/course").text
    assert not tool.lms.course.grades(2)
    browser.post("/course/enter", data={"course": "7"})
    assert "Kelas F</strong>" in browser.get("/course").text


def test_only_who_runs_the_course_copies_it(lms: Practice, browser: FlaskClient) -> None:
    browser.post("/acting", data={"person": "19"})
    assert browser.get("/course/copy").status_code == browser.post("/course/copy").status_code == 403


@pytest.fixture
def hearer() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Run a place that takes notices."""
    heard: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

    with listening(Handler) as address:
        yield address, heard


def test_a_tool_that_asked_hears_of_a_copy(tool: Tool, browser: FlaskClient, hearer: tuple[str, list[dict[str, Any]]]) -> None:
    address, heard = hearer
    old = tool.lms.tool
    tool.lms.set_tool(ToolSetup(old.login_url, f"{address}/lti/launch", old.jwks_url, ""))
    token = tool.ask_token(scope=PNS_SCOPE).get_json()["access_token"]
    wanted = {"notice_type": "LtiContextCopyNotice", "handler": f"{address}/lti/notices"}
    assert tool.call("PUT", "/pns/handlers", token=token, json=wanted | {"handler": "https://evil.example/n"}).status_code == 400
    assert tool.call("PUT", "/pns/handlers", token=token, json=wanted | {"notice_type": "Other"}).status_code == 400
    assert tool.call("PUT", "/pns/handlers", token=token, json=wanted).get_json() == wanted
    assert wanted in tool.call("GET", "/pns/handlers", token=token).get_json()["notice_handlers"]
    browser.post("/course/copy")
    [notice] = heard[0]["notices"]
    body = jwt.decode(notice["jwt"], options={"verify_signature": False})
    assert body[LTI + "notice"]["type"] == "LtiContextCopyNotice"
    assert (body[LTI + "context"]["id"], body[LTI + "origin_contexts"]) == ("8", ["7"])


def test_an_lms_without_the_service_says_so(tool: Tool) -> None:
    tool.lms.set_profile("moodle")
    assert tool.call("GET", "/pns/handlers").status_code == 404


def test_a_course_or_link_that_is_not_there_is_neither_copied_nor_entered(lms: Practice, browser: FlaskClient) -> None:
    for copy in (lambda: copy_course(lms, "99", ""), lambda: lms.course.copy_room("99", ""), lambda: lms.course.copy_link(99)):
        with pytest.raises(LookupError):
            copy()
    assert (len(lms.course.rooms()), len(lms.course.links())) == (1, 1)
    assert browser.post("/course/enter", data={"course": "99"}).status_code == 404


def test_a_tool_that_does_not_answer_keeps_no_course_from_being_copied(lms: Practice, browser: FlaskClient) -> None:
    lms.set_profile("canvas")
    lms.store.put("notice_handlers", {"LtiContextCopyNotice": f"http://127.0.0.1:{free_port()}/lti/notices"})
    assert browser.post("/course/copy", data={}).status_code == 303
    assert len(lms.course.rooms()) == 2
    page = browser.get("/messages?lang=id").text
    assert "Salinan kursus diberitahukan kepada alat" in page
    assert " · 0 · " in page
