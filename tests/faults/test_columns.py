"""Columns that we make: never two for one thing, whatever dies, gets lost, is copied or is deleted."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask, Response, request
from sqlalchemy import select, update

from lms_ext.domain.access import Actor
from lms_ext.domain.pacing import Rules
from lms_ext.domain.people import Role
from lms_ext.models import GradeColumn, GradeSlot, Link, db, utcnow
from lms_ext.sandbox.claims import outer_id
from lms_ext.sandbox.services import hang_up
from lms_ext.services import column_changes, columns, delivering, outbox, readings
from lms_ext.worker import Worker
from tests.support.lms import Lms, until

KEY = "demo/sum"


def unnamed(make_lms: Callable[..., Lms], learners: int = 3, profile: str = "moodle") -> Lms:
    """Give an LMS that has no column for its link and lets us make some."""
    lms = make_lms(profile, learners=learners)
    lms.practice.course.remove_column(lms.column)
    db.session.execute(update(Link).values(lineitem_url="", may_score=False))
    want(lms, "")
    return lms


def want(lms: Lms, key: str) -> None:
    columns.want(
        db.session, (lms.platform_id, lms.space_id, lms.link_id), key, label=f"Jumlah {key}", maximum=100,
        resource_id=key or KEY, tag="sum", now=utcnow(),
    )  # fmt: skip
    db.session.commit()


def there(lms: Lms) -> list[dict[str, Any]]:
    return lms.practice.course.columns()


def teacher(lms: Lms) -> Actor:
    return Actor(lms.platform_id, lms.space_id, lms.people["1000"], Role.TEACHER)


def held(lms: Lms, column: int) -> dict[str, float]:
    return {row["person_id"]: row["score"] for row in lms.practice.course.grades(column)}


def test_forty_first_scores_at_once_make_one_column(make_lms, work) -> None:
    lms = unnamed(make_lms, learners=40)
    for person in lms.people:
        lms.score(person, 60.0)
    work(4)
    until(lambda: len(there(lms)) == 1 and len(held(lms, there(lms)[0]["id"])) == 40)
    (column,) = there(lms)
    assert (column["resource_id"], column["tag"], column["maximum"]) == (KEY, "sum", 100)
    assert column["link_id"]
    assert column["review"]
    until(lambda: lms.slot("1039").state == "sent")
    db.session.rollback()
    assert db.session.execute(select(Link.lineitem_url)).scalar_one().endswith(f"/lineitems/{column['id']}/lineitem?type_id=1")
    db.session.rollback()  # an open transaction would keep the workers of SQLite from writing


def test_a_pack_has_a_column_for_each_activity_and_each_aspect(make_lms, work) -> None:
    lms = unnamed(make_lms, learners=6)
    keys = ["demo/sum", "demo/lain", "demo/lain#alur"]
    for key in keys:
        want(lms, key)
        for number, person in enumerate(lms.people):
            lms.score(person, 10.0 + number, column=key)
    work(3)
    until(lambda: len(there(lms)) == 3 and all(len(held(lms, one["id"])) == 6 for one in there(lms)))
    assert sorted(one["resource_id"] for one in there(lms)) == sorted(keys)
    assert held(lms, there(lms)[0]["id"])["1005"] == 15.0


@pytest.mark.parametrize("profile", ["moodle", "openedx"])
def test_a_worker_that_dies_after_making_a_column_costs_no_second_one(app: Flask, make_lms, profile: str) -> None:
    lms = unnamed(make_lms, learners=2, profile=profile)
    lms.score("1000", 70.0)
    worker = Worker(app, Rules(first_rate=1000.0))
    (dead,) = delivering.claim(db.session, lms.platform_id, utcnow())
    db.session.commit()
    assert worker._send(worker._tool.lti.registry.all()[lms.platform_id], dead).relink
    assert len(there(lms)) == 1, "made, and nothing was stored of it"
    lms.score("1001", 71.0)
    assert delivering.claim(db.session, lms.platform_id, utcnow()) == [], "nobody else makes one meanwhile"
    past = utcnow() - timedelta(seconds=1)
    db.session.execute(update(GradeSlot).values(lease_until=past, due_at=past))
    db.session.execute(update(GradeColumn).values(making_until=past))
    db.session.commit()
    worker.once()
    db.session.execute(update(GradeSlot).values(due_at=past))
    db.session.commit()
    worker.once()
    worker.close()
    assert held(lms, there(lms)[0]["id"]) == {"1000": 70.0, "1001": 71.0}
    assert len(there(lms)) == 1


def test_a_lost_answer_makes_no_second_column(make_lms, work, monkeypatch: pytest.MonkeyPatch) -> None:
    lms = unnamed(make_lms)
    monkeypatch.setattr(columns, "LOST", timedelta(seconds=0.2))
    made = []

    @lms.sandbox.after_request
    def _cut(response: Response) -> Response:
        if request.method == "POST" and request.path.endswith("/lineitems"):
            made.append(response.status_code)
            if len(made) == 1:
                hang_up()
        return response

    lms.score("1000", 70.0)
    work(2)
    until(lambda: lms.slot("1000").state == "sent")
    assert made == [201]
    assert len(there(lms)) == 1


def test_after_a_copy_each_link_keeps_to_its_own_columns(make_lms, work) -> None:
    """The copied link's columns came along without grades: they are found, and none is made or shared."""
    lms = unnamed(make_lms)
    want(lms, "demo/lain")
    lms.score("1000", 50.0, column="demo/lain")
    work()
    until(lambda: lms.slot("1000", "demo/lain").state == "sent")
    copied = lms.practice.course.copy_link(1)
    row = db.session.execute(select(Link)).scalar_one()
    twin = Link(platform_id=row.platform_id, space_id=row.space_id, activity_ref=row.activity_ref,
                resource_link_id=outer_id(lms.practice, "link", str(copied)))  # fmt: skip
    db.session.add(twin)
    db.session.commit()
    first, lms.link_id = lms.link_id, twin.id
    want(lms, "demo/lain")
    lms.score("1001", 90.0, column="demo/lain")
    until(lambda: lms.slot("1001", "demo/lain").state == "sent")
    lms.link_id = first
    assert [held(lms, one["id"]) for one in there(lms)] == [{"1000": 50.0}, {"1001": 90.0}]


