"""Names and Role Provisioning Services of the practice LMS, with Course Groups."""

from typing import Any

from flask import Blueprint, Response, g, jsonify, request

from lms_ext.sandbox.claims import GS_SCOPE, LTI, NRPS_SCOPE, custom_claims, outer_id, person_by_outer_id
from lms_ext.sandbox.course import Link
from lms_ext.sandbox.people import Person
from lms_ext.sandbox.services import Problem, need_accept, need_scope, paged, practice, service

bp = Blueprint("nrps", __name__, url_prefix="/nrps/<course>")
_CONTAINER = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
_GROUPS = "application/vnd.ims.lti-gs.v1.contextgroupcontainer+json"
_SETS = "application/vnd.ims.lti-gs.v1.contextgroupsetcontainer+json"


@bp.url_value_preprocessor
def _in_course(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    g.course = (values or {}).pop("course", "")


@bp.get("/memberships")
@service("memberships")
def memberships() -> Response:
    """List the people of the course, by role and in pages when asked; with ``since`` only those who changed."""
    need_scope(NRPS_SCOPE)
    need_accept(_CONTAINER)
    lms = practice()
    moment = lms.members.moment()
    statuses = lms.members.statuses()
    link = _link(request.args.get("rlid", ""))
    people = _chosen([one for one in lms.people() if one.role != "test"], statuses, link)
    groups = lms.members.groups_of() if request.args.get("groups") == "true" and lms.profile.groups else None
    page, following = paged([_member(one, statuses.get(one.id, "Active"), link, groups) for one in people])
    links = [following] if following else []
    if lms.profile.differences and not link:
        links.append(f'<{_base()}{request.path}?since={moment}>; rel="differences"')
    return _answer({"members": page}, _CONTAINER, ", ".join(links))


def _base() -> str:
    return practice().settings.url.rstrip("/")


def _answer(lists: dict[str, Any], kind: str, links: str) -> Response:
    lms = practice()
    room = lms.course.room(g.course)
    if room is None:
        raise Problem(404, "there is no such course")
    context = {"id": outer_id(lms, "course", room.id), "label": room.label, "title": room.title}
    answer = jsonify(id=f"{_base()}{request.full_path.rstrip('?')}", context=context, **lists)
    answer.headers["Content-Type"] = kind
    if links:
        answer.headers["Link"] = links
    return answer


def _chosen(people: list[Person], statuses: dict[str, str], link: Link | None) -> list[Person]:
    since = request.args.get("since", "")
    if since:
        if not since.isdecimal():
            raise Problem(400, "since is a number that this service gave")
        changed = practice().members.changed_since(int(since))
        people = [one for one in people if one.id in changed]
    else:
        people = [one for one in people if statuses.get(one.id) != "Deleted"]
    role = request.args.get("role", "")
    if role:
        short = role.rpartition("#")[2]
        people = [one for one in people if short in one.short_roles()]
    only = practice().members.link_groups(link.id) if link else set()
    if only:
        groups = practice().members.groups_of()
        people = [one for one in people if one.role != "learner" or only & set(groups.get(one.id, []))]
    return people


def _link(given: str) -> Link | None:
    if not given:
        return None
    lms = practice()
    found = next((one for one in lms.course.links(g.course) if outer_id(lms, "link", str(one.id)) == given), None)
    if found is None:
        raise Problem(404, "rlid names no link of this course")
    return found


def _member(person: Person, status: str, link: Link | None, groups: dict[str, list[int]] | None) -> dict[str, Any]:
    lms = practice()
    if status == "Deleted":
        return {"status": status, "user_id": outer_id(lms, "person", person.id), "roles": []}
    roles = person.short_roles() if lms.profile.short_roles else person.roles(institution=False)
    found: dict[str, Any] = {
        "status": status, "user_id": outer_id(lms, "person", person.id), "name": person.name,
        "given_name": person.given, "roles": roles,
    }  # fmt: skip
    if person.family:
        found["family_name"] = person.family
    if person.email:
        found["email"] = person.email
    if groups is not None:
        found["group_enrollments"] = [{"group_id": outer_id(lms, "group", str(one))} for one in groups.get(person.id, [])]
    if link:
        found["message"] = [
            {LTI + "message_type": "LtiResourceLinkRequest", "locale": "id", LTI + "custom": custom_claims(lms, link)}
        ]
    return found


@bp.get("/groups")
@service("groups")
def groups() -> Response:
    """List the groups of the course, or one person's."""
    _need_groups(_GROUPS)
    lms = practice()
    found = lms.members.groups()
    user = request.args.get("user_id", "")
    if user:
        person = person_by_outer_id(lms, user)
        own = lms.members.groups_of().get(person.id, []) if person else []
        found = [one for one in found if one.id in own]
    page, following = paged([
        {"id": outer_id(lms, "group", str(one.id)), "name": one.name}
        | ({"tag": one.tag} if one.tag else {})
        | ({"set_id": outer_id(lms, "set", str(one.set_id))} if one.set_id else {})
        for one in found
    ])  # fmt: skip
    return _answer({"groups": page}, _GROUPS, following)


@bp.get("/sets")
@service("groups")
def sets() -> Response:
    """List the sets that groups belong to."""
    _need_groups(_SETS)
    lms = practice()
    page, following = paged([{"id": outer_id(lms, "set", str(number)), "name": name} for number, name in lms.members.sets()])
    return _answer({"sets": page}, _SETS, following)


def _need_groups(kind: str) -> None:
    if not practice().profile.groups:
        raise Problem(404, "this LMS has no groups service")
    need_scope(GS_SCOPE)
    need_accept(kind)
