"""Claims of a launch: checked for shape, then read into the domain's `Launch`."""

import ipaddress
import re
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import structlog

from lms_ext.domain.incoming import Incoming
from lms_ext.domain.launches import (
    AgsClaims,
    ContextClaims,
    Dates,
    DeepLinkingSettings,
    GroupsClaims,
    Launch,
    LinkClaims,
    MessageType,
    OldIds,
    PersonClaims,
)
from lms_ext.domain.people import course_role, runs_the_lms
from lms_ext.domain.refusals import Refused
from lms_ext.domain.texts import nearest_locale, storable
from lms_ext.lti.line_items import DATES, read_time
from lms_ext.lti.registry import KnownPlatform
from lms_ext.lti.state import State

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
OLD_IDS = LTI + "lti1p1"
NOTICES = LTI + "platformnotificationservice"
GROUPS = "https://purl.imsglobal.org/spec/lti-gs/claim/groupsservice"
DEEP_LINKING = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"
FOR_USER = LTI + "for_user"
_NAMES = 300
_PERSONAL = frozenset({"name", "given_name", "family_name", "middle_name", "email", "picture", LTI + "lis", LTI + "ext"})
_HOST = re.compile(r"[A-Za-z0-9._:-]+")
"""What may stand in our security headers; browsers write other names in ASCII anyway."""

log = structlog.get_logger(__name__)


def _id(value: object, limit: int = 255) -> bool:
    return isinstance(value, str) and 0 < len(value) <= limit and value.isprintable()


def missing(body: dict[str, Any]) -> list[str]:
    """Name the required claims that are absent, for the log: a person is told only the first problem."""
    ours = ("message_type", "version", "deployment_id", "roles", "target_link_uri")
    return [name for name in ("iss", "aud", "sub", *(LTI + one for one in ours)) if body.get(name) is None]


def check(body: dict[str, Any], more_types: Collection[str] = ()) -> None:
    """Refuse what is missing or of the wrong shape, by the first problem in the order of the refusal matrix."""
    kind = _kind(body, more_types)
    deployment = body.get(LTI + "deployment_id")
    if deployment is None:
        raise Refused("deployment-missing")
    if not _id(deployment):
        raise Refused("deployment-malformed")
    _check_person(body)
    if kind == MessageType.RESOURCE_LINK:
        _check_link(body.get(LTI + "resource_link", ...))
    elif kind == MessageType.PRIVACY:
        _check_privacy(body)
    elif kind == MessageType.DEEP_LINKING:
        _check_selection(body.get(DEEP_LINKING))
    elif kind == MessageType.SUBMISSION_REVIEW:
        _check_review(body.get(FOR_USER), body.get(AGS))
    if not isinstance(body.get(LTI + "target_link_uri"), str):
        raise Refused("target-elsewhere")
    _check_objects(body)


def _check_objects(body: dict[str, Any]) -> None:
    names = [LTI + one for one in ("context", "custom", "lis", "launch_presentation", "tool_platform")]
    if not all(isinstance(body.get(name) or {}, dict) for name in (*names, AGS, NRPS, NOTICES, OLD_IDS, GROUPS)):
        raise Refused("claim-malformed")
    context = body.get(LTI + "context") or {}
    if context and not _id(context.get("id")):
        raise Refused("claim-malformed")


def _kind(body: dict[str, Any], more_types: Collection[str]) -> str:
    kind = body.get(LTI + "message_type")
    if not kind:
        raise Refused("type-missing")
    if body.get(LTI + "version") != "1.3.0":
        raise Refused("version-wrong")
    if not isinstance(kind, str) or message_type(kind) not in {*MessageType, *more_types}:
        raise Refused("type-unsupported")
    return message_type(kind)


def message_type(named: str) -> str:
    """Give a message type's name; the first drafts named the privacy launch without its Lti, and platforms still do."""
    return MessageType.PRIVACY if named == "DataPrivacyLaunchRequest" else named


def _check_person(body: dict[str, Any]) -> None:
    if body.get("sub") is None:
        raise Refused("person-missing")
    if not fit_sub(body["sub"]):
        raise Refused("person-malformed")
    roles = body.get(LTI + "roles")
    if roles is None:
        raise Refused("roles-missing")
    if not isinstance(roles, list) or len(roles) > 100 or not all(isinstance(one, str) for one in roles):
        raise Refused("roles-malformed")


def _check_link(link: object) -> None:
    if link is ...:
        raise Refused("link-missing")
    if not isinstance(link, dict) or not _id(link.get("id")):
        raise Refused("link-malformed")


def _check_review(person: object, endpoint: object) -> None:
    user = person.get("user_id") if isinstance(person, dict) else None
    column = endpoint.get("lineitem") if isinstance(endpoint, dict) else None
    if not _id(user) or not _id(column, 2000):
        raise Refused("review-incomplete")


