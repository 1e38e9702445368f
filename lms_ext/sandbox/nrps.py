"""Names and Role Provisioning Services of the practice LMS."""

from typing import Any

from flask import Blueprint, Response, g, jsonify, request

from lms_ext.sandbox.claims import LTI, NRPS_SCOPE, custom_claims, outer_id
from lms_ext.sandbox.course import Link
from lms_ext.sandbox.people import Person
from lms_ext.sandbox.services import Problem, need_accept, need_scope, paged, practice, service

bp = Blueprint("nrps", __name__, url_prefix="/nrps/<course>")
_CONTAINER = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"


@bp.url_value_preprocessor
def _in_course(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    g.course = (values or {}).pop("course", "")


@bp.get("/memberships")
@service("memberships")
def memberships() -> Response:
    """List the people of the course, by role and in pages when asked."""
    need_scope(NRPS_SCOPE)
    need_accept(_CONTAINER)
    lms = practice()
    room = lms.course.room(g.course)
    if room is None:
        raise Problem(404, "there is no such course")
    people = [one for one in lms.people() if one.role != "test"]
    role = request.args.get("role", "")
    if role:
        short = role.rpartition("#")[2]
        people = [one for one in people if short in one.short_roles()]
    link = _link(request.args.get("rlid", ""))
    page, following = paged([_member(one, link) for one in people])
    context = {"id": outer_id(lms, "course", room.id), "label": room.label, "title": room.title}
    answer = jsonify(id=f"{lms.settings.url.rstrip('/')}{request.full_path.rstrip('?')}", context=context, members=page)
    answer.headers["Content-Type"] = _CONTAINER
    if following:
        answer.headers["Link"] = following
    return answer


def _link(given: str) -> Link | None:
    if not given:
        return None
    lms = practice()
    found = next((one for one in lms.course.links(g.course) if outer_id(lms, "link", str(one.id)) == given), None)
    if found is None:
        raise Problem(404, "rlid names no link of this course")
    return found


def _member(person: Person, link: Link | None) -> dict[str, Any]:
    lms = practice()
    roles = person.short_roles() if lms.profile.short_roles else person.roles(institution=False)
    found: dict[str, Any] = {
        "status": "Active", "user_id": outer_id(lms, "person", person.id), "name": person.name,
        "given_name": person.given, "roles": roles,
    }  # fmt: skip
    if person.family:
        found["family_name"] = person.family
    if person.email:
        found["email"] = person.email
    if link:
        found["message"] = [
            {LTI + "message_type": "LtiResourceLinkRequest", "locale": "id", LTI + "custom": custom_claims(lms, link)}
        ]
    return found
