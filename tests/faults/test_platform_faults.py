"""Grades get through whatever the LMS does: the practice LMS, told to fail, over real sockets."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text, update

from lms_ext.models import DeliveryLane, GradeSlot, Link, Person, Platform, db
from lms_ext.sandbox.claims import item_url
from lms_ext.web.tool import tool
from tests.faults.conftest import MANY, QUICK
from tests.support.lms import Lms, until
from tests.support.proxy import Proxy, cutting_proxy


@pytest.mark.parametrize("kind", ["500", "503", "429", "cut", "html", "empty", "401", "slow"])
def test_f4_f7_every_score_arrives_through_bursts_of(kind: str, make_lms, work) -> None:
    lms = make_lms(learners=6)
    lms.practice.faults.add("scores", kind, times=4, seconds=0.0)
    work()
    for number, person in enumerate(lms.people):
        lms.score(person, number)
    until(lambda: [lms.held(one) for one in lms.people] == [float(one) for one in range(6)])


@pytest.mark.parametrize("profile", ["moodle", "canvas"])
def test_f4_f6_an_answer_cut_at_any_byte_neither_loses_nor_repeats_a_score(make_lms, work, profile: str) -> None:
    lms = make_lms(profile, learners=70)
    with through_proxy(lms) as proxy:
        for number, person in enumerate(lms.people):
            lms.score(person, number)
        work(1, replace(QUICK, failures=10**6))
        until(lambda: not waiting(), 40)
    assert set(proxy.cuts["POST"]) == set(range(proxy.longest)), "every length of the answer was tried"
    assert 30 < proxy.longest < 70
    assert [lms.held(one) for one in lms.people] == list(range(70))
    assert {lms.slot(one).state for one in lms.people} == {"sent"}
    if profile == "canvas":
        assert {lms.grade(one)["submissions"] for one in lms.people} == {1}


@contextmanager
def through_proxy(lms: Lms) -> Iterator[Proxy]:
    """Let scores and results, but not tokens, go through a proxy."""
    url = lms.practice.settings.url
    with cutting_proxy(int(url.rpartition(":")[2])) as proxy:
        db.session.execute(update(Link).values(lineitem_url=item_url(lms.practice, lms.column).replace(url, proxy.url)))
        db.session.execute(update(Platform).values(other_hosts=proxy.url))
        db.session.commit()
        yield proxy


def waiting() -> int:
    db.session.rollback()
    rows = db.session.execute(select(GradeSlot.state).where(GradeSlot.sent_version < GradeSlot.version)).all()
    db.session.rollback()
    return len(rows)


@pytest.mark.parametrize(("kind", "learners"), [("hangs up", 40), ("refuses", MANY), ("is silent", 40)])
def test_f1_an_outage_costs_few_probes_and_then_everything_arrives_at_once(
    app: Flask, make_lms, work, kind: str, learners: int
) -> None:
    lms = make_lms(learners=learners)
    tool().lti.outbound._total = 0.4  # a silent platform is given up after this, not after 10 s
    with through_proxy(lms) as proxy:
        proxy.mode = kind
        work(2, replace(QUICK, probe=timedelta(seconds=0.5)))
        for times in range(2):
            for person in lms.people:
                lms.score(person, 7.0 + times)
        time.sleep(2)
        db.session.rollback()
        lane = db.session.execute(select(DeliveryLane)).scalar_one()
        assert lane.down_since
        assert db.session.execute(select(GradeSlot.version)).scalars().all() == [2] * learners, "one row for each learner"
        db.session.rollback()
        before = proxy.calls["POST"]
        time.sleep(2)
        assert proxy.calls["POST"] - before <= 2 / 0.5 + 1
        proxy.mode = ""
        began = time.monotonic()
        until(lambda: all(lms.held(one) == 8.0 for one in lms.people), 60)
        assert time.monotonic() - began < 10 + learners / 25


def test_f2_a_slow_platform_holds_up_no_other(make_lms, work) -> None:
    slow, quick = make_lms(learners=30), make_lms(learners=30)
    slow.practice.faults.add("scores", "slow", rate=1.0, seconds=3.0)
    work()
    for one in slow.people:
        slow.score(one, 1.0)
    time.sleep(0.5)
    assert idle_transactions() == 0
    began = time.monotonic()
    for one in quick.people:
        quick.score(one, 2.0)
    until(lambda: all(quick.held(one) == 2.0 for one in quick.people), 5)
    assert time.monotonic() - began < 5
    assert any(slow.held(one) is None for one in slow.people)
    slow.practice.faults.clear()


def idle_transactions() -> int:
    """Count PostgreSQL's transactions that have waited for somebody else for longer than a statement takes."""
    if db.engine.dialect.name != "postgresql":
        return 0
    found = db.session.execute(
        text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND state LIKE 'idle in transaction%' AND state_change < clock_timestamp() - interval '0.2 s'"
        )
    ).scalar_one()
    db.session.rollback()
    return int(found)


def test_f5_four_workers_renew_a_revoked_token_once(make_lms, work) -> None:
    lms = make_lms(learners=60)
    lms.practice.faults.add("scores", "401", times=3)
    work(4)
    for person in lms.people:
        lms.score(person, 5.0)
    until(lambda: all(lms.held(one) == 5.0 for one in lms.people))
    assert len(lms.tokens) <= 3 + 4


@pytest.mark.parametrize("lost", ["request", "answer"])
def test_f6_on_canvas_work_is_handed_in_once_whatever_got_lost(make_lms, work, lost: str) -> None:
    lms = make_lms("canvas")
    if lost == "answer":
        lms.practice.faults.add("scores", "cut", times=2)
    else:
        lms.practice.faults.add("scores", "500", times=2)
    work()
    lms.score("1000", 50.0)
    until(lambda: lms.slot("1000").state == "sent")
    row = lms.grade("1000")
    assert (row["score"], row["submissions"]) == (50.0, 1)


def test_f8_poison_is_parked_in_sight_and_delays_nobody(make_lms, work) -> None:
    lms = make_lms(learners=MANY)
    poison = {str(number) for number in range(1007, 1000 + MANY, 100)}
    db.session.execute(update(Person).where(Person.sub.in_(poison)).values(sub="nobody-" + Person.sub))
    db.session.commit()
    for person in lms.people:
        lms.score(person, 9.0)
    work()
    until(lambda: all(lms.held(one) == 9.0 for one in lms.people if one not in poison), 40)
    until(lambda: {lms.slot(one).state for one in poison} == {"parked"})
    assert {lms.slot(one).reason for one in poison} == {"not-enrolled"}


def test_f27_a_column_that_was_made_anew_is_found_by_its_link(make_lms, work) -> None:
    lms = make_lms()
    link = int(db.session.execute(select(Link.resource_link_id)).scalar_one())
    lms.practice.course.remove_column(lms.column)
    lms.column = lms.practice.course.add_column("Jumlah", 100, link_id=link)
    work()
    lms.score("1000", 70.0)
    until(lambda: lms.held("1000") == 70.0)
    until(lambda: lms.slot("1000").state == "sent")
    db.session.rollback()
    assert db.session.execute(select(Link.lineitem_url)).scalar_one() == item_url(lms.practice, lms.column)


def test_a_teachers_grade_outlives_a_score_that_was_made_before_it(make_lms, work) -> None:
    lms = make_lms()
    lms.score("1000", 30.0)
    time.sleep(1.1)
    lms.practice.course.write_own(lms.column, "1000", 95.0, "", "3")
    work()
    until(lambda: lms.slot("1000").state == "kept")
    assert lms.held("1000") == 95.0
