"""Grades get through whatever the LMS does: the practice LMS, told to fail, over real sockets."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from lms_ext.domain.grading import Backoff
from lms_ext.domain.pacing import Rules
from lms_ext.lti import tool_keys
from lms_ext.models import DeliveryLane, GradeSlot, Link, Person, Platform, Space, db, utcnow
from lms_ext.sandbox.app import create_sandbox
from lms_ext.sandbox.claims import AGS_SCOPES, item_url, items_url, outer_id
from lms_ext.sandbox.people import Person as Account
from lms_ext.sandbox.practice import Practice, ToolSetup
from lms_ext.sandbox.settings import SandboxSettings
from lms_ext.services import outbox
from lms_ext.web.tool import new_session, tool
from lms_ext.worker import Worker
from tests.support.servers import free_port
from tests.support.visitor import served

QUICK = Rules(
    first_rate=2000.0, highest_rate=2000.0, lowest_rate=500.0, probe=timedelta(seconds=0.2),
    backoff=Backoff(first=0.05, longest=0.2),
)  # fmt: skip


@dataclass
class Lms:
    """A practice LMS that is registered with the tool, with a link and learners."""

    practice: Practice
    platform_id: int
    space_id: int
    link_id: int
    column: int
    people: dict[str, int]

    def score(self, person: str, given: float) -> None:
        outbox.enqueue(
            db.session, platform_id=self.platform_id, space_id=self.space_id, link_id=self.link_id,
            person_id=self.people[person], given=given, maximum=100, comment="Kiriman ke-1.", activity_progress="Completed",
            grading_progress="FullyGraded", submitted_at=utcnow(), now=utcnow(),
        )  # fmt: skip
        db.session.commit()

    def held(self, person: str) -> float | None:
        row = self.practice.course.grade(self.column, person)
        return row["score"] if row else None

    def slot(self, person: str) -> GradeSlot:
        db.session.rollback()
        db.session.expire_all()
        key = (self.platform_id, self.space_id, self.link_id, self.people[person])
        found = db.session.get(GradeSlot, key)
        assert found
        db.session.expunge(found)
        db.session.rollback()  # an open transaction would keep the workers of SQLite from writing
        return found


@pytest.fixture
def make_lms(app: Flask) -> Iterator[object]:
    """Make practice LMSs on ports of their own; the tool's key set is served for their token requests."""
    open_servers, port = [], free_port()
    tool_server = served(app, port)
    tool_server.__enter__()

    def make(profile: str = "moodle", learners: int = 3) -> Lms:
        lms_port = free_port()
        url = f"http://127.0.0.1:{lms_port}"
        sandbox = create_sandbox(SandboxSettings(url=url, tool_url="", profile=profile, client_id=f"c{lms_port}"))
        practice: Practice = sandbox.extensions["practice"]
        practice.set_tool(ToolSetup.at(f"http://127.0.0.1:{port}"))
        server = served(sandbox, lms_port)
        server.__enter__()
        open_servers.append(server)
        return _stored(practice, profile, learners)

    tool_keys.ensure_key(new_session, utcnow())
    yield make
    for one in (*open_servers, tool_server):
        one.__exit__(None, None, None)


def _stored(practice: Practice, profile: str, learners: int) -> Lms:
    link = practice.add_activity("Jumlah", "demo/sum", maximum=100)
    found = practice.course.link(link)
    assert found
    assert found.column_id
    given = practice.registration()
    platform = Platform(
        issuer=given["issuer"], client_id=given["client_id"], name=profile, product=profile, jwks_url=given["jwks_url"],
        auth_login_url=given["auth_login_url"], auth_token_url=given["auth_token_url"],
    )  # fmt: skip
    db.session.add(platform)
    db.session.flush()
    space = Space(platform_id=platform.id, deployment_id="1", context_id="7", lineitems_url=items_url(practice),
                  ags_scopes=" ".join(sorted(AGS_SCOPES)))  # fmt: skip
    db.session.add(space)
    db.session.flush()
    row = Link(platform_id=platform.id, space_id=space.id, resource_link_id=str(link), activity_ref="demo/sum",
               lineitem_url=item_url(practice, found.column_id), may_score=True)  # fmt: skip
    db.session.add(row)
    people = {}
    for number in range(learners):
        sub = str(1000 + number)
        practice.add_person(Account(sub, f"Murid {sub}"))
        person = Person(platform_id=platform.id, sub=sub)
        db.session.add(person)
        db.session.flush()
        people[sub] = person.id
    db.session.commit()
    tool().lti.registry.forget()
    return Lms(practice, platform.id, space.id, row.id, found.column_id, people)


