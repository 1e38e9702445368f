"""F15: the same page handed in many times at once is one submission with one receipt; other content under its key is refused."""

# ruff: noqa: F811 - fixtures of another file

from collections import Counter

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from lms_ext.models import Attempt, GradeSlot, Submission, db
from tests.journeys.test_activity import Learner, app, count, learner, slot  # noqa: F401 - fixtures
from tests.journeys.test_races import at_once

TIMES = 50


def hand_in(app: Flask, learner: Learner, page: str, totals: list[str]) -> list[TestResponse]:
    """Post a page once for each of `totals`, all at the same moment, from one browser."""
    db.session.rollback()  # what is still open of this test would keep the others of SQLite from writing
    names = ("csrf", "attempt", "client_key", "tab", "revs")
    form = {name: learner.hidden(page, name) for name in names} | {"action": "submit"}
    cookies = "; ".join(f"{one.key}={one.value}" for one in learner.client._cookies.values())

    def post(number: int) -> TestResponse:
        return app.test_client(use_cookies=False).post(
            f"{learner.home}/a/sum/submit", data=form | {"total": totals[number]}, base_url="https://localhost",
            headers={"Cookie": cookies},
        )  # fmt: skip

    return at_once(len(totals), post)


def test_f15_the_same_page_handed_in_50_times_at_once_is_one_submission(app: Flask, learner: Learner) -> None:
    answers = hand_in(app, learner, learner.get(), ["5"] * TIMES)
    assert {(one.status_code, one.headers["Location"]) for one in answers} == {(303, answers[0].headers["Location"])}
    assert (count(Attempt), count(Submission), count(GradeSlot)) == (1, 1, 1)
    assert (slot().given, slot().version) == (10.0, 1)


def test_f15_other_content_under_the_same_key_is_refused(app: Flask, learner: Learner) -> None:
    answers = hand_in(app, learner, learner.get(), [str(number) for number in range(TIMES)])
    assert Counter(one.status_code for one in answers) == {303: 1, 409: TIMES - 1}
    kept = next(number for number, one in enumerate(answers) if one.status_code == 303)
    db.session.rollback()
    assert db.session.execute(select(Submission.answer["total"])).scalars().all() == [[str(kept)]]
    assert (count(Attempt), slot().version) == (1, 1)


@pytest.mark.parametrize("total", ["5", "6"])
def test_f15_a_page_that_is_sent_again_later_gets_its_receipt_unless_it_differs(learner: Learner, total: str) -> None:
    page = learner.get()
    assert learner.send(page, total="5", action="submit").status_code == 303
    again = learner.send(page, total=total, action="submit")
    assert again.status_code == (303 if total == "5" else 409)
    assert count(Submission) == 1
    if total != "5":
        assert "tidak dikumpulkan" in again.text
        assert "Jawaban: 5" in learner.get()