def _check_privacy(body: dict[str, Any]) -> None:
    if body.get(LTI + "context") or body.get(LTI + "resource_link"):
        raise Refused("privacy-in-course")
    asked = body.get(LTI + "for_user")
    if asked is not None and not _id(_for_user(asked)):
        raise Refused("privacy-person-malformed")
    if asked is not None and _for_user(asked) != body["sub"] and not runs_the_lms(body[LTI + "roles"]):
        raise Refused("privacy-not-admin")


def _for_user(claim: object) -> Any:
    """Give the id of a `for_user` claim: ``user_id``, in the first drafts ``id``."""
    return claim.get("user_id", claim.get("id")) if isinstance(claim, dict) else None


def _check_selection(claim: object) -> None:
    """Look before the library does: it calls every fault of a selection request malformed."""
    if not isinstance(claim, dict):
        raise Refused("selection-incomplete")
    targets, types = claim.get("accept_presentation_document_targets"), claim.get("accept_types")
    if not isinstance(targets, list) or not targets or not isinstance(types, list):
        raise Refused("selection-incomplete")
    if not isinstance(claim.get("deep_link_return_url"), str):
        raise Refused("selection-no-return")
    if "ltiResourceLink" not in types:
        raise Refused("selection-type")


def _text(value: object, limit: int = _NAMES) -> str:
    return storable(value).strip()[:limit] if isinstance(value, str) else ""


def launch_from(
    body: dict[str, Any], platform: KnownPlatform, state: State, fit_url: Callable[[str], bool], *, in_frame: bool
) -> Launch:
    """Read checked claims. A service URL that is not fit (not https, no host) switches its service off."""
    kind = MessageType(message_type(body[LTI + "message_type"]))
    context = body.get(LTI + "context") or {}
    link = body.get(LTI + "resource_link") or {}
    custom = body.get(LTI + "custom") or {}
    presentation = body.get(LTI + "launch_presentation") or {}
    told = {str(key): storable(value) for key, value in custom.items() if isinstance(value, str) and not value.startswith("$")}
    return Launch(
        platform_id=platform.id,
        deployment_id=body[LTI + "deployment_id"],
        message_type=kind,
        state_id=state.id,
        state_expires_at=state.expires_at,
        person=person_claims(body["sub"], body),
        role=course_role(body[LTI + "roles"]),
        target_link_uri=body[LTI + "target_link_uri"],
        locale=nearest_locale(_text(presentation.get("locale") or body.get("locale"))),
        context=ContextClaims(context["id"], _text(context.get("title")), _text(context.get("label"))) if context else None,
        link=LinkClaims(link["id"], _text(link.get("title"))) if kind == MessageType.RESOURCE_LINK else None,
        ags=_ags(body.get(AGS) or {}, fit_url),
        nrps_url=_fit((body.get(NRPS) or {}).get("context_memberships_url"), fit_url, "names and roles"),
        notices_url=_fit((body.get(NOTICES) or {}).get("platform_notification_service_url"), fit_url, "notices"),
        groups=_groups(body.get(GROUPS) or {}, fit_url),
        deep_linking=_deep_linking(body[DEEP_LINKING], fit_url) if kind == MessageType.DEEP_LINKING else None,
        old=_old_ids(body),
        custom=told,
        for_user=_for_user(body.get(LTI + "for_user")) or body["sub"] if kind == MessageType.PRIVACY else "",
        return_url=return_url(body, fit_url),
        in_frame=in_frame,
        platform_name=platform.name,
        dates=_dates(told, str(context.get("id", ""))) if any(one in told for one in DATES) else None,
        review_of=body[FOR_USER]["user_id"] if kind == MessageType.SUBMISSION_REVIEW else "",
    )


def _dates(told: dict[str, str], course: str) -> Dates:
    """Read times: the platform's word, where it fills its variables in, and what was written when choosing.

    What was written when choosing holds in that course: a copy of it begins another year.
    """
    own = told if told.get("dates_for", course) == course else {}

    def first(*written: str | None) -> datetime | None:
        return next((moment for one in written if (moment := read_time(one))), None)

    return Dates(
        first(told.get("submission_start"), told.get("available_start")),
        first(told.get("submission_end")),
        first(own.get("starts")),
        first(own.get("ends")),
    )


def incoming(body: dict[str, Any], platform: KnownPlatform) -> Incoming:
    """Read a checked message that a plugin answers; whose it is stays here."""
    context, presentation = body.get(LTI + "context") or {}, body.get(LTI + "launch_presentation") or {}
    return Incoming(
        type=body[LTI + "message_type"],
        platform_id=platform.id,
        deployment_id=body[LTI + "deployment_id"],
        claims={name: value for name, value in body.items() if name not in _PERSONAL},
        context=ContextClaims(context["id"], _text(context.get("title")), _text(context.get("label"))) if context else None,
        role=course_role(body[LTI + "roles"]),
        locale=nearest_locale(_text(presentation.get("locale") or body.get("locale"))),
    )


def fit_sub(value: object) -> bool:
    """Tell whether this can be a person's id on their platform."""
    return _id(value) and str(value).isascii()


