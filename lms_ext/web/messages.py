"""What platforms send that the host does not answer alone: notices between servers, and messages that plugins answer."""

from typing import Any

import structlog
from flask import Blueprint, Response, g, jsonify, make_response, render_template

from lms_ext.domain.hosts import origin
from lms_ext.domain.incoming import Asked
from lms_ext.domain.refusals import Refused
from lms_ext.lti.notices import Heard
from lms_ext.models import db, utcnow
from lms_ext.services import launching, shared_pace
from lms_ext.services.shared_pace import NOTICES, Counted
from lms_ext.web import sessions
from lms_ext.web.json_bodies import sent_object
from lms_ext.web.throttle import Throttle, network
from lms_ext.web.tool import tool

bp = Blueprint("messages", __name__, url_prefix="/lti")
_MOST = 100
"""Notices in one request."""
_shield = Throttle(per_minute=600, burst=300)
"""Spares the database those that are far too fast; what counts is counted there, for all processes together."""

log = structlog.get_logger(__name__)


@bp.post("/notices")
def hear() -> tuple[Response, int]:
    """Take notices of a platform: each is proven, heard once, and refused by itself."""
    wait = _shield.wait(network()) or _counted()
    if wait:
        answer = jsonify(error="too-many")
        answer.headers["Retry-After"] = str(wait)
        return answer, 429
    notices = (sent_object() or {}).get("notices")
    if not isinstance(notices, list) or not 0 < len(notices) <= _MOST:
        return jsonify(error="malformed"), 400
    refused = [(number, why) for number, one in enumerate(notices) if (why := _one(one)) is not None]
    answer = jsonify(refused=[{"index": number, "code": why.refusal.code} for number, why in refused])
    return answer, refused[0][1].refusal.status if refused else 200


def _counted() -> int:
    key = sessions.derived(f"notice-pace:{network()}").hex()
    wait = shared_pace.take(db.session, [Counted(key, NOTICES)], utcnow())
    db.session.commit()
    return wait


def _one(sent: Any) -> Refused | None:
    try:
        heard = tool().lti.read_notice(sent.get("jwt") if isinstance(sent, dict) else None, utcnow())
        _handle(heard)
    except Refused as refused:
        db.session.rollback()
        log.warning("notice.refused", code=refused.refusal.code, **refused.facts)
        return refused
    return None


def _handle(heard: Heard) -> None:
    message = heard.message
    launching.use_once(db.session, message.platform_id, heard.mark, heard.until)
    tool().plugins.hear(message)
    db.session.commit()
    log.info("notice.heard", type=message.type[:60], platform=message.platform_id)


def answer(asked: Asked) -> Response:
    """Answer a person's message with the page of the plugin that knows it; a launch is good for one answer."""
    with db.engine.begin() as transaction:
        launching.use_once(transaction, asked.message.platform_id, asked.state_id, asked.state_expires_at + launching.MARGIN)
    reply = tool().plugins.answer(asked.message)
    if reply is None:
        raise Refused("message-unanswered", platform=asked.message.platform_id)
    g.frame_ancestors = " ".join(sorted({origin(one) for one in (*asked.origins, asked.return_url)} - {""})) or "'none'"
    g.launch_locale = asked.message.locale
    return make_response(
        render_template("pages/plugin_message.html", plugin_template=reply.template, plugin=reply.values, asked=asked)
    )
