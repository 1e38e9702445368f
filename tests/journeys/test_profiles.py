"""The whole way on every imitated LMS: choose, work, grade, new keys on both sides, a learner leaves, the course is copied."""

# ruff: noqa: F811 - fixtures of another file

import re
import time
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from lms_ext.domain.pacing import Rules
from lms_ext.lti.tokens import Tokens
from lms_ext.lti.tool_keys import make_key
from lms_ext.models import Attempt, GradeSlot, Link, Person, PlatformKeySet, Space, db, utcnow
from lms_ext.roster_worker import RosterWork
from lms_ext.sandbox.claims import outer_id
from lms_ext.sandbox.copy_pages import copy_course
from lms_ext.sandbox.profiles import PROFILES, Profile
from lms_ext.services import tool_keys
from lms_ext.web.tool import new_session, tool
from lms_ext.worker import Worker
from tests.journeys.test_practice_lms import Both, both  # noqa: F401 - a fixture
from tests.support.registering import join, register_by_invitation

_KNOWS_WHO_LEFT = {"moodle", "brightspace", "blackboard", "sakai"}
"""Where a refusal can be told from a malformed score."""


def choose(both: Both, points: str) -> int:
    """Let the teacher put the sum into the course; gives the LMS's link."""
    base = both.lms.settings.url
    both.visitor.post(f"{base}/acting", {"person": "3"})
    page = both.visitor.get(f"{base}/course/choose/launch")
    while page.url.startswith(base):
        page = both.visitor.submit(page)
    csrf = re.search(r'name="csrf" value="([^"]*)"', page.text)
    assert csrf, page.text
    page = both.visitor.post(page.url, {"pick": "demo/sum", "p.demo/sum": points, "csrf": csrf[1]})
    while not page.url.startswith(base):
        page = both.visitor.submit(page)
    assert page.status == 200, page.text
    return both.lms.course.links()[-1].id


def settled(both: Both, person: str) -> GradeSlot:
    """Let the worker try until a learner's newest grade is settled."""
    worker, deadline = Worker(both.app), time.monotonic() + 20
    newest = (
        select(GradeSlot)
        .join(Person, (Person.platform_id == GradeSlot.platform_id) & (Person.id == GradeSlot.person_id))
        .where(Person.sub == outer_id(both.lms, "person", person))
        .order_by(GradeSlot.queued_at.desc())
        .limit(1)
    )
    while True:
        db.session.rollback()
        db.session.execute(update(GradeSlot).values(due_at=utcnow() - timedelta(seconds=1)))
        db.session.commit()
        worker.once()
        db.session.rollback()
        db.session.expire_all()
        slot = db.session.execute(newest).scalar_one()
        if slot.state in {"sent", "kept", "parked"} or time.monotonic() > deadline:
            db.session.rollback()
            worker.close()
            return slot


def work(both: Both, person: str, link: int) -> GradeSlot:
    """Let a learner answer rightly, and the grade go its way."""
    page = both.open(person, link)
    assert page.status == 200, page.text
    assert both.answer(page, "5").status == 200
    return settled(both, person)


def rotate(both: Both) -> None:
    """Give both sides new keys, and make every access token worthless."""
    both.lms.keys.rotate()
    both.lms.revoke_tokens()
    tool_keys.add(db.session, tool().sealer, make_key(), utcnow(), at_once=True)
    db.session.execute(update(PlatformKeySet).values(attempted_at=utcnow() - timedelta(seconds=31)))  # the tool asks once in 30 s
    db.session.commit()


def held(both: Both, link: int, person: str) -> float | None:
    found = both.lms.course.link(link)
    assert found
    assert found.column_id
    grade = both.lms.course.grade(found.column_id, person)
    return grade["score"] if grade else None


def roster(both: Both) -> set[str]:
    """Let the member lists that are due be fetched; gives whom we know of."""
    lti = tool().lti
    work = RosterWork(both.app, Tokens(lti.outbound, lti.signer, new_session), Rules())
    db.session.rollback()
    work.once()
    work.close()
    found = set(db.session.execute(select(Person.sub)).scalars())
    db.session.rollback()
    return found


def _registered(both: Both, profile: Profile) -> None:
    """Let the LMS register the tool by invitation where it knows how, else by the file with its addresses."""
    base = tool().settings.public_url
    if not profile.registers:
        assert "registration-not-config" in register_by_invitation(base, both.lms).text
        both.register()
        return
    platform = join(base, both.lms)
    assert (platform.issuer, platform.product) == (both.lms.settings.url, profile.family or "lms-latihan")
    assert platform.token_audience == profile.token_audience
    assert platform.name == (profile.account or both.lms.settings.url.partition("://")[2])


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_every_lms_the_whole_way(both: Both, profile: str) -> None:
    both.lms.set_profile(profile)
    _registered(both, PROFILES[profile])
    link = choose(both, "20")
    assert work(both, "19", link).state == "sent"
    rotate(both)
    assert work(both, "20", link).state == "sent"
    assert (held(both, link, "19"), held(both, link, "20")) == (20, 20)

    page = both.open("21", link)
    both.lms.store.run("delete from people where id = '21'")
    both.answer(page, "5")
    parked = settled(both, "21")
    assert (parked.state, parked.reason) == ("parked", "not-enrolled" if profile in _KNOWS_WHO_LEFT else "not-gradable")

    assert roster(both) == {outer_id(both.lms, "person", one.id) for one in both.lms.people() if one.role != "test"} | {
        outer_id(both.lms, "person", "21")  # left, and their work is kept
    }
    _copied(both, link)


def _copied(both: Both, link: int) -> None:
    """Copy the course after a teacher's points were changed on our side: the copy has them, no work, and a column of its own."""
    db.session.execute(update(Link).where(Link.points == 20).values(points=40))
    db.session.commit()
    before = db.session.execute(select(func.count()).select_from(Attempt)).scalar_one()
    Worker(both.app).tell_services()
    room = copy_course(both.lms, "7", "Kelas G")
    copy = both.lms.course.links(room.id)[-1]
    columns = len(both.lms.course.columns())
    page = both.open("19", copy.id)
    assert page.status == 200, page.text
    assert "Dinilai" not in page.text, "work came along"
    assert both.answer(page, "5").status == 200
    assert settled(both, "19").state == "sent"
    assert (held(both, copy.id, "19"), held(both, link, "19")) == (20, 20)
    assert len(both.lms.course.columns()) == columns, "a column was doubled"
    told = dict(
        db.session.execute(
            select(Space.title, Link.points).join(Link, (Link.platform_id == Space.platform_id) & (Link.space_id == Space.id))
        ).all()  # type: ignore[arg-type]  # rows of two
    )
    assert told["Kelas G"] == 40
    assert db.session.execute(select(func.count()).select_from(Attempt)).scalar_one() == before + 1