def read_sub(given: object) -> str:
    """Read a person's id from a list of the platform's, where some write numbers; "" for what can be none."""
    written = str(given) if isinstance(given, int) and not isinstance(given, bool) else given
    return str(written) if fit_sub(written) else ""


def person_claims(sub: str, body: dict[str, Any]) -> PersonClaims:
    """Read what a launch or a member list says of a person; whatever is no text counts as absent."""
    return PersonClaims(sub, _name(body), _text(body.get("given_name")), _text(body.get("email"), 320))


def _name(body: dict[str, Any]) -> str:
    whole = _text(body.get("name"))
    return whole or f"{_text(body.get('given_name'))} {_text(body.get('family_name'))}".strip()


def return_url(body: dict[str, Any], fit_url: Callable[[str], bool]) -> str:
    """Give where the platform wants people back; "" when it says nothing fit."""
    presentation = body.get(LTI + "launch_presentation")
    return _fit(presentation.get("return_url"), fit_url, "return") if isinstance(presentation, dict) else ""


def _fit(url: object, fit_url: Callable[[str], bool], service: str) -> str:
    if isinstance(url, str) and len(url) <= 2000 and fit_url(url):
        return url
    if url:
        log.warning("launch.service_off", service=service)
    return ""


def _ags(claim: dict[str, Any], fit_url: Callable[[str], bool]) -> AgsClaims:
    scopes = claim.get("scope")
    return AgsClaims(
        _fit(claim.get("lineitem"), fit_url, "line item"),
        _fit(claim.get("lineitems"), fit_url, "line items"),
        tuple(one for one in scopes if isinstance(one, str) and one.isprintable()) if isinstance(scopes, list) else (),
    )


def _groups(claim: dict[str, Any], fit_url: Callable[[str], bool]) -> GroupsClaims:
    return GroupsClaims(
        _fit(claim.get("context_groups_url"), fit_url, "groups"), _fit(claim.get("context_group_sets_url"), fit_url, "group sets")
    )


def _deep_linking(claim: dict[str, Any], fit_url: Callable[[str], bool]) -> DeepLinkingSettings:
    answer_url = _fit(claim.get("deep_link_return_url"), fit_url, "deep linking")
    if not answer_url:
        raise Refused("selection-no-return")
    data = claim.get("data")
    if isinstance(data, str) and storable(data) != data:
        raise Refused("claim-malformed")  # it must go back as it came, and cannot be kept
    return DeepLinkingSettings(
        answer_url,
        tuple(one for one in claim["accept_types"] if isinstance(one, str) and one.isprintable()),
        _flag(claim.get("accept_multiple"), default=True),
        _flag(claim.get("accept_lineitem"), default=True),
        tuple(one for one in claim["accept_presentation_document_targets"] if isinstance(one, str) and one.isprintable()),
        data if isinstance(data, str) else None,
    )


def _old_ids(body: dict[str, Any]) -> OldIds | None:
    """Read the migration claim; ids that cannot be kept are as good as none.

    Without a user id the account has kept its name (LTI migration guide: a platform sends only what differs).
    """
    claim = body.get(OLD_IDS) or {}
    key, user = claim.get("oauth_consumer_key"), claim.get("user_id", body["sub"])
    link, sign = claim.get("resource_link_id"), claim.get("oauth_consumer_key_sign")
    if not claim or not _id(user) or storable(user) != user:
        return None
    audience = body["aud"] if isinstance(body["aud"], str) else body.get("azp") or body["aud"][0]
    parts = (key, body[LTI + "deployment_id"], body["iss"], audience, body["exp"], body["nonce"])
    return OldIds(
        user,
        key if isinstance(key, str) and _id(key) and storable(key) == key else "",
        sign if isinstance(sign, str) and len(sign) <= 100 else "",
        "&".join(str(one) for one in parts),
        link if isinstance(link, str) and _id(link) else "",
    )


def _flag(value: object, *, default: bool) -> bool:
    """Read a flag; some platforms send it as text."""
    if isinstance(value, str):
        return value.lower() == "true"
    return value if isinstance(value, bool) else default


def fit_address(url: str, *, allow_loopback: bool) -> bool:
    """Tell whether browsers and we may be sent to a URL: https with a public host, or http on loopback when allowed."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port  # reading a port that is no number raises: nothing else may stand there
    except ValueError:
        return False
    # after an address in brackets Python overlooks letters, which browsers and our security headers would not
    if not host or not re.fullmatch(r"(:\d+)?", parts.netloc.lower().removeprefix(f"[{host}]" if ":" in host else host)):
        return False
    if not _HOST.fullmatch(host) or parts.username or parts.password or " " in url or not url.isprintable():
        return False
    if host in {"localhost", "127.0.0.1", "::1"}:
        return allow_loopback and parts.scheme in {"http", "https"}
    return parts.scheme == "https" and not _private(host)


def _private(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return False  # a name: what it resolves to is looked at when it is called
