"""Selections (deep linking) that are refused: rows 66 to 70."""

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lms_ext.domain.refusals import refusal
from tests.contracts.refusing import BACK, SELECTION, TEACHER, Step, check_refused, left_behind, selection, with_claims
from tests.support.pages import read
from tests.support.platform import KeyServer

ROWS: list[tuple[str, Step, str]] = [
    ("66 missing", with_claims(message_type="LtiDeepLinkingRequest", roles=TEACHER), "selection-incomplete"),
    ("66 text", with_claims(message_type="LtiDeepLinkingRequest", roles=TEACHER, **{SELECTION: "x"}), "selection-incomplete"),
    ("66 null", with_claims(message_type="LtiDeepLinkingRequest", roles=TEACHER, **{SELECTION: None}), "selection-incomplete"),
    ("66 no types", selection(accept_types=...), "selection-incomplete"),
    ("66 types text", selection(accept_types="ltiResourceLink"), "selection-incomplete"),
    ("66 no targets", selection(accept_presentation_document_targets=...), "selection-incomplete"),
    ("67 missing", selection(deep_link_return_url=...), "selection-no-return"),
    ("67 number", selection(deep_link_return_url=7), "selection-no-return"),
    ("67 script", selection(deep_link_return_url="javascript:alert(1)"), "selection-no-return"),
    ("63 plain http", selection(deep_link_return_url="http://lms.example/return"), "selection-no-return"),
    ("63 private", selection(deep_link_return_url="https://10.0.0.8/return"), "selection-no-return"),
    ("63 loopback v6", selection(deep_link_return_url="https://[fd00::1]/return"), "selection-no-return"),
    ("67 user", selection(deep_link_return_url="https://lms.example@evil.example/"), "selection-no-return"),
    ("67 header", selection(deep_link_return_url="https://lms.example;script-src/"), "selection-no-return"),
    ("68 link", selection(accept_types=["link"]), "selection-type"),
    ("68 html", selection(accept_types=["link", "html"]), "selection-type"),
    ("68 none", selection(accept_types=[]), "selection-type"),
    ("69", selection(roles=["Learner"]), "teachers-only"),
    ("69 institution", selection(roles=["http://purl.imsglobal.org/vocab/lis/v2/system/person#Administrator"]), "teachers-only"),
]


@pytest.mark.parametrize(("row", "step", "code"), ROWS, ids=[row for row, _, _ in ROWS])
def test_wrong_selections_are_refused(client: FlaskClient, keys: KeyServer, row: str, step: Step, code: str) -> None:
    check_refused(client, step, code)


class Choosing:
    """A teacher at the picker of a tool without packs."""

    def __init__(self, client: FlaskClient, **settings: object) -> None:
        launch = with_claims(
            message_type="LtiDeepLinkingRequest", roles=TEACHER, launch_presentation={"return_url": BACK},
            **{SELECTION: {"deep_link_return_url": "https://lms.example/return", "accept_types": ["ltiResourceLink"],
                           "accept_presentation_document_targets": ["iframe"], **settings}},
        )  # fmt: skip
        self.client, self.url = client, launch(client).headers["Location"]
        page = read(client.get(self.url, base_url="https://localhost").text)
        self.csrf = page.all("button", name="csrf")[0]["value"]

    def send(self, *refs: str, path: str = "", accept: str = "text/html") -> TestResponse:
        form = {"csrf": self.csrf, "pick": list(refs)}
        return self.client.post(self.url + path, data=form, base_url="https://localhost", headers={"Accept": accept})

    def refused(self, code: str, *refs: str, path: str = "") -> None:
        before = left_behind()
        page, told = self.send(*refs, path=path), self.send(*refs, path=path, accept="application/json").json
        expected = refusal(code)
        assert (page.status_code, page.headers["Cache-Control"]) == (expected.status, "no-store"), page.text
        assert f"{code} · " in page.text
        assert f'href="{BACK}"' in page.text
        assert all(expected.message[language] in page.text for language in ("id", "en"))
        assert told is not None
        assert (told["code"], told["return_url"]) == (code, BACK)
        assert left_behind() == before


def test_row_70_a_selection_is_answered_once(client: FlaskClient, keys: KeyServer) -> None:
    teacher = Choosing(client)
    assert teacher.send(path="/cancel").status_code == 200
    teacher.refused("already-answered", path="/cancel")
    teacher.refused("already-answered")


def test_row_70_what_is_not_offered_is_not_sent(client: FlaskClient, keys: KeyServer) -> None:
    teacher = Choosing(client)
    teacher.refused("selection-not-offered", "demo/sum")
    assert teacher.send(path="/cancel").status_code == 200  # a refused answer did not use up the launch
