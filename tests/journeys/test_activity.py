"""A learner launches, drafts, hands in and begins again, over HTTP and without scripts."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from lms_ext.models import Attempt, GradeSlot, Submission, db
from lms_ext.models.base import utcnow
from lms_ext.packs.snapshots import pack_from_document
from lms_ext.services import publishing
from lms_ext.settings import Settings
from lms_ext.web.tool import tool
from tests.support import sum_plugin
from tests.support.apps import entered
from tests.support.platform import KeyServer, launch

AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
COLUMN = {
    "scope": ["https://purl.imsglobal.org/spec/lti-ags/scope/score"],
    "lineitem": "https://lms.example/lineitems/1",
    "lineitems": "https://lms.example/lineitems",
}


def document(first: int = 2) -> dict[str, Any]:
    """A pack with one sum."""
    activity = {"id": "sum", "type": "sum", "title": {"id": "Jumlah"}, "points": 10, "attempts": 2,
                "config": {"first": first, "second": 3}}  # fmt: skip
    return {"format": 1, "id": "demo", "version": "1.0.0", "title": {"id": "Contoh"},
            "language": "id", "licence": "CC0", "authors": ["T"],
            "units": [{"id": "u1", "title": {"id": "Unit"}, "activities": [activity]}]}  # fmt: skip


def publish(content: dict[str, Any]) -> None:
    pack = pack_from_document(content, tool().plugins.activity_types)
    publishing.publish(db.session, pack, {}, utcnow())
    db.session.commit()


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    with entered(settings, sum=sum_plugin) as app:
        publish(document())
        yield app


class Learner:
    """A browser at the activity."""

    def __init__(self, client: FlaskClient, **claims: Any) -> None:
        self.client = client
        self.home = launch(client, **{AGS: COLUMN}, **claims).headers["Location"]

    def get(self) -> str:
        answer = self.client.get(self.home, base_url="https://localhost")
        assert answer.status_code == 200, answer.text
        return answer.text

    def hidden(self, page: str, name: str) -> str:
        found = re.search(rf'name="{name}" value="([^"]*)"', page)
        assert found, name
        return found[1].replace("&#34;", '"')

    def send(self, page: str, path: str = "submit", **form: str) -> TestResponse:
        names = ("csrf", "attempt", "client_key", "tab", "revs") if path == "submit" else ("csrf",)
        data = {name: self.hidden(page, name) for name in names} | form
        return self.client.post(f"{self.home}/a/sum/{path}", data=data, base_url="https://localhost")

    def save(self, page: str, tab: str, **fields: tuple[str, int, int]) -> TestResponse:
        changes = {name: {"value": [value], "n": n, "base": base} for name, (value, n, base) in fields.items()}
        body = {"attempt": self.hidden(page, "attempt"), "tab": tab, "fields": changes}
        headers = {"X-CSRF-Token": self.hidden(page, "csrf")}
        return self.client.put(f"{self.home}/a/sum/draft", json=body, headers=headers, base_url="https://localhost")


@pytest.fixture
def learner(client: FlaskClient, keys: KeyServer) -> Learner:
    return Learner(client)


def slot() -> GradeSlot:
    db.session.rollback()
    db.session.expire_all()
    return db.session.execute(select(GradeSlot)).scalar_one()


def count(table: type) -> int:
    db.session.rollback()
    return db.session.execute(select(func.count()).select_from(table)).scalar_one()


def test_every_page_says_whose_it_is(client: FlaskClient, keys: KeyServer) -> None:
    """On a computer that many share; a person whose platform sends no name is not given one."""
    assert "Dibuka sebagai Sri &lt;b&gt;Wahyuni&lt;/b&gt;." in Learner(client, name="Sri <b>Wahyuni</b>").get()
    assert "Dibuka sebagai" not in Learner(client, name=..., sub="43").get()


def test_a_title_in_another_language_than_the_page_says_which(learner: Learner) -> None:
    assert "<h1>Jumlah</h1>" in learner.get()
    g.pop("_flask_babel", None)
    english = learner.client.get(f"{learner.home}?lang=en", base_url="https://localhost").text
    assert '<html lang="en">' in english
    assert '<h1 lang="id">Jumlah</h1>' in english


def test_answering_without_scripts_puts_the_score_in_the_outbox(learner: Learner) -> None:
    assert learner.send(learner.get(), total="5", action="submit").status_code == 303
    assert "Jawaban: 5" in learner.get()
    assert (slot().given, slot().maximum) == (10.0, 10)


def test_a_draft_is_there_in_another_browser(learner: Learner) -> None:
    page = learner.get()
    assert learner.save(page, "a", total=("4", 1, 0)).json["saved"] == {"total": {"rev": 1}}
    elsewhere = Learner(learner.client.application.test_client())
    assert 'value="4"' in elsewhere.get()


def test_the_form_of_a_tab_that_missed_a_newer_draft_overwrites_nothing(learner: Learner) -> None:
    old = learner.get()
    learner.save(learner.get(), "newer", note=("yang baru", 1, 0))
    answer = learner.send(old, note="yang lama", action="submit")
    assert answer.status_code == 409
    assert "yang baru" in answer.text
    assert count(Submission) == 0


def test_two_tabs_of_the_script_are_told_of_each_other(learner: Learner) -> None:
    page = learner.get()
    learner.save(page, "a", note=("satu", 1, 0))
    told = learner.save(page, "b", note=("dua", 1, 0)).json
    assert told["conflicts"] == {"note": {"rev": 1, "value": ["satu"]}}
    assert not told["saved"]


def test_a_draft_after_handing_in_is_refused(learner: Learner) -> None:
    page = learner.get()
    learner.send(page, total="5", action="submit")
    answer = learner.save(page, "a", total=("6", 9, 0))
    assert answer.status_code == 409
    assert answer.json["closed"]


def test_a_text_that_is_too_long_is_told_as_such_and_changes_nothing(learner: Learner) -> None:
    page = learner.get()
    assert learner.save(page, "a", total=("4", 1, 0)).status_code == 200
    told = learner.save(page, "a", total=("9" * 11, 2, 1))
    assert (told.status_code, told.json["code"], told.json["fields"]) == (422, "text-too-long", ["total"])
    answer = learner.send(learner.get(), total="9" * 11, action="submit")
    assert answer.status_code == 422
    assert "Tulisan terlalu panjang" in answer.text
    both = learner.save(page, "a", total=("9" * 11, 3, 1), karangan=("x", 1, 0))
    assert both.json["code"] == "field-refused"
    assert 'value="4"' in learner.get()


def test_sending_the_same_page_twice_is_one_submission(learner: Learner) -> None:
    page = learner.get()
    for _ in range(2):
        assert learner.send(page, total="5", action="submit").status_code == 303
    assert count(Submission) == 1
    assert slot().version == 1


def test_a_second_attempt_counts_when_it_is_better_and_a_third_is_not_offered(learner: Learner) -> None:
    learner.send(learner.get(), total="1", action="submit")
    page = learner.get()
    assert "Mulai percobaan lagi" in page
    assert learner.send(page, "again").status_code == 303
    learner.send(learner.get(), total="5", action="submit")
    assert slot().given == 10.0
    page = learner.get()
    assert "Mulai percobaan lagi" not in page
    assert "yang dihitung: 10 (terbaik)" in page
    assert count(Attempt) == 2


def test_score_and_unknown_fields_cannot_be_smuggled_in(learner: Learner) -> None:
    page = learner.get()
    for extra in ({"score": "100"}, {"fraction": "1"}, {"outcome": "1"}):
        assert learner.send(page, total="1", action="submit", **extra).status_code == 422
    assert learner.save(page, "a", score=("100", 1, 0)).status_code == 422
    assert count(Submission) == 0


def test_a_write_without_the_form_token_is_refused(learner: Learner) -> None:
    page = learner.get()
    assert learner.send(page, total="5", action="submit", csrf="x").status_code == 403
    assert count(Submission) == 0


def test_another_persons_attempt_is_absent(learner: Learner) -> None:
    page = learner.get()
    other = Learner(learner.client.application.test_client(), sub="43")
    theirs = other.get()
    answer = other.send(theirs, total="5", action="submit", attempt=learner.hidden(page, "attempt"))
    assert answer.status_code == 404
    missing = other.send(theirs, total="5", action="submit", attempt="1")
    assert missing.status_code == 404


def test_f25_an_attempt_keeps_the_version_it_began_with(learner: Learner) -> None:
    page = learner.get()
    publish(document(first=100))
    assert "2 + 3" in learner.get()
    learner.send(page, total="5", action="submit")
    assert slot().given == 10.0


def test_a_plugin_that_crashes_while_grading_loses_nothing(learner: Learner) -> None:
    answer = learner.send(learner.get(), total="5", note="crash", action="submit")
    assert answer.status_code == 303
    assert "Tersimpan" in learner.get()
    assert count(GradeSlot) == 0
    assert count(Submission) == 1


def test_pages_may_be_framed_by_the_launching_platform_only(learner: Learner) -> None:
    answer = learner.client.get(learner.home, base_url="https://localhost")
    assert "frame-ancestors https://lms.example" in answer.headers["Content-Security-Policy"]


INSTRUCTOR = {"sub": "7", "name": "Yohanes Kambu", "roles": ["http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"]}


@pytest.fixture
def teacher(learner: Learner) -> Learner:
    return Learner(learner.client.application.test_client(), **INSTRUCTOR)


def open_page(who: Learner, path: str) -> TestResponse:
    return who.client.get(f"{who.home}/a/sum/{path}", base_url="https://localhost")


def test_a_teacher_sees_the_class_opens_a_work_and_marks_it(learner: Learner, teacher: Learner) -> None:
    learner.send(learner.get(), total="5", note="crash", action="submit")
    overview = open_page(teacher, "class").text
    assert "Terkumpul" in overview
    link = re.search(r"/a/sum/(works/\d+)", overview)
    assert link
    page = open_page(teacher, link[1]).text
    assert "Jawaban: 5" in page
    form = {
        "csrf": teacher.hidden(page, "csrf"),
        "revision": "1",
        "points": "7,5",
        "comment": "Baik, tambahkan alasan.",
        "action": "mark",
    }
    address = f"{teacher.home}/a/sum/{link[1]}"
    marked = teacher.client.post(address, data=form, base_url="https://localhost", follow_redirects=True)
    assert marked.request.path.endswith("/class"), "nothing else waits"
    assert "Nilai tersimpan." in marked.text
    assert (slot().given, slot().comment) == (7.5, "Baik, tambahkan alasan.")
    assert "Menunggu dikirim" in open_page(teacher, "class").text
    assert "Baik, tambahkan alasan." in learner.get()


def test_work_that_is_returned_is_revised_and_a_stale_mark_is_told(learner: Learner, teacher: Learner) -> None:
    learner.send(learner.get(), total="5", note="crash", action="submit")
    link = re.search(r"/a/sum/(works/\d+)", open_page(teacher, "class").text)
    assert link
    page = open_page(teacher, link[1]).text
    address = f"{teacher.home}/a/sum/{link[1]}"
    form = {"csrf": teacher.hidden(page, "csrf"), "revision": "1", "comment": "Perbaiki catatan."}
    returned = teacher.client.post(address, data=form | {"action": "return"}, base_url="https://localhost", follow_redirects=True)
    assert "Tersimpan: karya dikembalikan" in returned.text
    form["comment"] = "Lihat juga contoh di modul."
    said = teacher.client.post(address, data=form | {"action": "say"}, base_url="https://localhost", follow_redirects=True)
    assert "Tanggapan tersimpan." in said.text
    assert "Lihat juga contoh di modul." in said.text
    again = learner.get()
    assert "Perlu revisi" in again
    learner.send(again, total="5", note="baik", action="submit")
    stale = teacher.client.post(address, data=form | {"action": "mark", "points": "5"}, base_url="https://localhost")
    assert stale.status_code == 409
    assert "Ada kiriman yang lebih baru" in stale.text
    assert slot().given == 10.0


def test_after_marking_the_next_work_that_waits_is_opened_and_says_so(learner: Learner, teacher: Learner) -> None:
    learner.send(learner.get(), total="5", note="crash", action="submit")
    other = Learner(learner.client.application.test_client(), sub="43", name="Budi")
    other.send(other.get(), total="6", note="crash", action="submit")
    link = re.search(r"/a/sum/(works/\d+)", open_page(teacher, "class").text)
    assert link
    page = open_page(teacher, link[1]).text
    form = {"csrf": teacher.hidden(page, "csrf"), "revision": "1", "points": "7", "action": "mark"}
    address = f"{teacher.home}/a/sum/{link[1]}"
    after = teacher.client.post(address, data=form, base_url="https://localhost", follow_redirects=True)
    assert "/works/" in after.request.path
    assert after.request.path != address
    assert "Nilai tersimpan." in after.text
    assert "Ini karya berikutnya yang menunggu." in after.text


def test_a_learner_can_neither_see_the_class_nor_mark(learner: Learner) -> None:
    learner.send(learner.get(), total="5", action="submit")
    assert open_page(learner, "class").status_code == 403
    assert open_page(learner, "works/1").status_code == 403


def test_a_draft_stays_private(learner: Learner, teacher: Learner) -> None:
    page = learner.get()
    learner.save(page, "a", note=("rahasia", 1, 0))
    overview = open_page(teacher, "class").text
    assert "Draf" in overview
    assert "rahasia" not in overview
    assert open_page(teacher, f"works/{learner.hidden(page, 'attempt')}").status_code == 404


def test_a_launch_that_brings_another_column_makes_parked_grades_due_again(learner: Learner) -> None:
    learner.send(learner.get(), total="5", action="submit")
    db.session.execute(update(GradeSlot).values(state="parked", reason="no-column"))
    db.session.commit()
    teacher = {"roles": ["http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"]}
    other = {AGS: COLUMN | {"lineitem": "https://lms.example/lineitems/2"}}
    launch(learner.client.application.test_client(), sub="77", **teacher, **other)
    assert slot().state == "queued"


def test_a_parked_grade_is_tried_again_when_its_learner_launches(learner: Learner) -> None:
    learner.send(learner.get(), total="5", action="submit")
    db.session.execute(update(GradeSlot).values(state="parked", reason="not-allowed"))
    db.session.commit()
    launch(learner.client.application.test_client(), sub="77", **{AGS: COLUMN})
    assert slot().state == "parked"
    Learner(learner.client.application.test_client())
    assert slot().state == "queued"
