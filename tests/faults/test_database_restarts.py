"""F12: PostgreSQL restarts as after a crash while people work: a request succeeds or says 503; what was saved stays saved."""

# ruff: noqa: F811 - fixtures of another file

import itertools
import threading
import time
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import select

from lms_ext.models import Attempt, Draft, Person, Submission, db
from lms_ext.settings import Settings
from tests.journeys.test_activity import Learner, app, learner  # noqa: F401 - fixtures
from tests.support.databases import dsn, migrate, sqlalchemy_url, test_settings
from tests.support.killing.loop import restart_at_once, stop_at_once

pytestmark = [pytest.mark.postgres, pytest.mark.xdist_group("kill-loop")]
_count = itertools.count(1)
PEOPLE, RESTARTS = 3, 2
HEALS = 5.0


@pytest.fixture
def settings(killable: Any) -> Settings:
    """Give the settings of an application whose database server may be restarted."""
    name = f"restarts_{next(_count)}"
    with psycopg.connect(dsn(killable, "postgres"), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
    url = sqlalchemy_url(killable, name)
    migrate(url)
    found: Settings = test_settings(url)
    return found


class Writer(threading.Thread):
    """Types without pause and hands in when told; keeps what was said to be saved."""

    def __init__(self, app: Flask, number: int, stop: threading.Event) -> None:
        super().__init__()
        self.sub = str(500 + number)
        self.learner = Learner(app.test_client(), sub=self.sub)
        self.page = self.learner.get()
        self.stop = stop
        self.saved = 0
        self.refused: list[float] = []
        self.wrong: list[str] = []

    def run(self) -> None:
        number = rev = 0
        while not self.stop.is_set():
            number += 1
            answer = self.learner.save(self.page, "a", note=(str(number), number, rev))
            if self.good(answer, 200):
                self.saved, rev = number, answer.json["saved"]["note"]["rev"]
            self.good(self.learner.client.get(self.learner.home, base_url="https://localhost"), 200)
            time.sleep(0.01)
        while not self.good(self.learner.send(self.page, total="5", note=str(self.saved), action="submit"), 303):
            time.sleep(0.1)

    def good(self, answer: Any, status: int) -> bool:
        if answer.status_code == 503 and answer.headers.get("Retry-After"):
            self.refused.append(time.monotonic())
        elif answer.status_code != status:
            self.wrong.append(f"{answer.status_code} {answer.text[:300]}")
        return bool(answer.status_code == status)


def test_f12_a_restart_under_requests_is_told_and_loses_nothing(app: Flask, keys: object, killable: Any) -> None:
    stop = threading.Event()
    writers = [Writer(app, number, stop) for number in range(PEOPLE)]
    db.session.rollback()
    for one in writers:
        one.start()
    healed = []
    for _ in range(RESTARTS):
        time.sleep(1)
        restart_at_once(killable)
        ready, before = time.monotonic(), [one.saved for one in writers]
        while any(one.saved == saved for one, saved in zip(writers, before, strict=True)):
            assert time.monotonic() - ready < HEALS, [one.wrong for one in writers]
            time.sleep(0.02)
        healed.append(time.monotonic() - ready)
    stop.set()
    for one in writers:
        one.join()
    assert not [one.wrong for one in writers if one.wrong]
    assert any(one.refused for one in writers), "no request met a restart"
    db.session.rollback()
    for one in writers:
        mine = select(Attempt.id).join(Person, Person.id == Attempt.person_id).where(Person.sub == one.sub)
        attempt = db.session.execute(mine).scalar_one()
        draft = db.session.execute(select(Draft.value).where(Draft.attempt_id == attempt, Draft.field == "note")).scalar_one()
        assert int(draft[0]) >= one.saved
        assert db.session.execute(select(Submission.answer["total"]).where(Submission.attempt_id == attempt)).scalars().all() == [
            ["5"]
        ]


def test_f12_while_the_database_is_away_pages_say_so_and_when_to_come_back(
    app: Flask,
    learner: Learner,
    killable: Any,
) -> None:
    learner.get()
    db.session.rollback()
    stop_at_once(killable)
    try:
        page = learner.client.get(learner.home, base_url="https://localhost")
        told = learner.client.get(learner.home, base_url="https://localhost", headers={"Accept": "application/json"})
    finally:
        killable.ensure_postgres_running()
    assert (page.status_code, page.headers["Retry-After"], page.headers["Cache-Control"]) == (503, "5", "no-store")
    assert (told.status_code, told.headers["Retry-After"], told.json["code"]) == (503, "5", "busy")
    assert learner.get()
