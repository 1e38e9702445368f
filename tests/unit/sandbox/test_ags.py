"""Scores, results and columns as each LMS takes them."""

import pytest
from werkzeug.test import TestResponse

from lms_ext.sandbox.claims import resource_link_claims
from lms_ext.sandbox.practice import Practice
from tests.unit.sandbox.conftest import ITEM, ITEMS, RESULTS, Tool

COLUMNS = "/ags/7/lineitems"
RESULTS_URL = f"{COLUMNS}/1/lineitem/results"


def held(tool: Tool, person: str = "19") -> tuple[float | None, str]:
    grade = tool.lms.course.grade(1, person)
    assert grade is not None
    return grade["score"], grade["comment"]


def test_a_score_is_kept_and_read_back(tool: Tool) -> None:
    assert tool.score("19", 42.5, 1, scoreMaximum=50).status_code == 200
    found = tool.get(RESULTS_URL, RESULTS, user_id="19").get_json(force=True)
    assert [(one["userId"], one["resultScore"], one["resultMaximum"]) for one in found] == [("19", 85.0, 100.0)]
    assert tool.get(RESULTS_URL, RESULTS, user_id="20").get_json(force=True) == []


@pytest.mark.parametrize(
    ("profile", "same_second", "status"),
    [("generic", True, 409), ("moodle", True, 409), ("openedx", True, 400), ("canvas", True, 200), ("canvas", False, 400)],
)
def test_a_score_that_is_not_later_is_refused(tool: Tool, profile: str, same_second: bool, status: int) -> None:
    tool.lms.set_profile(profile)
    user = _outer(tool, "19")
    assert tool.score(user, 80, 5).status_code == 200
    answer = tool.score(user, 60, 5 if same_second else 4)
    assert answer.status_code == status
    if status == 400:
        assert "timestamp" in answer.text
    assert held(tool)[0] == (60 if status == 200 else 80)


def _outer(tool: Tool, person: str) -> str:
    from lms_ext.sandbox.claims import outer_id

    return outer_id(tool.lms, "person", person)


def test_moodle_blanks_unfinished_erases_feedback_and_clamps(tool: Tool) -> None:
    tool.lms.set_profile("moodle")
    tool.score("19", 150, 1)
    assert held(tool) == (100, "Kiriman ke-1.")
    tool.score("19", 90, 2, comment=...)
    assert held(tool) == (90, "")
    tool.score("19", 90, 3, gradingProgress="Pending")
    assert held(tool)[0] is None


def test_others_keep_the_grade_and_feedback(tool: Tool) -> None:
    tool.score("19", 90, 1)
    tool.score("19", ..., 2, gradingProgress="Pending", comment=...)  # type: ignore[arg-type]  # ... leaves a field out
    assert held(tool) == (90, "Kiriman ke-1.")


def test_canvas_counts_submissions_and_says_when_none_is_left(tool: Tool) -> None:
    tool.lms.set_profile("canvas")
    tool.lms.course.limit_submissions(1)
    user = _outer(tool, "19")
    assert tool.score(user, 50, 1).status_code == 200
    assert tool.score(user, 60, 2).status_code == 422
    again = {"https://canvas.instructure.com/lti/submission": {"new_submission": False}}
    assert tool.score(user, 70, 3, **again).status_code == 200
    assert held(tool)[0] == 70


@pytest.mark.parametrize("user", ["3", "2", "9999"])
def test_teachers_and_strangers_have_no_grade(tool: Tool, user: str) -> None:
    assert tool.score(user, 50, 1).status_code == 400


@pytest.mark.parametrize(
    "changes",
    [{"timestamp": "kemarin"}, {"timestamp": "2026-11-24T10:00:00"}, {"gradingProgress": "Done"}, {"scoreMaximum": 0},
     {"scoreMaximum": ...}, {"scoreGiven": -1}, {"scoreGiven": float("nan")}, {"comment": 5}, {"userId": ...}],
)  # fmt: skip
def test_a_malformed_score_is_refused(tool: Tool, changes: dict[str, object]) -> None:
    assert tool.score("19", 50, 1, **changes).status_code == 400
    assert tool.lms.course.grade(1, "19") is None


