"""Submission reviews that are refused: rows 71 and 72, and a learner who asks for somebody else's work."""

import pytest
from flask.testing import FlaskClient

from tests.contracts.refusing import AGS, TEACHER, Step, check_refused, with_claims
from tests.support.platform import KeyServer, begin, claims, launch, post, token

COLUMN = {"scope": [], "lineitem": "https://lms.example/lineitems/1"}


def review(**changes: object) -> Step:
    """Ask for a review of learner 42's work; ``...`` leaves a claim out."""
    asked: dict[str, object] = {
        "message_type": "LtiSubmissionReviewRequest", "roles": TEACHER, "sub": "7", "for_user": {"user_id": "42"}, AGS: COLUMN,
        "resource_link": ...,
    }  # fmt: skip
    return with_claims(**(asked | changes))


ROWS: list[tuple[str, Step, str]] = [
    ("71 no person", review(for_user=...), "review-incomplete"),
    ("71 person null", review(for_user=None), "review-incomplete"),
    ("71 person text", review(for_user="42"), "review-incomplete"),
    ("71 person without id", review(for_user={"name": "Sri"}), "review-incomplete"),
    ("71 id number", review(for_user={"user_id": 42}), "review-incomplete"),
    ("71 id empty", review(for_user={"user_id": ""}), "review-incomplete"),
    ("71 no grades", review(**{AGS: ...}), "review-incomplete"),
    ("71 grades text", review(**{AGS: "x"}), "review-incomplete"),
    ("71 no column", review(**{AGS: {"scope": []}}), "review-incomplete"),
    ("71 column number", review(**{AGS: {"lineitem": 1}}), "review-incomplete"),
    ("71 column elsewhere", review(**{AGS: {"lineitem": "http://10.0.0.8/1"}}), "review-no-column"),
    ("72 unknown column", review(), "review-no-column"),
    ("72 unknown person", review(for_user={"user_id": "nobody"}), "review-no-column"),
    ("not yours", review(sub="43", roles=["Learner"]), "review-not-yours"),
]


@pytest.mark.parametrize(("row", "step", "code"), ROWS, ids=[row for row, _, _ in ROWS])
def test_wrong_reviews_are_refused(client: FlaskClient, keys: KeyServer, row: str, step: Step, code: str) -> None:
    check_refused(client, step, code)


def test_row_72_a_person_of_another_course_has_no_work_here(client: FlaskClient, keys: KeyServer) -> None:
    assert launch(client, **{AGS: COLUMN}).status_code == 303
    assert launch(client, sub="44", context={"id": "8"}, **{AGS: COLUMN | {"lineitem": "https://lms.example/lineitems/2"}})
    check_refused(client, review(for_user={"user_id": "44"}), "review-no-work")
    check_refused(client, review(context={"id": "8"}), "review-no-column")


def test_the_column_of_a_whole_pack_is_of_no_activity(client: FlaskClient, keys: KeyServer) -> None:
    target = "http://localhost:8000/lti/launch?activity=demo"
    begun = begin(client, target_link_uri=target)
    told = claims(begun.nonce, target_link_uri=target, **{AGS: COLUMN})
    assert post(client, state=begun.state, id_token=token(told)).status_code == 303
    check_refused(client, review(), "review-no-column")
