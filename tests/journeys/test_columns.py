"""Times, columns and reviews across the real tool and the practice LMS: chosen once, seen where they matter."""

import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urljoin

import pytest
from sqlalchemy import select, update

from lms_ext.models import GradeColumn, GradeSlot, Link, Space, db, utcnow
from lms_ext.sandbox.claims import item_url
from lms_ext.worker import Worker
from tests.journeys.test_activity import document, publish
from tests.journeys.test_practice_lms import Both, both  # noqa: F401 - a fixture
from tests.support.pages import read
from tests.support.visitor import Page

TEACHER, LEARNER, OTHER = "3", "19", "20"


def csrf(page: Page) -> str:
    found = re.search(r'name="csrf" value="([^"]*)"', page.text)
    assert found, page.text
    return found[1]


def choose(both: Both, *refs: str, **fields: Any) -> Page:  # noqa: F811 - a fixture's value
    """Add to the course as a teacher does; gives the LMS's page."""
    base = both.lms.settings.url
    both.visitor.post(f"{base}/acting", {"person": TEACHER})
    page = both.visitor.get(f"{base}/course/choose/launch")
    while page.url.startswith(base):
        page = both.visitor.submit(page)
    page = both.visitor.post(page.url, {"pick": refs[0], "csrf": csrf(page), **fields})
    while page.status == 200 and not page.url.startswith(base):
        page = both.visitor.submit(page)
    return page


def review(both: Both, person: str, column: int, learner: str) -> Page:  # noqa: F811 - as above
    """Follow the gradebook's link to a learner's work."""
    base = both.lms.settings.url
    both.visitor.post(f"{base}/acting", {"person": person})
    page = both.visitor.get(f"{base}/grades/{column}/{learner}/review")
    while page.url.startswith(base) and page.status == 200:
        page = both.visitor.submit(page)
    return page


def deliver(both: Both) -> None:  # noqa: F811 - as above
    """Let the worker send all there is, and read what was asked for."""
    worker, deadline = Worker(both.app), time.monotonic() + 20
    while True:
        worker.once()
        db.session.rollback()
        waiting = db.session.execute(select(GradeSlot.state).where(GradeSlot.sent_version < GradeSlot.version)).all()
        db.session.rollback()
        if not waiting or time.monotonic() > deadline:
            break
        time.sleep(0.1)
    worker.close()
    assert not waiting


@pytest.mark.parametrize("profile", ["generic", "moodle"])
def test_times_that_a_teacher_chose_reach_the_lms_and_its_learners(both: Both, profile: str) -> None:  # noqa: F811 - as above
    both.lms.set_profile(profile)
    both.register()
    placed = choose(both, "demo/sum", starts="2026-11-02T08:00", ends="2026-11-20T16:00", options="hold")
    assert placed.status == 200, placed.text
    link = both.lms.course.links()[-1]
    kept = ("2026-11-02T01:00:00Z", "2026-11-20T09:00:00Z") if profile == "generic" else ("", "")
    assert (link.starts, link.ends) == kept, "16.00 WIB"
    column = both.lms.course.column(link.column_id or 0)
    assert column is not None
    assert not column["released"]
    page = both.open(LEARNER, link.id)
    assert "Tenggat 20 November 2026, 16.00 WIB" in page.text
    assert "Masih dapat dikumpulkan; ditandai terlambat." in page.text
    assert both.answer(page, "5").status == 200, "late work is taken"
    assert "Terlambat" in both.open(LEARNER, link.id).text
    assert "Terlambat" in both.open(TEACHER, link.id).text
    deliver(both)
    held = both.lms.course.grade(column["id"], LEARNER)
    assert held is not None
    assert held["score"] == 10
    if profile == "generic":  # the teacher gives more time in the LMS: its word counts
        both.lms.course.set_times(link.id, "", "2099-12-01T09:00:00Z")
        assert "Tenggat 1 Desember 2099, 16.00 WIB" in both.open(LEARNER, link.id).text
        assert "Terlambat" not in both.open(TEACHER, link.id).text
    _changed_here(both, profile, link.id, column["id"])


