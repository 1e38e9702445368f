"""The claims of a launch as each LMS words them."""

import json
import uuid
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from lms_ext.sandbox.course import COURSE_ID, Link, Room
from lms_ext.sandbox.people import Person
from lms_ext.sandbox.practice import Practice

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/"
DEEP_LINKING = "https://purl.imsglobal.org/spec/lti-dl/claim/"
AGS_SCOPES = tuple(f"{AGS}scope/{one}" for one in ("lineitem", "lineitem.readonly", "result.readonly", "score"))
PNS_SCOPE = f"{LTI.removesuffix('claim/')}scope/noticehandlers"
NOTICE_TYPES = ("LtiHelloWorldNotice", "LtiContextCopyNotice")
GS = "https://purl.imsglobal.org/spec/lti-gs/"
GS_SCOPE = f"{GS}scope/contextgroup.readonly"
NRPS_SCOPE = f"{NRPS}scope/contextmembership.readonly"


def outer_id(practice: Practice, kind: str, number: str) -> str:
    """Give an id as the LMS shows it outside: a numeric string, or a long id that is the same each time."""
    if not practice.profile.uuid_ids:
        return number
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{practice.settings.url}/{kind}/{number}"))


def person_by_outer_id(practice: Practice, given: str) -> Person | None:
    """Find the person a tool names."""
    return next((one for one in practice.people() if outer_id(practice, "person", one.id) == given), None)


def item_url(practice: Practice, column: int) -> str:
    """Give the address of a line item."""
    base = practice.settings.url.rstrip("/")
    course = (practice.course.column(column) or {"course": COURSE_ID})["course"]
    return f"{base}/ags/{course}/lineitems/{column}/lineitem{practice.profile.item_query}"


def items_url(practice: Practice, course: str = COURSE_ID) -> str:
    """Give the address of all line items of a course."""
    return f"{practice.settings.url.rstrip('/')}/ags/{course}/lineitems{practice.profile.item_query}"


def context_claim(practice: Practice, room: Room) -> dict[str, Any]:
    """Describe a course."""
    return {
        "id": outer_id(practice, "course", room.id),
        "label": room.label,
        "title": room.title,
        "type": ["http://purl.imsglobal.org/vocab/lis/v2/course#CourseSection"],
    }


def base_claims(
    practice: Practice, person: Person, nonce: str, kind: str, *, locale: str, frame: bool, room: Room
) -> dict[str, Any]:
    """Give what every message carries."""
    now = int(practice.now())
    profile = practice.profile
    base = practice.settings.url.rstrip("/")
    claims: dict[str, Any] = {
        "iss": practice.issuer,
        "aud": practice.client_id,
        "sub": outer_id(practice, "person", person.id),
        "nonce": nonce,
        "iat": now,
        "exp": now + practice.settings.launch_limit,
        "name": person.name,
        "given_name": person.given,
        LTI + "version": "1.3.0",
        LTI + "message_type": kind,
        LTI + "deployment_id": profile.deployment_id,
        LTI + "roles": person.roles(institution=profile.institution_roles),
        LTI + "context": context_claim(practice, room),
        LTI + "launch_presentation": {
            "document_target": "iframe" if frame else "window",
            "locale": locale,
            "return_url": f"{base}/course",
        },
    }
    if profile.notices and practice.grants("scopes", PNS_SCOPE):
        claims[LTI + "platformnotificationservice"] = {
            "service_versions": ["1.0"], "scope": [PNS_SCOPE], "notice_types_supported": list(NOTICE_TYPES),
            "platform_notification_service_url": f"{base}/pns/handlers",
        }  # fmt: skip
    if person.family:
        claims["family_name"] = person.family
    if person.email:
        claims["email"] = person.email
    for name in ("name", "given_name", "family_name", "email"):
        if not practice.grants("claims", name):
            claims.pop(name, None)
    if profile.family:
        claims[LTI + "tool_platform"] = {
            "guid": "lms-latihan", "name": f"LMS Latihan ({profile.title})", "product_family_code": profile.family,
            "version": profile.version,
        }  # fmt: skip
    return claims


