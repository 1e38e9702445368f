"""The list of members."""

import re

import pytest
from werkzeug.test import TestResponse

from lms_ext.sandbox.people import Person
from tests.unit.sandbox.conftest import MEMBERS, Tool

GROUPS = "application/vnd.ims.lti-gs.v1.contextgroupcontainer+json"
URL = "/nrps/7/memberships"


def test_pages_hold_everybody_once(tool: Tool) -> None:
    seen: list[str] = []
    url = f"{URL}?limit=5"
    for _ in range(10):
        answer = tool.get(url, MEMBERS)
        seen += [one["user_id"] for one in answer.get_json(force=True)["members"]]
        url = link_of(answer, "next")
        if not url:
            break
    assert len(seen) == len(set(seen)) == 14


def test_roles_are_filtered_and_short_with_moodle(tool: Tool) -> None:
    tool.lms.set_profile("moodle")
    members = tool.get(URL, MEMBERS, role="Instructor").get_json(force=True)["members"]
    assert [(one["user_id"], one["roles"]) for one in members] == [("3", ["Instructor"])]


def test_somebody_has_no_mail_and_somebody_has_one_name(tool: Tool) -> None:
    members = {one["user_id"]: one for one in tool.get(URL, MEMBERS).get_json(force=True)["members"]}
    assert "email" not in members["20"]
    assert "family_name" not in members["14"]


def test_a_link_adds_its_custom_parameters(tool: Tool) -> None:
    members = tool.get(URL, MEMBERS, rlid="1").get_json(force=True)["members"]
    custom = members[0]["message"][0]["https://purl.imsglobal.org/spec/lti/claim/custom"]
    assert custom["activity"] == "demo/sum"
    assert tool.get(URL, MEMBERS, rlid="99").status_code == 404


def link_of(answer: TestResponse, relation: str) -> str:
    found = re.search(rf'<([^>]*)>; rel="{relation}"', answer.headers.get("Link", ""))
    return found[1] if found else ""


def test_differences_tell_who_came_and_went(tool: Tool) -> None:
    since = link_of(tool.get(URL, MEMBERS), "differences")
    nothing = tool.get(since, MEMBERS)
    assert nothing.get_json(force=True)["members"] == []
    tool.lms.members.set_status("11", "Deleted")
    tool.lms.add_person(Person("40", "Ani"))
    told = {one["user_id"]: one["status"] for one in tool.get(since, MEMBERS).get_json(force=True)["members"]}
    assert told == {"11": "Deleted", "40": "Active"}
    later = link_of(tool.get(since, MEMBERS), "differences")
    tool.lms.members.set_status("11", "Active")
    assert [one["user_id"] for one in tool.get(later, MEMBERS).get_json(force=True)["members"]] == ["11"]
    assert tool.get(f"{URL}?since=x", MEMBERS).status_code == 400
    tool.lms.set_profile("moodle")
    assert link_of(tool.get(URL, MEMBERS), "differences") == ""


def test_groups_have_sets_and_people_tell_theirs_when_asked(tool: Tool) -> None:
    groups = tool.get("/nrps/7/groups", GROUPS).get_json(force=True)["groups"]
    sets = tool.get("/nrps/7/sets", GROUPS.replace("groupcontainer", "groupsetcontainer")).get_json(force=True)["sets"]
    assert [(one["name"], one["set_id"]) for one in groups] == [("Kelompok 1", "1"), ("Kelompok 2", "1")]
    assert sets == [{"id": "1", "name": "Kelompok diskusi"}]
    assert [one["name"] for one in tool.get("/nrps/7/groups", GROUPS, user_id="22").get_json(force=True)["groups"]] == [
        "Kelompok 2"
    ]
    told = {one["user_id"]: one for one in tool.get(URL, MEMBERS, groups="true").get_json(force=True)["members"]}
    assert told["11"]["group_enrollments"] == [{"group_id": "1"}]
    assert "group_enrollments" not in tool.get(URL, MEMBERS).get_json(force=True)["members"][0]
    tool.lms.set_profile("moodle")
    assert tool.get("/nrps/7/groups", GROUPS).status_code == 404


def test_a_link_for_a_group_is_not_for_others(tool: Tool) -> None:
    tool.lms.members.restrict_link(1, 1)
    told = tool.get(URL, MEMBERS, rlid="1").get_json(force=True)["members"]
    assert {one["user_id"] for one in told} == {"2", "3", "11", "12", "13", "14", "15", "16"}


def test_a_fault_may_begin_at_a_later_page(tool: Tool) -> None:
    tool.lms.faults.add("memberships", "500", after=1)
    assert [tool.get(URL, MEMBERS).status_code for _ in range(3)] == [200, 500, 200]


def test_a_course_that_is_not_there_has_no_list(tool: Tool) -> None:
    assert tool.get("/nrps/99/memberships", MEMBERS).status_code == 404


def test_a_membership_has_one_of_three_states(tool: Tool) -> None:
    with pytest.raises(ValueError, match="Active, Inactive, Deleted"):
        tool.lms.members.set_status("19", "Suspended")
