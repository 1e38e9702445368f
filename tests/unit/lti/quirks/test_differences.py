"""What each platform does otherwise."""

from typing import Any

import pytest

from lms_ext.domain.offers import MESSAGES
from lms_ext.domain.quirks import Quirks
from lms_ext.lti.quirks.blackboard import Blackboard
from lms_ext.lti.quirks.brightspace import Brightspace
from lms_ext.lti.quirks.canvas import Canvas
from lms_ext.lti.quirks.moodle import Moodle
from lms_ext.lti.quirks.openedx import OpenEdx
from lms_ext.lti.quirks.sakai import Sakai
from lms_ext.lti.tool_configuration import TOOL_CONFIGURATION, Addresses, Wishes, registration_body

SCORE: dict[str, Any] = {"userId": "42", "scoreGiven": 8, "scoreMaximum": 10, "gradingProgress": "FullyGraded", "comment": "Baik"}
ALL = [Quirks, Moodle, Canvas, Brightspace, Blackboard, OpenEdx, Sakai]
PRIVACY = "https://canvas.instructure.com/lti/privacy_level"
EXTENSION = "https://canvas.instructure.com/lti/submission"


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("again", [True, False])
def test_a_complete_score_is_never_changed_in_place_nor_in_its_points(kind: type[Quirks], again: bool) -> None:
    given = dict(SCORE)
    told = kind().score_body(given, again=again)
    assert given == SCORE
    assert {name: told[name] for name in SCORE} == SCORE


def test_moodle_gets_no_score_that_erases() -> None:
    without = {name: value for name, value in SCORE.items() if name != "comment"} | {"gradingProgress": "PendingManual"}
    told = Moodle().score_body(without, again=False)
    assert (told["comment"], told["gradingProgress"]) == ("", "FullyGraded")
    pending = {"userId": "42", "gradingProgress": "Pending"}
    assert Moodle().score_body(pending, again=False)["gradingProgress"] == "Pending"  # no score is invented as final


def test_canvas_hears_that_a_resent_score_is_no_new_submission() -> None:
    assert EXTENSION not in Canvas().score_body(SCORE, again=False)
    told = Canvas().score_body({**SCORE, EXTENSION: {"submitted_at": "2026-11-24T05:00:00Z"}}, again=True)
    assert told[EXTENSION] == {"submitted_at": "2026-11-24T05:00:00Z", "new_submission": False}


def registered(*, names: bool, emails: bool) -> dict[str, Any]:
    """Give what Canvas is told of the tool when it registers it."""
    body = registration_body(Addresses.of("https://alat.example"), MESSAGES, Wishes(names=names, emails=emails))
    told: Any = Canvas().registration(body)[TOOL_CONFIGURATION]
    assert PRIVACY not in str(body), "what other LMSs are told stays as it is"
    return dict(told)


def test_canvas_hears_of_its_own_placements() -> None:
    messages = {one["type"]: one for one in registered(names=True, emails=True)["messages"]}
    assert messages["LtiDeepLinkingRequest"]["placements"] == ["assignment_selection", "link_selection"]
    assert "placements" not in messages["LtiResourceLinkRequest"]
    odd = {"type": "LtiResourceLinkRequest", "placements": ["RichTextEditor"]}
    told: Any = Canvas().registration({TOOL_CONFIGURATION: {"messages": [odd, "lain"], "claims": "semua"}})[TOOL_CONFIGURATION]
    assert told == {"messages": [{"type": "LtiResourceLinkRequest"}], "claims": "semua", PRIVACY: "anonymous"}
    assert Canvas().registration({"client_name": "Alat"}) == {"client_name": "Alat"}


@pytest.mark.parametrize(
    ("names", "emails", "level"),
    [(True, True, "public"), (True, False, "name_only"), (False, True, "email_only"), (False, False, "anonymous")],
)
def test_canvas_hears_its_word_for_what_is_asked_of_people(names: bool, emails: bool, level: str) -> None:
    assert registered(names=names, emails=emails)[PRIVACY] == level


def test_blackboard_keeps_the_lines_of_a_comment() -> None:
    assert Blackboard().score_body({**SCORE, "comment": "a\nb"}, again=False)["comment"] == "a<br/>b"
    assert Blackboard().score_body({"userId": "42"}, again=False) == {"userId": "42"}


