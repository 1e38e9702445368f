"""A choice of activities is proven whole, then placed."""

import time
from typing import Any

import jwt
import pytest
from flask.testing import FlaskClient

from lms_ext.sandbox.practice import Practice
from tests.support.platform import KEY, OTHER_KEY
from tests.unit.sandbox.test_oidc import LTI, auth, claims, start

DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
ITEM = {
    "type": "ltiResourceLink", "title": "Kuis", "url": "http://localhost:8000/lti/launch?activity=demo/q",
    "custom": {"activity": "demo/q"},
    "lineItem": {"scoreMaximum": 20, "label": "Kuis", "resourceId": "demo/q", "tag": "kuis"},
}  # fmt: skip


class Choice:
    """One request for a choice, and the answers a tool may give."""

    def __init__(self, lms: Practice, browser: FlaskClient) -> None:
        self.lms, self.browser = lms, browser
        self.asked = claims(auth(browser, start(browser, "/course/choose/launch")).text, lms)
        self.settings = self.asked[DL + "deep_linking_settings"]

    def answer(self, *items: Any, key: Any = KEY, **changes: Any) -> Any:
        now = int(time.time())
        body = {
            "iss": "lms-latihan-1", "aud": self.lms.issuer, "iat": now, "exp": now + 60, "nonce": "n1",
            LTI + "message_type": "LtiDeepLinkingResponse", LTI + "version": "1.3.0",
            LTI + "deployment_id": self.asked[LTI + "deployment_id"], DL + "content_items": list(items),
            DL + "data": self.settings.get("data"),
        }  # fmt: skip
        token = jwt.encode(body | changes, key, algorithm="RS256", headers={"kid": "k1"})
        path = self.settings["deep_link_return_url"].removeprefix(self.lms.settings.url)
        return self.browser.post(path, data={"JWT": token}, headers={"Accept-Language": "id"})


@pytest.fixture
def choice(lms: Practice, browser: FlaskClient) -> Choice:
    return Choice(lms, browser)


def test_items_become_links_with_columns(choice: Choice) -> None:
    answer = choice.answer(ITEM, ITEM | {"title": "Bacaan", "lineItem": None})
    assert answer.status_code == 200
    assert "Kuis" in answer.text
    quiz, reading = choice.lms.course.links()[1:]
    column = choice.lms.course.column(quiz.column_id or 0)
    assert column is not None
    assert (column["maximum"], column["resource_id"], column["tag"], column["link_id"]) == (20, "demo/q", "kuis", quiz.id)
    assert (quiz.custom, reading.column_id) == ({"activity": "demo/q"}, None)


def test_nothing_chosen_is_a_cancel(choice: Choice) -> None:
    answer = choice.answer()
    assert "Tidak ada yang ditambahkan" in answer.text
    assert len(choice.lms.course.links()) == 1


def test_the_same_answer_is_placed_once(choice: Choice) -> None:
    assert choice.answer(ITEM).status_code == 200
    assert choice.answer(ITEM).status_code == 400
    assert choice.answer(ITEM, nonce="n2").status_code == 400
    assert len(choice.lms.course.links()) == 2


@pytest.mark.parametrize(
    "changes",
    [{"iss": "other"}, {"aud": "https://elsewhere.example"}, {"exp": 5}, {LTI + "deployment_id": "9"}, {DL + "data": "x"},
     {LTI + "message_type": "LtiResourceLinkRequest"}, {"key": OTHER_KEY}, {DL + "content_items": "Kuis"}],
)  # fmt: skip
def test_an_unproven_answer_leaves_the_course_as_it_was(choice: Choice, changes: dict[str, Any]) -> None:
    assert choice.answer(ITEM, **changes).status_code == 400
    assert len(choice.lms.course.links()) == 1


@pytest.mark.parametrize(
    "item",
    ["Kuis", ITEM | {"type": "link"}, ITEM | {"custom": {"a": 1}}, ITEM | {"lineItem": {"scoreMaximum": 7.5}},
     ITEM | {"lineItem": {"scoreMaximum": 101}}, ITEM | {"available": {"startDateTime": "besok"}}, ITEM | {"submission": "besok"},
     ITEM | {"lineItem": {"scoreMaximum": 10, "submissionReview": "semua"}},
     ITEM | {"lineItem": {"scoreMaximum": 10, "submissionReview": {"custom": {"a": 1}}}}],
)  # fmt: skip
def test_one_bad_item_places_none(choice: Choice, item: Any) -> None:
    answer = choice.answer(ITEM, item)
    assert answer.status_code == 400
    assert "Butir 2" in answer.text
    assert len(choice.lms.course.links()) == 1


def test_an_answer_to_no_request_is_refused(browser: FlaskClient) -> None:
    assert browser.post("/deep-linking/return?request=x", data={"JWT": "x"}).status_code == 400


def test_learners_cannot_choose(browser: FlaskClient) -> None:
    browser.post("/acting", data={"person": "19"})
    assert browser.get("/course/choose").status_code == 403
    assert browser.get("/course/choose/launch").status_code == 403