def _changed_here(both: Both, profile: str, link: int, column: int) -> None:  # noqa: F811 - as above
    """The teacher changes times here: they hold here, and are kept in the LMS where it takes them."""
    takes = profile == "generic"
    page = set_times(both, link, starts="2026-11-03T08:00", ends="2026-11-03T07:00", releases="besok")
    assert (page.status, "Tenggat harus sesudah waktu mulai." in page.text) == (422, True)
    assert page.text.count("Tulis waktu seperti") == 1, "the time of release, too"
    page = set_times(both, link, starts="2026-11-03T08:00", ends="2099-11-30T16:00", releases="2099-12-12T08:00")
    assert "Menunggu dikirim" in page.text
    assert page.headers["Refresh"] == "2"
    deliver(both)
    page = both.visitor.get(page.url)
    assert "Refresh" not in page.headers
    assert ("LMS memakai waktu ini." if takes else "LMS tidak menyimpan waktu ini: hanya berlaku di sini.") in page.text
    there = both.lms.course.column(column)
    assert there is not None
    kept = ("2026-11-03T01:00:00Z", "2099-11-30T09:00:00Z") if takes else ("", "")
    assert (there["starts"], there["ends"], bool(there["released"])) == (*kept, False)
    assert (there["label"], there["resource_id"], there["maximum"]) == ("Jumlah", "demo/sum", 10), "the rest stays as it was"
    assert there["review"]
    assert "Tenggat 30 November 2099, 16.00 WIB" in both.open(LEARNER, link).text, "what the link was chosen with is no news"

    past = utcnow() - timedelta(seconds=1)
    db.session.execute(update(Link).values(releases_at=past))
    db.session.execute(update(GradeColumn).where(GradeColumn.change_due_at.is_not(None)).values(change_due_at=past))
    db.session.commit()
    deliver(both)
    assert (both.lms.course.column(column) or {})["released"], "the time of release has come"
    set_times(both, link)
    deliver(both)
    both.open(LEARNER, link)
    db.session.rollback()
    row = db.session.execute(select(Link)).scalar_one()
    assert (row.starts_at, row.ends_at, row.releases_at, row.options) == (None, None, None, "")
    gone = both.lms.course.column(column) or {}
    assert (gone["starts"], gone["ends"], bool(gone["released"])) == ("", "", True)


def test_times_of_a_link_without_a_column_hold_here_and_one_without_an_activity_has_none(both: Both) -> None:  # noqa: F811 - as above
    both.register()
    choose(both, "demo/sum")
    link = both.lms.course.links()[-1].id
    at = both.open(TEACHER, link).url
    db.session.rollback()
    db.session.execute(update(Link).values(lineitem_url=""))
    db.session.execute(update(Space).values(lineitems_url=""))
    db.session.commit()
    page = both.visitor.post(f"{at}/times", {"csrf": csrf(both.visitor.get(f"{at}/times")), "ends": "2099-11-30T16:00"})
    assert (page.status, 'value="2099-11-30T16:00"' in page.text) == (200, True)
    assert db.session.execute(select(Link.ends_at)).scalar_one() == datetime(2099, 11, 30, 9, tzinfo=UTC)
    assert db.session.execute(select(GradeColumn.key).where(GradeColumn.change_due_at.is_not(None))).all() == []
    db.session.rollback()
    db.session.execute(update(Link).values(activity_ref=""))
    db.session.commit()
    assert both.visitor.get(f"{at}/times").status == 404


def set_times(both: Both, link: int, **fields: str) -> Page:  # noqa: F811 - as above
    """Save the form with the times of a link as its teacher."""
    at = f"{both.open(TEACHER, link).url}/times"
    return both.visitor.post(at, {"csrf": csrf(both.visitor.get(at)), **fields})


def test_work_does_not_begin_before_its_time(both: Both) -> None:  # noqa: F811 - as above
    both.register()
    assert (
        "Tenggat harus sesudah waktu mulai." in choose(both, "demo/sum", starts="2099-01-02T08:00", ends="2099-01-01T08:00").text
    )
    choose(both, "demo/sum", starts="2099-01-02T08:00")
    link = both.lms.course.links()[-1]
    page = both.open(LEARNER, link.id)
    assert page.status == 403
    assert "Mulai 2 Januari 2099, 08.00 WIB" in page.text
    assert "Coba sebagai peserta" in both.open(TEACHER, link.id).text
    db.session.rollback()
    row = db.session.execute(select(Link)).scalar_one()
    assert row.starts_at == datetime(2099, 1, 2, 1, 0, tzinfo=UTC)


