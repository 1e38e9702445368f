"""How many statements a request may cost: structure that keeps pages cheap, held without timing anything."""

# ruff: noqa: F811 - fixtures of another file

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from lms_ext.models import Attempt, LaunchSession, Member, Person, Visit, db
from tests.journeys.test_activity import (  # noqa: F401 - fixtures
    AGS,
    COLUMN,
    INSTRUCTOR,
    Learner,
    app,
    learner,
    open_page,
    teacher,
)
from tests.support.platform import begin, claims, post, token

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)


@contextmanager
def counted() -> Iterator[list[str]]:
    """Collect the statements that are sent; beginning and ending a transaction is none."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE")):
            seen.append(statement)

    engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def at_most(limit: int, seen: list[str]) -> None:
    assert 0 < len(seen) <= limit, "\n".join(seen)


def test_login_asks_the_database_nothing_once_platforms_are_known(client: FlaskClient, learner: Learner) -> None:
    with counted() as seen:
        assert begin(client).response.status_code == 302
    assert seen == []


def test_a_returning_learners_launch_is_three_statements(client: FlaskClient, learner: Learner) -> None:
    begun = begin(client)
    with counted() as seen:
        assert post(client, state=begun.state, id_token=token(claims(begun.nonce, **{AGS: COLUMN}))).status_code == 303
    at_most(3, seen)


def test_a_known_persons_first_launch_of_a_link_stays_small(client: FlaskClient, learner: Learner) -> None:
    begun = begin(client)
    body = claims(begun.nonce, resource_link={"id": "10", "title": "Lain"}, **{AGS: COLUMN})
    with counted() as seen:
        assert post(client, state=begun.state, id_token=token(body)).status_code == 303
    at_most(7, seen)  # the link is new, too: work that was begun through a pack comes to it, once in its life


def test_the_page_of_an_attempt_is_three_statements(learner: Learner) -> None:
    learner.get()
    with counted() as seen:
        learner.get()
    at_most(3, seen)


def test_an_autosave_is_two_statements_and_one_for_each_field(learner: Learner) -> None:
    page = learner.get()
    with counted() as one:
        assert learner.save(page, "a", total=("4", 1, 0)).status_code == 200
    at_most(3, one)
    with counted() as two:
        assert learner.save(page, "a", total=("5", 2, 1), note=("catatan", 2, 0)).status_code == 200
    assert len(two) == len(one) + 1


def test_handing_in_costs_the_same_however_often_it_was_drafted(learner: Learner) -> None:
    page = learner.get()
    with counted() as seen:
        assert learner.send(page, total="5", action="submit").status_code == 303
    at_most(12, seen)


def _classmates(home: str, numbers: range) -> None:
    """Add learners who have all begun."""
    ref = [int(one, 36) for one in home.rpartition("/")[2].split("-")]
    seat = db.session.get(LaunchSession, tuple(ref))
    assert seat is not None
    key = {"platform_id": seat.platform_id, "space_id": seat.space_id}
    people = [Person(platform_id=seat.platform_id, sub=f"m{number}", name=f"Murid {number}") for number in numbers]
    db.session.add_all(people)
    db.session.flush()
    attempt: dict[str, Any] = {"activity_ref": "demo/sum", "number": 1, "snapshot_hash": "0" * 64, "seed": 1, "state": {}}
    for one in people:
        db.session.add_all([
            Member(**key, person_id=one.id, role="learner"),
            Visit(**key, link_id=seat.link_id, person_id=one.id, first_at=NOW),
            Attempt(**key, **attempt, link_id=seat.link_id, person_id=one.id, started_at=NOW),
        ])  # fmt: skip
    db.session.commit()


def test_the_class_page_asks_as_often_for_four_hundred_learners_as_for_ten(
    learner: Learner,
    teacher: Learner,
) -> None:
    open_page(teacher, "class")  # reads the pack, once per process
    counts = []
    for numbers, shown in ((range(10), 10), (range(10, 500), 100)):
        _classmates(learner.home, numbers)
        with counted() as seen:
            page = open_page(teacher, "class")
        assert page.text.count("Murid ") >= shown
        assert len(page.text) < 60_000  # a class of any size comes in pages that a phone can bear
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 8


def test_a_write_begins_as_one_whatever_the_request_before_it_promised(learner: Learner) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("only SQLite must be told")
    page = learner.get()
    begun: list[str] = []
    db.session.remove()
    with db.engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.set_trace_callback(begun.append)
    learner.get()  # only reads
    db.session.remove()
    assert learner.save(page, "a", total=("4", 1, 0)).status_code == 200
    raw.set_trace_callback(None)
    assert [one for one in begun if one.startswith("BEGIN")] == ["BEGIN", "BEGIN IMMEDIATE"]
