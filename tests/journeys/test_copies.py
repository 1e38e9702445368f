"""A copied course finds its settings by whatever the LMS tells; a teacher is asked once when it tells too little."""

# ruff: noqa: F811 - fixtures of another file

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from lms_ext.domain.launches import HISTORY_PARAMETERS
from lms_ext.models import Link, Space, db, utcnow
from lms_ext.sandbox.copy_pages import copy_course
from lms_ext.sandbox.course import Room
from lms_ext.worker import Worker
from tests.journeys.test_practice_lms import Both, both  # noqa: F401 - a fixture
from tests.journeys.test_profiles import choose
from tests.support.visitor import Page

QUESTION = "Salin pengaturan dari"


def ready(both: Both, profile: str, points: int | None = 40) -> int:
    """Let a teacher add the sum for 20 points and a learner begin; then change the points on our side alone."""
    both.lms.set_profile(profile)
    both.register()
    link = choose(both, "20")
    assert both.open("3", link).status == both.open("19", link).status == 200
    change(points, "demo/sum")
    return link


def change(points: int | None, ref: str, course: str = "") -> None:
    spaces = select(Space.id).where(Space.title == course) if course else select(Space.id)
    db.session.execute(update(Link).where(Link.space_id.in_(spaces)).values(points=points, activity_ref=ref))
    db.session.commit()


def stored(course: str) -> dict[str, Any]:
    """Give what is stored of the newest link of a course."""
    db.session.rollback()
    db.session.expire_all()
    query = select(Link).join(Space, (Space.platform_id == Link.platform_id) & (Space.id == Link.space_id))
    found = db.session.execute(query.where(Space.title == course).order_by(Link.id.desc()).limit(1)).scalar_one()
    told = {name: getattr(found, name) for name in ("activity_ref", "points", "copy_doubt", "stable_id", "ends_at")}
    db.session.rollback()
    return told


def opened(both: Both, room: Room, person: str = "19") -> Page:
    return both.open(person, both.lms.course.links(room.id)[-1].id)


def answer(both: Both, page: Page, source: str) -> Page:
    csrf = re.search(r'name="csrf" value="([^"]*)"', page.text)
    assert csrf
    return both.visitor.post(f"{page.url}/copied", {"csrf": csrf[1], "source": source})


def sources(page: Page) -> list[str]:
    return re.findall(r'name="source" value="([^"]*)"', page.text)


def test_the_lms_names_the_link(both: Both) -> None:
    """Also where parameters and address of the copy are lost: what the registration declares is sent all the same."""
    ready(both, "blackboard")
    both.lms.set_custom(HISTORY_PARAMETERS)
    first = copy_course(both.lms, "7", "Kelas G", forget=True)
    second = copy_course(both.lms, first.id, "Kelas H", forget=True)  # the copy in between was never opened
    assert "Jumlah" in opened(both, second).text
    assert stored("Kelas H") == {"activity_ref": "demo/sum", "points": 40, "copy_doubt": None, "stable_id": "", "ends_at": None}


@pytest.mark.parametrize("profile", ["openedx", "moodle"])
def test_the_id_we_gave_travels_with_the_copy(both: Both, profile: str) -> None:
    ready(both, profile)
    assert opened(both, copy_course(both.lms, "7", "Kelas G")).status == 200
    assert (stored("Kelas G")["points"], len(stored("Kelas G")["stable_id"])) == (40, 32)


def test_the_course_it_comes_from_decides_between_copies(both: Both) -> None:
    """Moodle names courses only. A copy's copy is like the copy, not like the first course."""
    ready(both, "moodle")
    first = copy_course(both.lms, "7", "Kelas G")
    opened(both, first)
    change(60, "demo/sum", "Kelas G")
    opened(both, copy_course(both.lms, first.id, "Kelas H"))
    opened(both, copy_course(both.lms, "7", "Kelas I"))
    assert (stored("Kelas H")["points"], stored("Kelas I")["points"]) == (60, 40)


@pytest.mark.parametrize(("days", "kept"), [(9, True), (-9, False)])
def test_times_that_lie_ahead_are_taken_over(both: Both, days: int, kept: bool) -> None:
    ready(both, "blackboard")
    both.lms.set_custom(HISTORY_PARAMETERS)
    ends = utcnow().replace(microsecond=0) + timedelta(days=days)
    db.session.execute(update(Link).values(ends_at=ends))
    db.session.commit()
    opened(both, copy_course(both.lms, "7", "Kelas G", forget=True))
    assert stored("Kelas G")["ends_at"] == (ends if kept else None)