def test_a_pack_gets_its_columns_and_a_teacher_goes_from_a_grade_to_the_work(both: Both) -> None:  # noqa: F811 - as above
    both.register()
    choose(both, "demo")
    link = both.lms.course.links()[-1]
    assert link.column_id is None
    for person, total in ((LEARNER, "5"), (OTHER, "4")):
        home = both.open(person, link.id)
        at = both.visitor.get(f"{home.url}/a/sum")
        fields = {
            name: read(at.text).one("input", name=name)["value"] for name in ("csrf", "attempt", "client_key", "tab", "revs")
        }
        assert both.visitor.post(f"{home.url}/a/sum/submit", fields | {"total": total, "action": "submit"}).status == 200
    deliver(both)
    (column,) = [one for one in both.lms.course.columns() if one["link_id"] == link.id]
    assert (column["resource_id"], column["maximum"]) == ("demo/sum", 10)
    assert [both.lms.course.grade(column["id"], one)["score"] for one in (LEARNER, OTHER)] == [10, 0]  # type: ignore[index]  # a missing one fails the test
    class_page = both.visitor.get(f"{both.open(TEACHER, link.id).url}/a/sum/class")
    assert class_page.text.count("Sampai di LMS") == 2

    both.visitor.post(f"{both.lms.settings.url}/acting", {"person": TEACHER})
    assert f"/grades/{column['id']}/{OTHER}/review" in both.visitor.get(f"{both.lms.settings.url}/grades").text
    shown = review(both, TEACHER, column["id"], OTHER)
    assert shown.status == 200, shown.text
    assert "/a/sum/works/" in shown.url
    assert both.lms.person(OTHER).name in shown.text  # type: ignore[union-attr]  # a missing one fails the test
    own = review(both, LEARNER, column["id"], LEARNER)
    assert own.url.endswith("/a/sum")
    assert "Dinilai 10" in own.text
    assert review(both, LEARNER, column["id"], OTHER).status == 404, "the LMS offers a learner only their own"

    both.lms.course.write_own(column["id"], OTHER, 7.5, "", "Wulan")
    teaching = both.open(TEACHER, link.id)
    seen = reread(both, teaching.url, "sum")
    assert "Nilai di LMS: 7,5; di sini: 0" in seen.text
    assert "Nilai di LMS: 10" in seen.text
    work = work_url(seen, both.lms.person(OTHER).name)  # type: ignore[union-attr]  # a missing one fails the test
    assert "Nilai di LMS: 7,5; di sini: 0" in both.visitor.get(work).text


def reread(both: Both, page: str, activity: str) -> Page:  # noqa: F811 - as above
    """Press the button that has the LMS's grades read, and look when that is done."""
    at = f"{page}/a/{activity}/class"
    asked = both.visitor.post(f"{at}/read", {"csrf": csrf(both.visitor.get(at))})
    assert "Sedang membaca nilai dari LMS." in asked.text
    assert asked.headers["Refresh"] == "2"
    deliver(both)
    seen = both.visitor.get(asked.url)
    assert "Refresh" not in seen.headers
    return seen


def work_url(class_page: Page, name: str) -> str:
    """Find the link to a person's work."""
    link = r'href="([^"]*/works/\d+)"[^>]*><span>Buka karya<span class="visually-hidden">: '
    found = re.search(link + re.escape(name), class_page.text)
    assert found, class_page.text
    return urljoin(class_page.url, found[1])


def with_module() -> dict[str, Any]:
    """A pack that has a module beside its sum."""
    sections = [
        {"id": key, "title": {"id": title, "en": english}, "blocks": [{"text": "Baca."}]}
        for key, title, english in (("amati", "Amati", "Observe"), ("rancang", "Rancang", "Design"))
    ]
    module = {"id": "modul", "type": "module", "title": {"id": "Modul", "en": "Module"}, "points": 10,
              "config": {"sections": sections}}  # fmt: skip
    made = document() | {"version": "1.1.0"}
    made["units"][0]["activities"].append(module)
    return made


def finish(both: Both, person: str, link: int, *sections: str) -> None:  # noqa: F811 - as above
    """Mark sections of the module as done."""
    home = both.open(person, link)
    for one in sections:
        page = read(both.visitor.get(f"{home.url}/a/modul").text)
        fields = {name: page.one("input", name=name)["value"] for name in ("csrf", "attempt", "client_key", "tab", "revs")}
        assert both.visitor.post(f"{home.url}/a/modul/submit", fields | {"finish": one}).status == 200