def resource_link_claims(practice: Practice, person: Person, link: Link) -> dict[str, Any]:
    """Give what a launch of a link carries besides."""
    ags: dict[str, Any] = {
        "scope": [one for one in AGS_SCOPES if practice.grants("scopes", one)],
        "lineitems": items_url(practice, link.course),
    }
    if link.column_id and link.columns == 1:  # AGS 2.0, 3.4: only when there is exactly one
        ags["lineitem"] = item_url(practice, link.column_id)
    base = practice.settings.url.rstrip("/")
    claims: dict[str, Any] = {
        LTI + "target_link_uri": link.url or practice.tool.launch_url,
        LTI + "resource_link": {"id": outer_id(practice, "link", str(link.id)), "title": link.title},
        LTI + "custom": custom_claims(practice, link),
        AGS + "claim/endpoint": ags,
        NRPS + "claim/namesroleservice": {
            "context_memberships_url": f"{base}/nrps/{link.course}/memberships",
            "service_versions": ["2.0"],
        },
    }
    if practice.profile.groups:
        claims[GS + "claim/groupsservice"] = {
            "scope": [GS_SCOPE], "context_groups_url": f"{base}/nrps/{link.course}/groups",
            "context_group_sets_url": f"{base}/nrps/{link.course}/sets", "service_versions": ["1.0"],
        }  # fmt: skip
    if practice.profile.family == "moodle":
        claims[LTI + "ext"] = {"user_username": person.given.lower(), "lms": "moodle-2"}
        claims[LTI + "lis"] = {"person_sourcedid": "", "course_section_sourcedid": ""}
    return claims


_TIMES: dict[str, Callable[[Link], str]] = {
    "$ResourceLink.available.startDateTime": lambda link: link.starts,
    "$ResourceLink.submission.startDateTime": lambda link: link.starts,
    "$ResourceLink.submission.endDateTime": lambda link: link.ends,
}


def review_claims(practice: Practice, column: Mapping[str, Any], learner: Person) -> dict[str, Any]:
    """Give what a request to show one learner's work carries besides (Submission Review 1.0)."""
    told = json.loads(column["review"])
    link = next((one for one in practice.course.links() if one.id == column["link_id"]), None)
    claims: dict[str, Any] = {
        LTI + "target_link_uri": told.get("url") or (link.url if link else "") or practice.tool.launch_url,
        LTI + "for_user": {"user_id": outer_id(practice, "person", learner.id), "name": learner.name},
        LTI + "custom": told.get("custom") or {},
        AGS + "claim/endpoint": {
            "scope": list(AGS_SCOPES), "lineitems": items_url(practice, column["course"]),
            "lineitem": item_url(practice, column["id"]),
        },
    }  # fmt: skip
    if link:
        claims[LTI + "resource_link"] = {"id": outer_id(practice, "link", str(link.id)), "title": link.title}
    return claims


def custom_claims(practice: Practice, link: Link) -> dict[str, str]:
    """Give the custom parameters as the LMS sends them."""
    profile = practice.profile
    custom = _filled_in({**practice.custom, **profile.custom_extra, **link.custom}, practice, link)
    if profile.takes_dates:
        custom = {name: _TIMES[value](link) if value in _TIMES else value for name, value in custom.items()}
    if profile.custom_twice:
        lowered = {"".join(c if c.isalnum() else "_" for c in name.lower()): value for name, value in custom.items()}
        custom = lowered | custom
    return custom


def _filled_in(custom: Mapping[str, str], practice: Practice, link: Link) -> dict[str, str]:
    """Put values in place of the variables that this LMS knows; others go out as they were written."""
    room = practice.course.room(link.course)
    values = {
        "$ResourceLink.id.history": _history(practice, "link", link.copied_from),
        "$Context.id.history": _history(practice, "course", room.copied_from if room else ""),
    }
    known = {f"${one}": values[f"${one}"] for one in practice.profile.variables}
    return {name: known.get(value, value) for name, value in custom.items()}


def _history(practice: Practice, kind: str, inner: str) -> str:
    return ",".join(quote(outer_id(practice, kind, one), safe="") for one in inner.split(",") if one)


def deep_linking_claims(practice: Practice, data: str, return_url: str) -> dict[str, Any]:
    """Give what a request for a choice of activities carries besides."""
    profile = practice.profile
    settings: dict[str, Any] = {
        "deep_link_return_url": return_url,
        "accept_types": list(profile.accept_types),
        "accept_presentation_document_targets": ["frame", "iframe", "window"],
        "accept_multiple": profile.accept_multiple,
    }
    if profile.accept_lineitem is not None:
        settings["accept_lineitem"] = profile.accept_lineitem
    if profile.sends_data:
        settings["data"] = data
    return {
        LTI + "target_link_uri": practice.tool.deep_linking_url or practice.tool.launch_url,
        DEEP_LINKING + "deep_linking_settings": settings,
    }


def privacy_claims(practice: Practice, base: dict[str, Any], about: Person) -> dict[str, Any]:
    """Turn what every message carries into a request about a person's data: of no course, on behalf of that person."""
    found = {name: value for name, value in base.items() if name != LTI + "context"}
    found[LTI + "for_user"] = {"user_id": outer_id(practice, "person", about.id), "name": about.name}
    found[LTI + "target_link_uri"] = practice.tool.launch_url
    return found
