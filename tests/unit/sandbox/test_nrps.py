"""The list of members."""

from tests.unit.sandbox.conftest import MEMBERS, Tool

URL = "/nrps/7/memberships"


def test_pages_hold_everybody_once(tool: Tool) -> None:
    seen: list[str] = []
    url = f"{URL}?limit=5"
    for _ in range(10):
        answer = tool.get(url, MEMBERS)
        seen += [one["user_id"] for one in answer.get_json(force=True)["members"]]
        if "Link" not in answer.headers:
            break
        url = answer.headers["Link"].partition(">")[0][1:]
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