def test_a_column_that_a_teacher_deleted_comes_back_only_when_asked(make_lms, work) -> None:
    lms = unnamed(make_lms)
    work()
    for person in ("1000", "1001"):
        lms.score(person, 70.0)
    until(lambda: {lms.slot("1000").state, lms.slot("1001").state} == {"sent"})
    lms.practice.course.remove_column(there(lms)[0]["id"])
    lms.score("1000", 80.0)
    until(lambda: lms.slot("1000").state == "parked")
    assert (lms.slot("1000").reason, there(lms)) == ("column-gone", [])
    lms.score("1002", 60.0)
    until(lambda: lms.slot("1002").state == "parked")
    assert there(lms) == []
    assert outbox.resend(db.session, teacher(lms), lms.link_id, lms.people["1000"], utcnow())
    db.session.commit()
    until(lambda: all(lms.slot(one).state == "sent" for one in lms.people))
    (column,) = there(lms)
    assert held(lms, column["id"]) == {"1000": 80.0, "1001": 70.0, "1002": 60.0}


def test_the_gradebook_is_read_to_its_end_beside_ours(make_lms, work) -> None:
    lms = make_lms(learners=25)
    lms.practice.page_size = 7
    work()
    for person in lms.people:
        lms.score(person, 40.0)
    until(lambda: lms.slot("1024").state == "sent" and len(held(lms, lms.column)) == 25)
    lms.practice.course.write_own(lms.column, "1003", 95.0, "", "3")
    link = (lms.platform_id, lms.space_id, lms.link_id)
    readings.ask(db.session, link, "", utcnow())
    db.session.commit()

    def seen() -> readings.Read:
        db.session.rollback()
        found = readings.read(db.session, teacher(lms), lms.link_id, KEY, "", 100)[0]
        db.session.rollback()
        return found

    until(lambda: seen().at is not None)
    assert (len(seen().points), seen().points[lms.people["1003"]], seen().due_at) == (25, 95.0, None)
    assert [one for one, id_ in lms.people.items() if seen().differs(id_, 40.0)] == ["1003"]
    lms.practice.faults.add("results", "403", times=1)
    readings.ask(db.session, link, "", utcnow())
    db.session.commit()
    until(lambda: seen().trouble == "no-scope")
    assert len(seen().points) == 25, "what was known stays"


