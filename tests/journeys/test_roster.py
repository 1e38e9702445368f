"""The class list of the LMS in the tool: who never came, who left, who came back, and groups; over real sockets."""

# ruff: noqa: F811 - fixtures of another file

import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select, update

from lms_ext.models import CourseGroup, Member, Person, Roster, db, utcnow
from lms_ext.sandbox.people import Person as Account
from lms_ext.worker import Worker
from tests.journeys.test_practice_lms import Both, both  # noqa: F401 - a fixture
from tests.support.lms import until
from tests.support.visitor import Page

TEACHER = "3"


@pytest.fixture
def working(both: Both) -> Iterator[Both]:
    """Both sides, with a worker at work."""
    both.register()
    stop = threading.Event()
    thread = threading.Thread(target=Worker(both.app).run, args=(stop,))
    thread.start()
    yield both
    stop.set()
    thread.join()


def status(sub: str) -> str | None:
    found = select(Member.status).join(Person, Person.id == Member.person_id).where(Person.sub == sub)
    given = db.session.execute(found).scalar_one_or_none()
    db.session.rollback()  # an open transaction would keep the worker of SQLite from writing
    return given


def roster() -> Roster:
    db.session.rollback()
    db.session.expire_all()
    found = db.session.execute(select(Roster)).scalar_one()
    db.session.expunge(found)
    db.session.rollback()
    return found


def refresh(working: Both, page: Page) -> str:
    """Press the button and read where it leads."""
    address, fields = page.form()
    assert address.endswith("/roster")
    with working.app.app_context():  # the minute between two askings has passed
        db.session.execute(update(Roster).values(tried_at=utcnow() - timedelta(minutes=2)))
        db.session.commit()
    return unescape(working.visitor.post(page.url.partition("/l/")[0] + address, fields).text)


def names(page: str) -> list[str]:
    return re.findall(r'<span class="person">.*?</span><span>(.*?)</span></span></th>', page)


def test_a_year_in_the_life_of_a_class(working: Both) -> None:
    lms = working.lms
    working.answer(working.open("11", 1), "5")
    with working.app.app_context():
        until(lambda: status("22") == "active")  # nobody pressed anything: the course was noticed at its first launch
    page = working.open(TEACHER, 1)
    text = unescape(page.text)
    assert "12 peserta, 11 belum membuka aktivitas ini." in text
    assert len(names(text)) == 12
    assert "Wulan" not in " ".join(names(text))  # teachers and the pretend learner are no learners
    assert "Murid Uji" not in text

    # groups narrow the list
    with working.app.app_context():
        group, set_name = db.session.execute(
            select(CourseGroup.id, CourseGroup.set_name).where(CourseGroup.name == "Kelompok 1")
        ).one()
        db.session.rollback()
    assert set_name == "Kelompok diskusi"
    grouped = unescape(working.visitor.get(f"{page.url}/a/sum/class?group={group}").text)
    assert "6 peserta" in grouped
    assert len(names(grouped)) == 6
    assert len(names(working.visitor.get(f"{page.url}/a/sum/class?group=123&page=7&state=x").text)) == 0

    # three go, one comes
    for person, now in (("11", "Deleted"), ("12", "Deleted"), ("13", "Inactive")):
        lms.members.set_status(person, now)
    lms.add_person(Account("30", "Zainab Pohan", "Zainab", "Pohan"))
    told = refresh(working, page)
    assert "Daftar sudah disegarkan." in told
    assert "1 orang baru, 3 orang keluar." in told
    assert "10 peserta, 10 belum" in told
    gone = told.partition("Tidak lagi di kelas")[2]
    assert names(gone) == ["Agustina Wenda"]  # her work is there; the others left nothing behind
    work = re.search(r'href="([^"]*/works/\d+)"', gone)
    assert work
    assert "Jawaban: 5" in working.visitor.get(page.url.partition("/l/")[0] + work[1]).text
    with working.app.app_context():
        assert (status("12"), status("13"), status("30")) == ("left", "inactive", "active")

    # asked again at once: told so, and the LMS is left alone
    address, fields = page.form()
    soon = working.visitor.post(page.url.partition("/l/")[0] + address, fields)
    assert "Daftar baru saja diambil." in unescape(soon.text)

    # a launch speaks for itself
    lms.members.set_status("11", "Active")
    working.open("11", 1)
    with working.app.app_context():
        assert status("11") == "active"

    # at night only what has changed is read
    lms.members.set_status("12", "Active")
    lms.members.set_status("14", "Deleted")
    with working.app.app_context():
        before = roster()
        assert before.differences_url
        assert before.due_at - utcnow() > timedelta(hours=1)
        db.session.execute(update(Roster).values(due_at=utcnow()))
        db.session.commit()
        until(lambda: status("14") == "left")
        until(lambda: roster().synced_at > before.synced_at)
        assert status("12") == "active"
        assert (roster().full_at, roster().joined, roster().departed) == (before.full_at, 1, 1)


def test_a_link_for_one_group_counts_nobody_else(working: Both) -> None:
    lms = working.lms
    group = lms.members.add_group("Kelompok IPA", ["14", "15"])
    lms.members.restrict_link(1, group)
    page = working.open(TEACHER, 1)
    refresh(working, page)
    text = unescape(working.visitor.get(f"{page.url}/a/sum/class").text)
    assert "2 peserta, 2 belum" in text
    assert len(names(text.partition("Tautan ini tidak ditampilkan kepada mereka")[2])) == 10
    lms.members.remove_group(group)  # it is for everybody again, which the next night notices by itself
    with working.app.app_context():
        before = roster()
        db.session.execute(update(Roster).values(due_at=utcnow(), full_at=None))
        db.session.commit()
        until(lambda: roster().synced_at > before.synced_at)
    assert "12 peserta, 12 belum" in unescape(working.visitor.get(f"{page.url}/a/sum/class").text)


def test_a_platform_that_does_not_answer_is_not_waited_for(working: Both) -> None:
    page = working.open(TEACHER, 1)
    with working.app.app_context():
        until(lambda: status("22") == "active")
    working.lms.faults.add("memberships", "500", times=0)
    told = refresh(working, page)
    assert "Daftar belum dapat disegarkan." in told
    assert "LMS melaporkan gangguan." in told
    assert "12 peserta" in told
