"""The claims of a launch as each LMS words them."""

import uuid
from typing import Any

from lms_ext.sandbox.course import COURSE_ID, COURSE_LABEL, COURSE_TITLE, Link
from lms_ext.sandbox.people import Person
from lms_ext.sandbox.practice import Practice

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/"
DEEP_LINKING = "https://purl.imsglobal.org/spec/lti-dl/claim/"
AGS_SCOPES = tuple(f"{AGS}scope/{one}" for one in ("lineitem", "lineitem.readonly", "result.readonly", "score"))
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
    return f"{base}/ags/{COURSE_ID}/lineitems/{column}/lineitem{practice.profile.item_query}"


def items_url(practice: Practice) -> str:
    """Give the address of all line items."""
    return f"{practice.settings.url.rstrip('/')}/ags/{COURSE_ID}/lineitems{practice.profile.item_query}"


def base_claims(practice: Practice, person: Person, nonce: str, kind: str, *, locale: str, frame: bool) -> dict[str, Any]:
    """Give what every message carries."""
    now = int(practice.now())
    profile = practice.profile
    base = practice.settings.url.rstrip("/")
    claims: dict[str, Any] = {
        "iss": practice.issuer,
        "aud": practice.settings.client_id,
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
        LTI + "context": {
            "id": outer_id(practice, "course", COURSE_ID),
            "label": COURSE_LABEL,
            "title": COURSE_TITLE,
            "type": ["http://purl.imsglobal.org/vocab/lis/v2/course#CourseSection"],
        },
        LTI + "launch_presentation": {
            "document_target": "iframe" if frame else "window",
            "locale": locale,
            "return_url": f"{base}/course",
        },
    }
    if person.family:
        claims["family_name"] = person.family
    if person.email:
        claims["email"] = person.email
    if profile.family:
        claims[LTI + "tool_platform"] = {
            "guid": "lms-latihan", "name": f"LMS Latihan ({profile.title})", "product_family_code": profile.family,
            "version": profile.version,
        }  # fmt: skip
    return claims


def resource_link_claims(practice: Practice, person: Person, link: Link) -> dict[str, Any]:
    """Give what a launch of a link carries besides."""
    ags: dict[str, Any] = {"scope": list(AGS_SCOPES), "lineitems": items_url(practice)}
    if link.column_id:
        ags["lineitem"] = item_url(practice, link.column_id)
    base = practice.settings.url.rstrip("/")
    claims: dict[str, Any] = {
        LTI + "target_link_uri": link.url or practice.tool.launch_url,
        LTI + "resource_link": {"id": outer_id(practice, "link", str(link.id)), "title": link.title},
        LTI + "custom": custom_claims(practice, link),
        AGS + "claim/endpoint": ags,
        NRPS + "claim/namesroleservice": {
            "context_memberships_url": f"{base}/nrps/{COURSE_ID}/memberships",
            "service_versions": ["2.0"],
        },
    }
    if practice.profile.groups:
        claims[GS + "claim/groupsservice"] = {
            "scope": [GS_SCOPE], "context_groups_url": f"{base}/nrps/{COURSE_ID}/groups",
            "context_group_sets_url": f"{base}/nrps/{COURSE_ID}/sets", "service_versions": ["1.0"],
        }  # fmt: skip
    if practice.profile.family == "moodle":
        claims[LTI + "ext"] = {"user_username": person.given.lower(), "lms": "moodle-2"}
        claims[LTI + "lis"] = {"person_sourcedid": "", "course_section_sourcedid": ""}
    return claims


def custom_claims(practice: Practice, link: Link) -> dict[str, str]:
    """Give the custom parameters as the LMS sends them."""
    profile = practice.profile
    custom = {**profile.custom_extra, **link.custom}
    if profile.history:
        ids = [outer_id(practice, "link", one) for one in link.copied_from.split(",") if one]
        custom["resource_link_history"] = ",".join(ids)
    if profile.custom_twice:
        lowered = {"".join(c if c.isalnum() else "_" for c in name.lower()): value for name, value in custom.items()}
        custom = lowered | custom
    return custom


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
