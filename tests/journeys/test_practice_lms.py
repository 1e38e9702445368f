"""The practice LMS opens the real tool across two sites, and the tool's grades reach its gradebook."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from lms_ext.models import GradeSlot, PlatformKeySet, db, utcnow
from lms_ext.sandbox.app import create_sandbox
from lms_ext.sandbox.practice import Practice
from lms_ext.sandbox.profiles import PROFILES
from lms_ext.sandbox.settings import SandboxSettings
from lms_ext.services import platforms
from lms_ext.worker import Worker
from tests.journeys.test_activity import document, publish
from tests.support import sum_plugin
from tests.support.apps import entered
from tests.support.databases import test_settings
from tests.support.servers import free_port
from tests.support.visitor import Page, Visitor, served


@dataclass
class Both:
    """Tool and practice LMS, each on its own host."""

    app: Flask
    lms: Practice
    visitor: Visitor

    def register(self) -> None:
        platforms.save(db.session, self.lms.registration(), allow_http=True)
        db.session.commit()

    def open(self, person: str, link: int) -> Page:
        """Act as a person and open a link as far as the tool's page."""
        base = self.lms.settings.url
        self.visitor.post(f"{base}/acting", {"person": person})
        page = self.visitor.get(f"{base}/course/links/{link}/launch")
        while page.url.startswith(base):
            page = self.visitor.submit(page)
        return page

    def answer(self, page: Page, total: str) -> Page:
        names = ("csrf", "attempt", "client_key", "tab", "revs")
        fields = {name: page.form()[1].get(name) or _hidden(page, name) for name in names}
        return self.visitor.post(f"{page.url}/a/sum/submit", fields | {"total": total, "action": "submit"})

    def deliver(self) -> GradeSlot:
        """Let the worker try, again and again where the LMS asked for a pause, until the grade is settled."""
        worker, deadline = Worker(self.app), time.monotonic() + 20
        while True:
            db.session.rollback()
            db.session.execute(update(GradeSlot).values(due_at=utcnow() - timedelta(seconds=1)))
            db.session.commit()
            worker.once()
            db.session.rollback()
            db.session.expire_all()
            slot = db.session.execute(select(GradeSlot)).scalar_one()
            if slot.state in {"sent", "kept", "parked"} or time.monotonic() > deadline:
                return slot
            time.sleep(0.2)


def _hidden(page: Page, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, name
    return found[1].replace("&#34;", '"')


@pytest.fixture
def both(database_url: str) -> Iterator[Both]:
    tool_port, lms_port = free_port(), free_port()
    tool_url = f"http://localhost:{tool_port}"
    sandbox = create_sandbox(
        SandboxSettings(url=f"http://127.0.0.1:{lms_port}", tool_url=tool_url, links=(("Jumlah", "demo/sum"),))
    )
    lms: Practice = sandbox.extensions["practice"]
    with entered(test_settings(database_url, public_url=tool_url), sum=sum_plugin) as app:
        publish(document())
        with served(app, tool_port), served(sandbox, lms_port):
            yield Both(app, lms, Visitor())
    lms.store.close()


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_from_the_course_to_the_gradebook(both: Both, profile: str) -> None:
    both.lms.set_profile(profile)
    both.register()
    page = both.open("19", 1)
    assert page.status == 200, page.text
    assert "Jumlah" in page.text
    assert both.answer(page, "5").status == 200
    slot = both.deliver()
    assert slot.state == "sent", slot.reason
    grade = both.lms.course.grade(1, "19")
    assert grade is not None
    assert (grade["score"], grade["given_by"]) == (100.0, "tool")


@pytest.mark.parametrize("kind", ["503", "429", "cut", "html", "401"])
def test_a_fault_delays_but_loses_no_grade(both: Both, kind: str) -> None:
    both.lms.set_profile("moodle")
    both.register()
    both.answer(both.open("19", 1), "5")
    both.lms.faults.add("scores", kind, seconds=1)
    assert both.deliver().state == "sent"
    grade = both.lms.course.grade(1, "19")
    assert grade is not None
    assert grade["score"] == 100.0


def test_a_grade_that_the_teacher_wrote_is_kept(both: Both) -> None:
    both.lms.set_profile("moodle")
    both.register()
    both.answer(both.open("19", 1), "5")
    both.lms.course.write_own(1, "19", 61, "Sudah dibahas.", "Wulan Prameswari")
    slot = both.deliver()
    assert (slot.state, slot.reason) == ("kept", "graded-there")


def test_a_teacher_chooses_activities_and_a_learner_opens_one(both: Both) -> None:
    both.register()
    base = both.lms.settings.url
    both.visitor.post(f"{base}/acting", {"person": "3"})
    page = both.visitor.get(f"{base}/course/choose/launch")
    while page.url.startswith(base):
        page = both.visitor.submit(page)
    csrf = re.search(r'name="csrf" value="([^"]*)"', page.text)
    assert csrf, page.text
    page = both.visitor.post(page.url, {"pick": "demo/sum", "csrf": csrf[1]})
    while not page.url.startswith(base):
        page = both.visitor.submit(page)
    assert page.status == 200, page.text
    chosen = both.lms.course.links()[-1]
    assert chosen.title == "Jumlah"
    column = both.lms.course.column(chosen.column_id or 0)
    assert column is not None
    assert column["maximum"] == 10
    assert both.answer(both.open("20", chosen.id), "5").status == 200
    assert both.deliver().state == "sent"
    grade = both.lms.course.grade(column["id"], "20")
    assert grade is not None
    assert grade["score"] == 10


def test_the_launch_survives_a_new_key_of_the_lms(both: Both) -> None:
    both.register()
    assert both.open("19", 1).status == 200
    both.lms.keys.rotate()
    db.session.execute(update(PlatformKeySet).values(attempted_at=utcnow() - timedelta(seconds=31)))  # the tool asks once in 30 s
    db.session.commit()
    assert both.open("20", 1).status == 200


def test_a_launch_opens_once_where_the_lms_says_so(both: Both) -> None:
    both.lms.set_profile("moodle")
    both.register()
    page = both.visitor.get(f"{both.lms.settings.url}/course/links/1/launch")
    first = both.visitor.submit(page)
    assert first.status == 200
    assert both.visitor.submit(page).status == 404


def test_the_account_menu_opens_ones_own_data_and_for_an_admin_anybodys(both: Both) -> None:
    both.register()
    assert both.open("19", 1).status == 200

    def ask(person: str, query: str = "") -> Page:
        base = both.lms.settings.url
        menu = both.visitor.post(f"{base}/acting", {"person": person})
        assert "/privacy/launch" in menu.text
        page = both.visitor.get(f"{base}/privacy/launch{query}")
        while page.url.startswith(base):
            page = both.visitor.submit(page)
        assert page.status == 200, page.text
        return page

    assert "Sri Wahyuni" in ask("19").text
    assert "Sri Wahyuni" in ask("2", "?about=19").text
    assert "Sri Wahyuni" not in ask("12", "?about=19").text, "only an admin of the LMS asks about others"
    assert "Tidak ada data tentang orang ini" in ask("2", "?about=13").text
