"""The platform notification service of the practice LMS: who wants to hear what, and telling of a copied course."""

import json
import secrets
import time
import uuid
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from flask import Blueprint, Response, jsonify

from lms_ext.sandbox.claims import LTI, NOTICE_TYPES, PNS_SCOPE, context_claim, outer_id
from lms_ext.sandbox.course import Room
from lms_ext.sandbox.messages import N_, Message, decoded
from lms_ext.sandbox.practice import Practice
from lms_ext.sandbox.services import Problem, need_body, need_scope, practice, service, words

bp = Blueprint("notices", __name__, url_prefix="/pns")
_SECONDS = 5


@bp.get("/handlers")
@service("notices")
def handlers() -> Response:
    """Show who hears of what."""
    _offered()
    lms = practice()
    kept = lms.store.get("notice_handlers") or {}
    return jsonify(
        client_id=lms.client_id, deployment_id=lms.profile.deployment_id,
        notice_handlers=[{"notice_type": one, "handler": kept.get(one, "")} for one in NOTICE_TYPES],
    )  # fmt: skip


@bp.put("/handlers")
@service("notices")
def set_handler() -> Response:
    """Take an address for one type of notice; "" ends it."""
    _offered()
    lms = practice()
    body = need_body("application/json")
    kind, handler = (body.get("notice_type"), body.get("handler")) if isinstance(body, dict) else (None, None)
    if kind not in NOTICE_TYPES or not isinstance(handler, str):
        raise Problem(400, "unknown notice_type, or handler is no text")
    if handler and urlsplit(handler).netloc != urlsplit(lms.tool.launch_url).netloc:
        raise Problem(400, "handler url should match tool's domain")  # as Canvas words it
    lms.store.put("notice_handlers", (lms.store.get("notice_handlers") or {}) | {kind: handler})
    words(N_("Alat ingin diberi tahu: %(kind)s"), kind=kind)
    return jsonify(notice_type=kind, handler=handler)


def _offered() -> None:
    if not practice().profile.notices:
        raise Problem(404, "this LMS has no notification service")
    need_scope(PNS_SCOPE)


def notice(lms: Practice, kind: str, more: dict[str, Any]) -> str:
    """Sign a notice."""
    now = int(lms.now())
    return lms.keys.sign(
        {
            "iss": lms.issuer, "aud": lms.client_id, "azp": lms.client_id, "iat": now, "exp": now + 3600,
            "nonce": secrets.token_urlsafe(16), LTI + "version": "1.3.0", LTI + "deployment_id": lms.profile.deployment_id,
            LTI + "notice": {
                "id": str(uuid.uuid4()), "type": kind, "timestamp": datetime.now(UTC).isoformat(timespec="seconds"),
            },
            **more,
        }
    )  # fmt: skip


def tell_of_copy(lms: Practice, room: Room, origin: Room) -> int:
    """Send a context copy notice where one is wanted; gives the tool's status, 0 when nobody was told or nobody answered."""
    kind = "LtiContextCopyNotice"
    handler = (lms.store.get("notice_handlers") or {}).get(kind, "")
    if not lms.profile.notices or not handler or urlsplit(handler).scheme not in {"http", "https"}:
        return 0
    claims = {LTI + "context": context_claim(lms, room), LTI + "origin_contexts": [outer_id(lms, "course", origin.id)]}
    token = notice(lms, kind, claims)
    began = time.monotonic()
    try:
        asked = Request(  # noqa: S310 - the scheme was looked at
            handler, json.dumps({"notices": [{"jwt": token}]}).encode(), {"Content-Type": "application/json"}, method="POST"
        )
        with urlopen(asked, timeout=_SECONDS) as answer:  # noqa: S310 - the scheme was looked at
            status, told = int(answer.status), answer.read(2000).decode(errors="replace")
    except OSError as error:  # one try and no more, as Canvas does it; refusals come here too
        status, told = getattr(error, "code", 0), str(error)
    lms.messages.add(
        Message(
            N_("Salinan kursus diberitahukan kepada alat: %(title)s"), {"title": room.title}, incoming=False,
            good=200 <= status < 300, line=f"POST {handler} · {status} · {time.monotonic() - began:.1f} s", answer=told,
            tokens=[{"name": "jwt", **decoded(token)}],
        )
    )  # fmt: skip
    return status