def test_a_notice_names_the_course_where_launches_do_not(both: Both) -> None:
    ready(both, "canvas")
    first = copy_course(both.lms, "7", "Kelas G")
    opened(both, first)
    change(60, "demo/sum", "Kelas G")
    assert Worker(both.app).tell_services() == 1
    opened(both, copy_course(both.lms, first.id, "Kelas H"))
    opened(both, copy_course(both.lms, "7", "Kelas I", forget=True))  # found by its name in the course it was copied from
    assert (stored("Kelas H")["points"], stored("Kelas I")["points"]) == (60, 40)
    assert stored("Kelas I")["activity_ref"] == "demo/sum"


def test_what_is_chosen_anew_for_the_copy_counts(both: Both) -> None:
    ready(both, "moodle")
    room = copy_course(both.lms, "7", "Kelas G")
    copy = both.lms.course.links(room.id)[-1]
    custom = json.dumps({"activity": "demo", "link_uuid": copy.custom["link_uuid"]})
    both.lms.store.run("update links set custom = ?, url = '' where id = ?", custom, copy.id)
    assert opened(both, room).status == 200
    assert (stored("Kelas G")["activity_ref"], stored("Kelas G")["points"]) == ("demo", None)


def test_in_doubt_the_teacher_is_asked_once_and_no_learner_is(both: Both) -> None:
    """Two copies differ and the LMS does not say which one this comes from."""
    ready(both, "openedx")
    opened(both, copy_course(both.lms, "7", "Kelas G"))
    change(60, "demo/sum", "Kelas G")
    room = copy_course(both.lms, "7", "Kelas H")
    learner = opened(both, room, "20")
    assert learner.status == 200
    assert QUESTION not in learner.text
    assert (stored("Kelas H")["points"], len(stored("Kelas H")["copy_doubt"])) == (20, 2), "until then as the LMS says"

    page = opened(both, room, "3")
    assert QUESTION in page.text
    assert "Kelas F" in page.text
    assert "Kelas G" not in page.text, "they never taught there"
    assert "Kursus lain" in page.text
    assert answer(both, page, "1-1").status == 400
    original = next(one for one in sources(page) if one and _points_of(one) == 40)
    after = answer(both, page, original)
    assert after.status == 200
    assert QUESTION not in after.text
    assert (stored("Kelas H")["points"], stored("Kelas H")["copy_doubt"]) == (40, [])
    assert QUESTION not in opened(both, room, "3").text


def _points_of(source: str) -> int | None:
    space, link = map(int, source.split("-"))
    points = db.session.execute(select(Link.points).where(Link.space_id == space, Link.id == link)).scalar_one()
    db.session.rollback()  # an open transaction would lock the tool out on SQLite
    return points


def test_where_nothing_is_told_a_namesake_in_ones_own_course_is_offered(both: Both) -> None:
    ready(both, "openedx")
    room = copy_course(both.lms, "7", "Kelas G", forget=True)
    learner = opened(both, room, "20")
    assert (learner.status, QUESTION in learner.text) == (404, False)
    page = opened(both, room, "3")
    assert "Salin pengaturan dari Pelatihan Pembelajaran Mendalam" in page.text
    assert answer(both, page, sources(page)[0]).status == 200
    assert (stored("Kelas G")["activity_ref"], stored("Kelas G")["points"]) == ("demo/sum", 40)
    assert opened(both, room, "20").status == 200


def test_settings_for_what_is_published_no_more_are_not_offered(both: Both) -> None:
    ready(both, "openedx")
    change(40, "demo/lama")
    page = opened(both, copy_course(both.lms, "7", "Kelas G", forget=True), "3")
    assert QUESTION not in page.text
    assert "data-pick-box" in page.text, "the teacher chooses instead"


def test_a_teacher_may_say_no_and_choose(both: Both) -> None:
    ready(both, "openedx")
    room = copy_course(both.lms, "7", "Kelas G", forget=True)
    page = opened(both, room, "3")
    picker = answer(both, page, "")
    assert "data-pick-box" in picker.text
    assert "data-pick-box" in opened(both, room, "3").text, "not asked again"


def test_once_work_is_handed_in_nobody_is_asked(both: Both) -> None:
    ready(both, "openedx")
    opened(both, copy_course(both.lms, "7", "Kelas G"))
    change(60, "demo/sum", "Kelas G")
    room = copy_course(both.lms, "7", "Kelas H")
    both.answer(opened(both, room, "20"), "5")
    assert QUESTION not in opened(both, room, "3").text


def test_another_deployments_links_are_nobodys_origin(both: Both) -> None:
    """Ids of links and courses are unique within a deployment only; the id that we gave is unique everywhere."""
    ready(both, "generic")
    db.session.execute(update(Space).values(deployment_id="elsewhere"))
    db.session.commit()
    both.lms.set_custom(HISTORY_PARAMETERS)
    room = copy_course(both.lms, "7", "Kelas G", forget=True)
    assert opened(both, room).status == 404
    assert stored("Kelas G")["activity_ref"] == ""