def test_media_types_are_exact(tool: Tool) -> None:
    assert tool.score("19", 5, 1, kind="application/json").status_code == 415
    tool.lms.set_profile("moodle")
    answer = tool.score("19", 5, 1, kind="application/json")
    assert (answer.status_code, answer.text) == (400, "[]")
    assert tool.get(RESULTS_URL, "*/*").status_code == 400


def test_columns_are_listed_made_changed_and_removed(tool: Tool) -> None:
    made = tool.call("POST", COLUMNS, json={"label": "Kuis", "scoreMaximum": 20, "resourceId": "demo/q", "tag": "kuis"},
                     headers={"Content-Type": ITEM})  # fmt: skip
    assert made.status_code == 201
    url = made.get_json(force=True)["id"]
    assert [one["id"] for one in tool.get(COLUMNS, ITEMS, tag="kuis").get_json(force=True)] == [url]
    assert [one["id"] for one in tool.get(COLUMNS, ITEMS, resource_id="demo/q").get_json(force=True)] == [url]
    first = tool.get(COLUMNS, ITEMS, limit="1")
    assert 'rel="next"' in first.headers["Link"]
    following = tool.get(first.headers["Link"].partition(">")[0][1:], ITEMS)
    assert [one["id"] for one in following.get_json(force=True)] == [url]
    assert "Link" not in following.headers
    tool.call("PUT", url, json={"label": "Kuis 2", "scoreMaximum": 25}, headers={"Content-Type": ITEM})
    assert tool.get(url, ITEM).get_json(force=True)["scoreMaximum"] == 25
    assert tool.call("DELETE", url).status_code == 204
    assert tool.get(url, ITEM).status_code == 404


def test_moodle_line_items_carry_a_query(tool: Tool) -> None:
    tool.lms.set_profile("moodle")
    assert tool.get(COLUMNS, ITEMS).get_json(force=True)[0]["id"].endswith("/lineitems/1/lineitem?type_id=1")


def test_a_column_keeps_its_times_and_how_work_is_reviewed(tool: Tool, lms: Practice) -> None:
    review = {"reviewableStatus": ["Submitted"], "url": "http://localhost:8000/lti/launch", "custom": {"activity": "demo/sum"}}
    body = {"label": "Jumlah", "scoreMaximum": 10, "resourceId": "demo/sum", "endDateTime": "2026-12-01T09:00:00Z",
            "gradesReleased": False, "submissionReview": review}  # fmt: skip

    def made(**changes: object) -> TestResponse:
        return tool.call("POST", COLUMNS, json=body | changes, headers={"Content-Type": ITEM})

    told = made().get_json(force=True)
    assert {name: told[name] for name in body} == body
    assert tool.get(told["id"], ITEM).get_json(force=True)["submissionReview"] == review
    assert made(endDateTime="besok").status_code == 400
    assert made(submissionReview={"url": 7}).status_code == 400
    lms.page_size = 1
    first = tool.get(COLUMNS, ITEMS, limit="50")
    assert len(first.get_json(force=True)) == 1
    assert 'rel="next"' in first.headers["Link"]


def test_a_copied_link_has_columns_of_its_own_and_a_launch_names_one_only_when_there_is_one(lms: Practice) -> None:
    assert [one.columns for one in lms.course.links()] == [1]
    lms.course.add_column("Aspek", 4, resource_id="demo/sum#a", link_id=1, review={"url": "http://localhost:8000/lti/launch"})
    copied = lms.course.link(lms.course.copy_link(1))
    assert copied
    assert copied.columns == 2
    teacher = lms.person("3")
    assert teacher
    ags = resource_link_claims(lms, teacher, copied)["https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"]
    assert "lineitem" not in ags
    assert ags["lineitems"]
