"""Class lists from platforms that fail: a class changes as a whole, or not at all."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask, Response, request
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from lms_ext.domain.pacing import Rules
from lms_ext.domain.quirks import Quirks
from lms_ext.domain.rosters import Fetched, RosterTrouble
from lms_ext.lti.nrps import Memberships
from lms_ext.lti.tokens import Tokens
from lms_ext.models import DeliveryLane, Member, Person, Roster, Space, db, utcnow
from lms_ext.roster_worker import RosterWork
from lms_ext.sandbox.people import Person as Account
from lms_ext.services import rosters
from lms_ext.web.tool import new_session, tool
from tests.faults.conftest import QUICK
from tests.support.lms import Lms

Make = Callable[..., Lms]


def work(app: Flask) -> RosterWork:
    """Give a worker with tokens of its own, as another process has them."""
    lti = tool().lti
    return RosterWork(app, Tokens(lti.outbound, lti.signer, new_session), QUICK)


def in_use(lms: Lms) -> Lms:
    """Let the space be one that has a list, and whose list is due."""
    url = f"{lms.practice.settings.url}/nrps/7"
    place = (Space.platform_id == lms.platform_id, Space.id == lms.space_id)
    groups = {"groups_url": f"{url}/groups", "group_sets_url": f"{url}/sets"} if lms.practice.profile.groups else {}
    db.session.execute(update(Space).where(*place).values(nrps_url=f"{url}/memberships", **groups))
    rosters.note_use(db.session, [(lms.platform_id, lms.space_id)], utcnow())
    db.session.commit()
    return lms


def due(lms: Lms, **values: Any) -> None:
    place = (Roster.platform_id == lms.platform_id, Roster.space_id == lms.space_id)
    db.session.execute(update(Roster).where(*place).values(due_at=utcnow(), **values))
    db.session.execute(update(DeliveryLane).values(resume_at=None, down_since=None, failures=0))
    db.session.commit()


def roster(lms: Lms) -> Roster:
    db.session.rollback()
    db.session.expire_all()
    found = db.session.get(Roster, (lms.platform_id, lms.space_id))
    assert found
    return found


def members(lms: Lms) -> dict[str, tuple[str, str, str]]:
    """Give name, role and status by id there, as committed."""
    db.session.rollback()
    rows = db.session.execute(
        select(Person.sub, Person.name, Member.role, Member.status)
        .join(Member, (Member.platform_id == Person.platform_id) & (Member.person_id == Person.id))
        .where(Member.platform_id == lms.platform_id, Member.space_id == lms.space_id)
    )
    return {row[0]: (row[1], row[2], row[3]) for row in rows}


FAULTS = {
    "the second page fails": ("memberships", {"kind": "500", "after": 1}, "platform-fault"),
    "the second page is cut": ("memberships", {"kind": "cut", "after": 1}, "unreachable"),
    "the second page is HTML": ("memberships", {"kind": "html", "after": 1}, "unreadable"),
    "the second page is empty": ("memberships", {"kind": "empty", "after": 1}, "unreadable"),
    "a page names itself as the next": ("memberships", {"kind": "loop", "times": 0}, "loop"),
    "the next page is on another host": ("memberships", {"kind": "foreign"}, "foreign-page"),
    "not allowed": ("memberships", {"kind": "403"}, "not-allowed"),
    "gone": ("memberships", {"kind": "404"}, "gone"),
    "slow down": ("memberships", {"kind": "429", "seconds": 1}, "busy"),
    "401 again and again": ("memberships", {"kind": "401", "times": 0}, "token-refused"),
    "no token": ("token", {"kind": "403", "times": 0}, "token-refused"),
}


def test_a_list_that_fails_midway_leaves_the_class_as_it_was(app: Flask, make_lms: Make) -> None:
    lms = in_use(make_lms("generic", learners=120))
    assert work(app).once() == 1
    before = members(lms)
    assert len(before) == 134
    assert roster(lms).members == 134
    lms.practice.members.set_status("1000", "Deleted")
    lms.practice.add_person(Account("9", "Baru"))
    for name, (service, fault, code) in FAULTS.items():
        lms.practice.faults.add(service, **fault)
        if service == "token":
            lms.practice.revoke_tokens()
        due(lms, full_at=None)
        assert work(app).once() == 1, name
        assert (members(lms), roster(lms).trouble) == (before, code), name
        assert rosters.words(code)
        lms.practice.faults.clear()
    due(lms, full_at=None)
    assert work(app).once() == 1
    after = members(lms)
    assert after["1000"] == ("Murid 1000", "learner", "left")
    assert after["9"] == ("Baru", "learner", "active")
    assert (roster(lms).trouble, roster(lms).tries, roster(lms).members) == ("", 0, 134)


def test_a_refused_token_is_renewed_once_and_shared_by_all(app: Flask, make_lms: Make) -> None:
    lms = in_use(make_lms("moodle"))
    assert work(app).once() == 1
    given_before = len(lms.tokens)
    lms.practice.faults.add("memberships", "401")  # as when the platform has forgotten all tokens
    due(lms)
    assert work(app).once() == 1
    assert roster(lms).trouble == ""
    assert len(lms.tokens) == given_before + 1
    due(lms)
    assert work(app).once() == 1
    assert len(lms.tokens) == given_before + 1


def test_a_course_of_thousands_is_read_to_its_end(app: Flask, make_lms: Make) -> None:
    lms = in_use(make_lms("moodle", learners=0))
    store = lms.practice.store
    with store.lock:
        for number in range(2500):
            store.run("insert into people values (?, ?, '', '', '', 'learner')", f"m{number}", f"Murid {number}")
    assert work(app).once() == 1
    assert roster(lms).members == 2514
    assert len(members(lms)) == 2514
    # half of it comes, the rest does not
    lms.practice.members.set_status("m7", "Deleted")
    lms.practice.faults.add("memberships", "down", after=13)
    due(lms, full_at=None)
    assert work(app).once() == 1
    assert roster(lms).trouble == "unreachable"
    assert members(lms)["m7"][2] == "active"
    # longer than anybody can look after: said so, and nothing changes
    over = [{"user_id": f"x{number}", "roles": ["Learner"]} for number in range(20_001)]
    answers(lms, {"members": over})
    due(lms, full_at=None)
    assert work(app).once() == 1
    assert roster(lms).trouble == "too-many"
    assert len(members(lms)) == 2514
    # larger than a page may be
    answers(lms, {"members": [], "more": "x" * 5_000_000})
    due(lms, full_at=None)
    work(app).once()
    assert roster(lms).trouble == "too-large"
    # an empty list is a fault there, and empties no class
    answers(lms, {"members": []})
    due(lms, full_at=None)
    work(app).once()
    assert roster(lms).trouble == "empty"
    assert {one[2] for one in members(lms).values()} == {"active"}


def test_a_list_has_a_time_to_be_read_in(app: Flask, make_lms: Make) -> None:
    lms = in_use(make_lms("moodle", learners=350))
    lms.practice.faults.add("memberships", "slow", seconds=0.15, times=0)
    lti = tool().lti
    with new_session() as session:
        sought = rosters.take(session, QUICK, utcnow())
        session.commit()
    assert sought
    tokens = Tokens(lti.outbound, lti.signer, new_session)
    with pytest.raises(RosterTrouble, match="too-slow"):
        Memberships(lti.outbound, tokens, seconds=0.35).fetch(lti.registry.all()[lms.platform_id], Quirks(), sought)
    lms.practice.messages.clear()
    whole = Memberships(lti.outbound, tokens).fetch(lti.registry.all()[lms.platform_id], Quirks(), sought)
    assert (len(whole.people), lms.practice.messages.count()) == (364, 4)


def answers(lms: Lms, body: Any) -> None:
    """From now on the member list is this, in one page."""
    funcs = lms.sandbox.after_request_funcs.setdefault(None, [])
    funcs[:] = [one for one in funcs if getattr(one, "__name__", "") != "_other"]

    def _other(response: Response) -> Response:
        if request.path.endswith("/memberships") and response.status_code == 200:
            response.set_data(json.dumps(body))
            response.headers.pop("Link", None)
        return response

    funcs.append(_other)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
ROLES = st.sampled_from(["Learner", "Instructor", "http://purl.imsglobal.org/vocab/lis/v2/membership#Mentor", "apa saja"])
ENTRY = JSON | st.fixed_dictionaries(
    {"user_id": st.sampled_from(["1000", "1001", "x", ""]) | JSON},
    optional={
        "roles": st.lists(ROLES, max_size=2) | JSON, "status": st.sampled_from(["Active", "Inactive", "Deleted"]) | JSON,
        "name": st.just("Sri\x00 \ud83d Wahyuni") | JSON, "given_name": JSON, "email": JSON,
        "group_enrollments": st.just([{"group_id": 1}, {"group_id": "zz"}]) | JSON,
    },
)  # fmt: skip


def test_whatever_stands_in_a_list_is_read_or_skipped(app: Flask, make_lms: Make) -> None:
    lms = in_use(make_lms("generic"))
    assert work(app).once() == 1
    lti = tool().lti
    memberships = Memberships(lti.outbound, Tokens(lti.outbound, lti.signer, new_session))
    platform = lti.registry.all()[lms.platform_id]
    before = members(lms)

    @given(st.lists(ENTRY, max_size=6) | JSON)
    @settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
    def reads(entries: Any) -> None:
        answers(lms, {"members": entries})
        due(lms, full_at=None)
        sought = rosters.take(db.session, Rules(first_rate=1e6, highest_rate=1e6), utcnow())
        assert sought is not None
        db.session.commit()
        if not isinstance(entries, list):
            with pytest.raises(RosterTrouble, match="unreadable"):
                memberships.fetch(platform, Quirks(), sought)
        else:
            fetched = memberships.fetch(platform, Quirks(), sought)
            assert len(fetched.people) + fetched.skipped <= len(entries) <= 6
            assert fetched.skipped >= sum(not isinstance(one, dict) for one in entries)
            _applies(sought, fetched)
        db.session.rollback()
        db.session.execute(update(Roster).values(lease="", lease_until=None))
        db.session.commit()

    def _applies(sought: rosters.Sought, fetched: Fetched) -> None:
        assert rosters.settle(db.session, sought, fetched, "Asia/Jakarta", QUICK, utcnow())
        rows = db.session.execute(select(Person.sub, Member.status).join(Member, Member.person_id == Person.id)).all()
        stands = {row[0]: row[1] for row in rows}
        for sub, one in fetched.people.items():
            if sub in before and one.role is not None:
                assert stands[sub] == one.status
        for sub in before.keys() - fetched.people.keys():
            nobody = not fetched.people
            assert stands[sub] == ("active" if fetched.unknown or sub in fetched.unread or nobody else "left")
        if fetched.skipped and fetched.people:
            row = db.session.execute(select(Roster.skipped)).scalar_one()
            assert row == fetched.skipped

    reads()
    assert members(lms) == before


def test_one_slow_platform_holds_nobody_up_and_no_list_is_fetched_twice(app: Flask, make_lms: Make) -> None:
    first, second = in_use(make_lms("moodle")), in_use(make_lms("canvas"))
    now = utcnow()
    with new_session() as session:
        taken = [rosters.take(session, QUICK, now) for _ in range(3)]
        session.commit()
    assert {one.platform_id for one in taken if one} == {first.platform_id, second.platform_id}
    assert taken[2] is None
    with new_session() as session:  # a worker died: its lease runs out, and a late answer of it changes nothing
        again = rosters.take(session, QUICK, now + rosters.LEASE + timedelta(seconds=1))
        assert again is not None
        late = next(one for one in taken if one and one.platform_id == again.platform_id)
        assert not rosters.settle(session, late, Fetched({}, whole=True), "Asia/Jakarta", QUICK, now)
        session.rollback()


def test_a_platform_that_is_down_is_left_alone_and_teachers_are_told(app: Flask, make_lms: Make) -> None:
    lms = in_use(make_lms("moodle"))
    later = utcnow() + timedelta(hours=1)
    lane = {"rate": 1.0, "next_at": utcnow(), "paced_at": utcnow(), "failures": 9, "down_since": utcnow(), "resume_at": later}
    db.session.add(DeliveryLane(platform_id=lms.platform_id, **lane))
    db.session.commit()
    lms.practice.messages.clear()
    assert work(app).once() == 0
    db.session.execute(update(Roster).values(asked_at=utcnow()))
    db.session.commit()
    assert work(app).once() == 0
    assert (roster(lms).trouble, roster(lms).asked_at) == ("down", None)
    assert lms.practice.messages.count() == 0
    # the pause is over: the list is the probe, and opens the lane for grades as well
    db.session.execute(update(DeliveryLane).values(resume_at=utcnow()))
    db.session.commit()
    assert work(app).once() == 1
    db.session.rollback()
    assert db.session.execute(select(DeliveryLane.down_since)).scalar_one() is None


def test_a_list_waits_its_turn_behind_grades_that_have_just_left(make_lms: Make) -> None:
    lms = in_use(make_lms("moodle"))
    now = utcnow()
    lane = {"rate": 1.0, "next_at": now + timedelta(seconds=5), "paced_at": now, "failures": 0}
    db.session.add(DeliveryLane(platform_id=lms.platform_id, **lane))
    db.session.commit()
    assert rosters.take(db.session, QUICK, now) is None
    assert rosters.take(db.session, QUICK, now + timedelta(seconds=5)) is not None
    db.session.rollback()


def test_a_course_that_nobody_uses_is_not_asked_about(app: Flask, make_lms: Make) -> None:
    lms = in_use(make_lms("moodle"))
    due(lms, used_at=utcnow() - timedelta(days=31))
    assert work(app).once() == 0
    due(lms, used_at=utcnow() - timedelta(days=29))
    assert work(app).once() == 1
    db.session.rollback()
    assert db.session.execute(select(func.count()).select_from(Member)).scalar_one() == 17