def test_a_grade_that_was_kept_has_the_column_read(make_lms, work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readings, "SETTLES", timedelta(0))
    lms = make_lms()
    lms.score("1000", 90.0, utcnow() - timedelta(seconds=5))
    lms.practice.course.write_own(lms.column, "1000", 60.0, "", "3")
    work()

    def kept() -> bool:
        db.session.rollback()
        found = readings.read(db.session, teacher(lms), lms.link_id, KEY, "", 100)[0].points
        db.session.rollback()
        return found == {lms.people["1000"]: 60.0}

    until(kept)


def tell(app: Flask, lms: Lms, **times: Any) -> column_changes.Told:
    """Change the link's times and have the LMS told; gives how far that came."""
    db.session.execute(update(Link).values(**times))
    column_changes.ask(db.session, (lms.platform_id, lms.space_id, lms.link_id), utcnow())
    db.session.commit()
    return tell_again(app, lms)


def tell_again(app: Flask, lms: Lms) -> column_changes.Told:
    db.session.execute(update(GradeColumn).values(change_due_at=utcnow()).where(GradeColumn.change_due_at.is_not(None)))
    db.session.commit()
    worker = Worker(app, Rules())
    worker.once()
    worker.close()
    db.session.expire_all()
    (told,) = column_changes.look(db.session, teacher(lms), lms.link_id)
    db.session.rollback()
    return told


def answer_with(lms: Lms, method: str, status: int, body: str, only: list[bool]) -> None:
    """Let the LMS answer so at its columns while `only` holds anything."""

    @lms.sandbox.after_request
    def _changed(response: Response) -> Response:
        if only and request.method == method and "/lineitems/" in request.path:
            response.status_code = status
            response.set_data(body)
        return response


def test_changed_times_are_told_again_after_a_fault_and_a_refusal_stays_to_be_seen(app: Flask, make_lms) -> None:
    lms = make_lms("generic")
    silent: list[bool] = []
    answer_with(lms, "PUT", 204, "", silent)
    due = datetime(2099, 12, 1, 9, tzinfo=UTC)
    lms.practice.faults.add("lineitems", "503", times=1)
    told = tell(app, lms, ends_at=due)
    assert (told.trouble, told.kept, told.due_at is not None) == ("busy", None, True)
    told = tell_again(app, lms)
    assert (told.trouble, told.kept, told.due_at) == ("", column_changes.Kept(None, due, released=True), None)

    lms.practice.faults.add("lineitems", "403", times=1)
    told = tell(app, lms, ends_at=due + timedelta(days=1))
    assert (told.trouble, told.due_at) == ("change-not-allowed", None)
    assert told.kept is not None
    assert told.kept.ends_at == due, "what the LMS said before"
    silent.append(True)
    kept = column_changes.Kept(None, due + timedelta(days=2), released=True)
    assert tell(app, lms, ends_at=due + timedelta(days=2)).kept == kept
    lms.practice.course.remove_column(lms.column)
    assert tell(app, lms, starts_at=None).trouble == "no-column"