def test_only_brightspace_has_an_audience_of_its_own() -> None:
    for kind in ALL:
        expected = "https://api.brightspace.com/auth/token" if kind is Brightspace else "https://lms.example/token"
        assert kind().token_audience("https://lms.example/token") == expected


LATER = '{"timestamp":["Score timestamp can only be updated to a later point in time"]}'
SAME = '{"timestamp":["Score already exists for the provided timestamp"]}'
BAD = '{"timestamp":["Datetime has wrong format."]}'


@pytest.mark.parametrize(
    ("kind", "status", "body", "expected"),
    [
        (Quirks, 409, "", True),
        (Quirks, 400, '{"errors":{"message":"Timestamp is not after the last one"}}', True),
        (Canvas, 400, '{"errors":{"message":"Timestamp is not after the last one"}}', True),
        (Moodle, 409, "[]", True),
        (Moodle, 400, "timestamp", False),
        (OpenEdx, 400, LATER, True),
        (OpenEdx, 400, SAME, True),
        (OpenEdx, 400, BAD, False),
        (Quirks, 400, "[]", False),
        (Quirks, 500, "timestamp", False),
    ],
)
def test_refusals_about_time(kind: type[Quirks], status: int, body: str, expected: bool) -> None:
    assert kind().is_timestamp_refusal(status, body) is expected


@pytest.mark.parametrize(
    ("kind", "status", "headers", "expected"),
    [
        (Canvas, 403, {"x-rate-limit-remaining": "0.0"}, True),
        (Canvas, 403, {"X-Rate-Limit-Remaining": "-3.2"}, True),
        (Canvas, 403, {"x-rate-limit-remaining": "12.5"}, False),
        (Canvas, 403, {"x-rate-limit-remaining": "none"}, False),
        (Canvas, 403, {}, False),
        (Canvas, 429, {}, True),
        (Quirks, 403, {"x-rate-limit-remaining": "0"}, False),
        (Quirks, 503, {}, False),
        (Quirks, 503, {"retry-after": "5"}, True),
    ],
)
def test_being_asked_to_slow_down(kind: type[Quirks], status: int, headers: dict[str, str], expected: bool) -> None:
    assert kind().is_rate_limit(status, headers) is expected


@pytest.mark.parametrize(
    ("kind", "status", "body", "expected"),
    [
        (Moodle, 400, "[]", True),
        (Moodle, 400, '{"status":400,"reason":"Incorrect score received"}', False),
        (Moodle, 404, "[]", False),
        (Blackboard, 400, "User could not be found: 42", True),
        (Blackboard, 400, "Malformed", False),
        (Brightspace, 403, "User in requested score is not enrolled in the org unit", True),
        (Brightspace, 404, "User in requested score does not exist", True),
        (Brightspace, 403, "Forbidden", False),
        (Brightspace, 404, "", False),
        (Quirks, 400, "User could not be found: 42", False),
        (Sakai, 400, '{"error": "User does not belong to site"}', True),
        (Sakai, 400, "Missing userId", False),
    ],
)
def test_people_who_cannot_be_graded(kind: type[Quirks], status: int, body: str, expected: bool) -> None:
    assert kind().is_not_enrolled(status, body) is expected


@pytest.mark.parametrize(
    ("kind", "status", "body", "expected"),
    [
        (Quirks, 401, "", True),
        (Quirks, 403, "signature_error", False),
        (Sakai, 401, "", True),
        (Sakai, 403, '{"error": "signature_error"}', True),
        (Sakai, 403, "invalid_authorization", True),
        (Sakai, 403, "Forbidden", False),
    ],
)
def test_tokens_that_are_worth_nothing_any_more(kind: type[Quirks], status: int, body: str, expected: bool) -> None:
    assert kind().is_token_refusal(status, body) is expected


@pytest.mark.parametrize("kind", ALL[1:])
def test_each_difference_names_its_fault_its_effect_and_a_source(kind: type[Quirks]) -> None:
    own = [one for name, one in vars(kind).items() if callable(one) and hasattr(Quirks, name)]
    assert own
    for one in own:
        text = one.__doc__ or ""
        assert all(f"{word}: " in text for word in ("Fault", "Effect")), one
        assert "Source: https://" in text, one
