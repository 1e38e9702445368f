"""The answer to a deep linking request: content items, as signed claims."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lms_ext.domain.activities import Json
from lms_ext.domain.columns import HOLD, Terms
from lms_ext.domain.launches import HISTORY_PARAMETERS
from lms_ext.lti.claims import LTI
from lms_ext.lti.line_items import VARIABLES, LineItem, line_item, period, target, time_text
from lms_ext.lti.registry import KnownPlatform

_DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
_LIFE = 600
"""Seconds the answer is valid: without scripts a person presses a button before it is posted."""
_TITLE = 255
"""Moodle keeps no longer name."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """One chosen activity or pack; `points` is 0 without a gradebook column, `tag` names its kind."""

    ref: str
    title: str
    text: str
    points: int
    tag: str
    terms: Terms


def content_item(chosen: Chosen, settings: Mapping[str, Any], launch_url: str) -> dict[str, Json]:
    """Describe a link as the platform will store it.

    The ids stand in the URL and in `custom`: Canvas may drop custom parameters, Moodle copies them with the course. Times
    stand there as well: most platforms neither keep the item's own nor fill the variables in.
    """
    terms, uuid = chosen.terms, secrets.token_hex(16)
    custom: dict[str, Json] = {"activity": chosen.ref, "link_uuid": uuid, **HISTORY_PARAMETERS, **VARIABLES}
    custom |= {name: time_text(moment) for name, moment in (("starts", terms.starts_at), ("ends", terms.ends_at)) if moment}
    if terms.starts_at or terms.ends_at:
        custom["dates_for"] = str(settings.get("context_id", ""))
    if terms.options:
        custom["options"] = terms.options
    item: dict[str, Json] = {
        "type": "ltiResourceLink",
        "title": chosen.title[:_TITLE],
        "url": f"{target(launch_url, chosen.ref)}&link={uuid}",
        "custom": custom,
        **_times(terms),
    }
    if chosen.text:
        item["text"] = chosen.text
    if settings["accept_lineitem"] and "/" in chosen.ref:
        custom["points"] = str(chosen.points)
        if chosen.points:
            released = HOLD not in terms.options.split()
            column = LineItem(chosen.title, chosen.points, chosen.ref, chosen.tag, chosen.ref, released)
            item["lineItem"] = line_item(column, launch_url)
    if "iframe" in settings["targets"]:
        item["iframe"] = {"height": 800}
    if "window" in settings["targets"]:
        item["window"] = {"targetName": "_blank"}
    return item


def _times(terms: Terms) -> dict[str, Json]:
    """Say when work may begin and is due; it stays reachable after that, since late work is taken."""
    found: dict[str, Json] = {}
    if terms.starts_at:
        found["available"] = period(terms.starts_at, None)
    if terms.starts_at or terms.ends_at:
        found["submission"] = period(terms.starts_at, terms.ends_at)
    return found


def response_claims(
    platform: KnownPlatform, settings: Mapping[str, Any], items: Sequence[Mapping[str, Json]], message: str, now: datetime
) -> dict[str, Any]:
    """Give the claims of LtiDeepLinkingResponse; `data` goes back only when it came."""
    issued = int(now.timestamp())  # whole seconds: Blackboard takes no others
    claims: dict[str, Any] = {
        "iss": platform.client_id,
        "aud": platform.issuer,
        "iat": issued,
        "exp": issued + _LIFE,
        "nonce": secrets.token_urlsafe(16),
        LTI + "deployment_id": settings["deployment_id"],
        LTI + "message_type": "LtiDeepLinkingResponse",
        LTI + "version": "1.3.0",
        _DL + "content_items": list(items),
        _DL + "msg": message,
    }
    if settings.get("data") is not None:
        claims[_DL + "data"] = settings["data"]
    return claims
