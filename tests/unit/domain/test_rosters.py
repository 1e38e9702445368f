"""When lists are fetched, and how their entries are joined."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from lms_ext.domain.people import Role, listed_role
from lms_ext.domain.rosters import MOST_MEMBERS, Listed, merged, next_night, next_try, words

MEMBER = "http://purl.imsglobal.org/vocab/lis/v2/membership"
NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)


@given(st.integers(1, 10**6), st.integers(1, 2**62), st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)))
def test_a_course_has_its_own_minute_of_every_night(platform: int, space: int, moment: datetime) -> None:
    now = moment.replace(tzinfo=UTC)
    found = next_night(platform, space, "Asia/Jayapura", now)
    assert timedelta(hours=1) < found - now <= timedelta(hours=25)
    here = found.astimezone(ZoneInfo("Asia/Jayapura"))
    assert (here.hour, here.minute) >= (22, 30) or here.hour < 5
    following = next_night(platform, space, "Asia/Jayapura", found)
    assert following - found == timedelta(days=1)


def test_a_thousand_courses_are_spread_over_the_night() -> None:
    minutes = [next_night(1, space, "Asia/Jakarta", NOON) for space in range(1000)]
    assert max(minutes) - min(minutes) > timedelta(hours=5.5)
    in_one_quarter = [sum(begin <= one < begin + timedelta(minutes=15) for one in minutes) for begin in minutes]
    assert max(in_one_quarter) < 100


def test_what_may_pass_is_tried_again_soon_and_at_night_at_the_latest() -> None:
    night = NOON + timedelta(hours=10)
    assert next_try(night, 1, NOON, passing=True) == NOON + timedelta(minutes=15)
    assert next_try(night, 9, NOON, passing=True) == night
    assert next_try(night, 1, NOON, passing=False) == night
    assert next_try(NOON + timedelta(minutes=5), 1, NOON, passing=True) == NOON + timedelta(minutes=5)


def test_of_several_entries_the_one_with_most_rights_counts_and_groups_are_joined() -> None:
    entries = [
        Listed("1", "Sri", "", Role.LEARNER, "left", ("a",)),
        Listed("1", "Sri", "", Role.LEARNER, "active", ("b",)),
        Listed("1", "Sri", "", Role.TEACHER, "active"),
        Listed("1", "Sri", "", None, "active", ("b", "c")),
    ]
    (one,) = merged(entries).values()
    assert (one.role, one.status, set(one.groups or ())) == (Role.TEACHER, "active", {"a", "b", "c"})


def test_roles_are_those_of_launches_and_who_only_watches_has_none() -> None:
    assert listed_role(["Learner"]) == Role.LEARNER
    assert listed_role([f"{MEMBER}#Instructor", f"{MEMBER}#Learner"]) == Role.TEACHER
    assert listed_role([f"{MEMBER}/Learner#NonCreditLearner"]) == Role.LEARNER
    assert listed_role(["http://purl.imsglobal.org/vocab/lis/v2/institution/person#Instructor"]) == Role.LEARNER
    assert listed_role([f"{MEMBER}#Learner", "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"]) == Role.TEST
    assert listed_role([f"{MEMBER}#Mentor"]) is None
    assert listed_role([]) == Role.LEARNER


def test_the_most_is_said_as_people_write_it() -> None:
    told = words("too-many")
    assert told is not None
    assert MOST_MEMBERS == 20_000
    assert "20.000 orang" in told["id"]
    assert "20,000 people" in told["en"]
    assert words("") is None
    assert words("something new") is not None