@pytest.fixture
def work(app: Flask) -> Iterator[object]:
    """Run workers in threads until the test ends."""
    stop, threads = threading.Event(), []

    def start(number: int = 1, rules: Rules = QUICK) -> None:
        for _ in range(number):
            thread = threading.Thread(target=Worker(app, rules).run, args=(stop,))
            thread.start()
            threads.append(thread)

    yield start
    stop.set()
    for one in threads:
        one.join()


def until(check: object, seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not check():  # type: ignore[operator]
        assert time.monotonic() < deadline, db.session.execute(select(GradeSlot.state, GradeSlot.reason, GradeSlot.tries)).all()[
            :5
        ]
        time.sleep(0.02)


@pytest.mark.parametrize("kind", ["500", "503", "429", "cut", "html", "empty", "401", "slow"])
def test_f4_f7_every_score_arrives_through_bursts_of(kind: str, make_lms, work) -> None:
    lms = make_lms(learners=6)
    lms.practice.faults.add("scores", kind, times=4, seconds=0.0)
    work()
    for number, person in enumerate(lms.people):
        lms.score(person, number)
    until(lambda: [lms.held(one) for one in lms.people] == [float(one) for one in range(6)])


def test_f1_an_outage_costs_few_probes_and_then_everything_arrives_at_once(make_lms, work) -> None:
    lms = make_lms(learners=40)
    for service in ("token", "scores"):
        lms.practice.faults.add(service, "down", times=0)
    work(2, replace(QUICK, probe=timedelta(seconds=0.5)))
    for person in lms.people:
        lms.score(person, 8.0)
    time.sleep(3)
    db.session.rollback()
    lane = db.session.execute(select(DeliveryLane)).scalar_one()
    assert lane.down_since
    tries = sum(one.tries for one in db.session.execute(select(GradeSlot)).scalars())
    db.session.rollback()
    assert tries <= 3 / 0.5 + 1 + 2 * QUICK.in_flight
    lms.practice.faults.clear()
    began = time.monotonic()
    until(lambda: all(lms.held(one) == 8.0 for one in lms.people))
    assert time.monotonic() - began < 10


def test_f2_a_slow_platform_holds_up_no_other(make_lms, work) -> None:
    slow, quick = make_lms(learners=30), make_lms(learners=30)
    slow.practice.faults.add("scores", "slow", rate=1.0, seconds=3.0)
    work()
    for one in slow.people:
        slow.score(one, 1.0)
    time.sleep(0.5)
    began = time.monotonic()
    for one in quick.people:
        quick.score(one, 2.0)
    until(lambda: all(quick.held(one) == 2.0 for one in quick.people), 5)
    assert time.monotonic() - began < 5
    assert any(slow.held(one) is None for one in slow.people)
    slow.practice.faults.clear()


def test_f5_four_workers_renew_a_revoked_token_once(make_lms, work) -> None:
    lms = make_lms(learners=60)
    tokens = []
    new_token = lms.practice.new_token
    lms.practice.new_token = lambda scopes: tokens.append(1) or new_token(scopes)
    lms.practice.faults.add("scores", "401", times=3)
    work(4)
    for person in lms.people:
        lms.score(person, 5.0)
    until(lambda: all(lms.held(one) == 5.0 for one in lms.people))
    assert len(tokens) <= 3 + 4


def test_f6_on_canvas_a_lost_answer_costs_no_submission(make_lms, work) -> None:
    lms = make_lms("canvas")
    lms.practice.faults.add("scores", "cut", times=1)
    db.session.execute(update(Person).where(Person.sub == "1000").values(sub=outer_id(lms.practice, "person", "1000")))
    db.session.commit()
    work()
    lms.score("1000", 50.0)
    until(lambda: lms.slot("1000").state == "sent")
    row = lms.practice.course.grade(lms.column, "1000")
    assert (row["score"], row["submissions"]) == (50.0, 1)


def test_f8_poison_is_parked_in_sight_and_delays_nobody(make_lms, work) -> None:
    lms = make_lms(learners=40)
    db.session.execute(update(Person).where(Person.sub == "1007").values(sub="nobody"))
    db.session.commit()
    work()
    for person in lms.people:
        lms.score(person, 9.0)
    until(lambda: all(lms.held(one) == 9.0 for one in lms.people if one != "1007"))
    until(lambda: lms.slot("1007").state == "parked")
    assert lms.slot("1007").reason == "not-gradable"


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