def test_each_section_of_a_module_gets_a_column_where_a_teacher_wants_that(both: Both) -> None:  # noqa: F811 - as above
    publish(with_module())
    both.register()
    both.visitor.post(f"{both.lms.settings.url}/language", {"lang": "en"})
    placed = choose(both, "demo/modul", options="units")
    assert placed.status == 200, placed.text
    link = both.lms.course.links()[-1]
    finish(both, LEARNER, link.id, "rancang")
    deliver(both)
    finish(both, LEARNER, link.id, "amati")
    finish(both, OTHER, link.id, "amati")
    deliver(both)
    own, *parts = [one for one in both.lms.course.columns() if one["link_id"] == link.id]
    assert (own["resource_id"], own["maximum"]) == ("demo/modul", 10)
    assert {one["label"]: (one["resource_id"], one["maximum"], one["tag"]) for one in parts} == {
        "Module: Design": ("demo/modul#unit:rancang", 1, "module"), "Module: Observe": ("demo/modul#unit:amati", 1, "module"),
    }  # fmt: skip
    grades = {one["label"]: {row["person_id"]: row["score"] for row in both.lms.course.grades(one["id"])} for one in parts}
    assert grades == {"Module: Design": {LEARNER: 1}, "Module: Observe": {LEARNER: 1, OTHER: 1}}
    assert {row["person_id"]: row["score"] for row in both.lms.course.grades(own["id"])} == {LEARNER: 10, OTHER: 5}
    db.session.rollback()
    slots = db.session.execute(select(GradeSlot.version).where(GradeSlot.column_key == "demo/modul#unit:rancang")).scalars()
    assert list(slots) == [1], "what stands there is not sent again"

    both.visitor.post(f"{both.lms.settings.url}/language", {"lang": "id"})
    (rancang,) = [one["id"] for one in parts if one["label"] == "Module: Design"]
    both.lms.course.write_own(rancang, LEARNER, 0, "", "Wulan")
    both.lms.faults.add("results", "403", times=1)
    teaching = both.open(TEACHER, link.id)
    seen = reread(both, teaching.url, "modul")
    assert "Nilai di LMS tidak terbaca." in seen.text, "one column of the three"
    assert "Nilai di LMS tidak terbaca." not in reread(both, teaching.url, "modul").text
    seen = both.visitor.get(seen.url)
    (chip,) = read(seen.text).all("span", class_="chip chip-revise")
    assert (chip.words, chip.inside("div").words) == ("Nilai di LMS: 0; di sini: 1", "Design Nilai di LMS: 0; di sini: 1")  # type: ignore[union-attr]  # a missing one fails the test
    table = read(both.visitor.get(work_url(seen, both.lms.person(LEARNER).name)).text).one("table")  # type: ignore[union-attr]  # a missing one fails the test
    rows = {row.one("th").words: [cell.words for cell in row.all("td")] for row in table.one("tbody").all("tr")}
    assert rows == {"Design": ["1 / 1", "0", "Sampai di LMS"], "Observe": ["1 / 1", "1", "Sampai di LMS"]}


def test_a_review_of_nobodys_work_or_of_a_foreign_column_says_so(both: Both) -> None:  # noqa: F811 - as above
    both.register()
    choose(both, "demo/sum")
    link = both.lms.course.links()[-1]
    column = link.column_id or 0
    both.open(LEARNER, link.id)
    empty = review(both, TEACHER, column, LEARNER)
    assert (empty.status, "Orang ini belum mengumpulkan karya di sini." in empty.text) == (404, True)
    foreign = both.lms.course.add_column("Lain", 10, review={"url": ""})
    away = review(both, TEACHER, foreign, LEARNER)
    assert (away.status, "Kolom nilai ini bukan milik aktivitas" in away.text) == (404, True)
    db.session.rollback()
    assert db.session.execute(select(GradeColumn)).first() is None


def test_an_aspects_column_that_is_left_alone_never_becomes_the_links_own(both: Both) -> None:  # noqa: F811 - as above
    """An LMS names a link's only column as its own; the whole score must not land in what was made for an aspect."""
    both.register()
    choose(both, "demo/sum")
    link = both.lms.course.links()[-1]
    both.open(LEARNER, link.id)
    db.session.rollback()
    row = db.session.execute(select(Link)).scalar_one()
    own, key = row.lineitem_url, (row.platform_id, row.space_id, row.id)
    both.lms.course.remove_column(link.column_id or 0)
    aspect = item_url(both.lms, both.lms.course.add_column("Jumlah: Alur", 4, resource_id="demo/sum#alur", link_id=link.id))
    db.session.add(GradeColumn(platform_id=key[0], space_id=key[1], link_id=key[2], key="demo/sum#alur", url=aspect))
    db.session.commit()
    both.open(OTHER, link.id)
    db.session.rollback()
    assert db.session.execute(select(Link.lineitem_url)).scalar_one() == own