@pytest.mark.parametrize(("method", "status", "body", "trouble", "again"), [
    ("PUT", 403, "{}", "change-not-allowed", False), ("PUT", 400, "", "change-refused", False),
    ("PUT", 500, "<html>", "platform-fault", True), ("GET", 200, "[]", "change-refused", False),
    ("GET", 200, "<html>", "change-refused", False), ("PUT", 204, "", "", False),
])  # fmt: skip
def test_an_lms_that_will_not_have_other_times_says_so(
    app: Flask, make_lms, method: str, status: int, body: str, trouble: str, *, again: bool
) -> None:
    lms = make_lms("generic")
    answer_with(lms, method, status, body, [True])
    told = tell(app, lms, ends_at=datetime(2099, 12, 1, 9, tzinfo=UTC))
    assert (told.trouble, told.due_at is not None) == (trouble, again)
    assert (told.words is not None, told.kept is None) == (bool(trouble), bool(trouble))


def test_columns_of_one_lms_are_told_one_after_another_and_a_link_without_one_tells_those_it_has(make_lms) -> None:
    lms = unnamed(make_lms, profile="generic")
    link = (lms.platform_id, lms.space_id, lms.link_id)
    for key in ("demo/lain", "demo/lain#alur"):
        want(lms, key)
    db.session.execute(update(GradeColumn).where(GradeColumn.key != "").values(url=f"{lms.practice.settings.url}/x"))
    column_changes.ask(db.session, link, utcnow())
    told = []
    for _ in range(3):
        due = column_changes.take(db.session, utcnow(), limit=5, but=())
        told += [one.key for one in due]
        for one in due:
            column_changes.store(db.session, one, column_changes.Kept(), "", utcnow())
    assert sorted(told) == ["demo/lain", "demo/lain#alur"]
    assert not column_changes.is_due(db.session, utcnow())
    db.session.rollback()


def test_times_changed_while_the_lms_was_being_told_are_told_after_that(make_lms) -> None:
    lms = make_lms("generic")
    link = (lms.platform_id, lms.space_id, lms.link_id)
    column_changes.ask(db.session, link, utcnow())
    (first,) = column_changes.take(db.session, utcnow(), limit=5, but=())
    column_changes.ask(db.session, link, utcnow())
    column_changes.store(db.session, first, column_changes.Kept(), "", utcnow())
    db.session.commit()
    (second,) = column_changes.take(db.session, utcnow() + timedelta(seconds=1), limit=5, but=())
    assert second.lease != first.lease
    later = second.lease + timedelta(seconds=1)
    assert column_changes.take(db.session, later, limit=5, but={lms.platform_id}) == [], "one of a platform at a time"
    assert len(column_changes.take(db.session, later, limit=5, but=())) == 1
    db.session.rollback()


def test_a_column_that_is_yet_to_be_made_is_told_nothing_but_one_being_made_is_told_after_that(make_lms) -> None:
    lms = make_lms("generic")
    now, key = utcnow(), (lms.platform_id, lms.space_id, lms.link_id, "demo/sum#alur")
    want(lms, key[3])
    made = db.session.get_one(GradeColumn, key)
    for making_until, due_at in ((None, None), (now + timedelta(minutes=1), now + timedelta(minutes=1))):
        made.making_until, made.change_due_at = making_until, now
        assert column_changes.take(db.session, now, limit=5, but=()) == []
        assert made.change_due_at == due_at
    db.session.rollback()


def test_a_next_page_on_another_host_is_not_asked(make_lms, work) -> None:
    lms = make_lms()
    asked = []

    @lms.sandbox.after_request
    def _away(response: Response) -> Response:
        if request.path.endswith("/results"):
            asked.append(request.full_path)
            response.headers["Link"] = '<http://127.0.0.1:9/steal>; rel="next"'
        return response

    readings.ask(db.session, (lms.platform_id, lms.space_id, lms.link_id), "", utcnow())
    db.session.commit()
    work()

    def done() -> bool:
        db.session.rollback()
        row = db.session.execute(select(GradeColumn.read_at)).scalar_one_or_none()
        db.session.rollback()
        return row is not None

    until(done)
    assert len(asked) == 1
