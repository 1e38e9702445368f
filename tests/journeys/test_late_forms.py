"""Pages that were left open: what they send replaces nothing that was handed in or chosen since."""

# ruff: noqa: F811 - fixtures of another file

from sqlalchemy import select, update

from lms_ext.models import Attempt, Draft, Submission, db
from tests.journeys.test_activity import Learner, app, count, learner  # noqa: F401 - fixtures


def drafts() -> dict[str, list[str]]:
    db.session.rollback()
    return {one.field: one.value for one in db.session.scalars(select(Draft))}


def test_a_text_that_lost_is_forgotten_once_its_author_chose(learner: Learner) -> None:
    page = learner.get()
    learner.save(page, "a", note=("satu", 1, 0))
    learner.save(page, "b", note=("lain", 1, 0))
    assert drafts() == {"note": ["satu"], "!note!b": ["lain"]}
    body = {"attempt": learner.hidden(page, "attempt"), "tab": "b", "fields": {}, "chosen": ["!note!b"]}
    headers = {"X-CSRF-Token": learner.hidden(page, "csrf")}
    address = f"{learner.home}/a/sum/draft"
    assert learner.client.put(address, json=body, headers=headers, base_url="https://localhost").status_code == 200
    assert drafts() == {"note": ["satu"]}


def test_an_old_page_cannot_hand_in_something_else_under_the_same_receipt(learner: Learner) -> None:
    page = learner.get()
    assert learner.send(page, total="5", action="submit").status_code == 303
    db.session.execute(update(Attempt).values(status="returned"))
    db.session.commit()
    assert learner.send(page, total="5", action="submit").status_code == 303, "the same again gets the same receipt"
    refused = learner.send(page, total="4", action="submit")
    assert (refused.status_code, "already-sent" in refused.text) == (409, True)
    assert count(Submission) == 1
