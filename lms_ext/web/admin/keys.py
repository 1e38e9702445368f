"""The keys that sign our messages to LMSs: where each is in its life; a new one by hand."""

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as BaseResponse

from lms_ext.domain.admins import AdminRole
from lms_ext.lti.tool_keys import make_key
from lms_ext.models import db, engine
from lms_ext.services import tool_keys
from lms_ext.web.admin import guard
from lms_ext.web.tool import tool

bp = Blueprint("admin_keys", __name__, url_prefix="/admin/keys")


@bp.get("")
def index() -> Response:
    """List the keys, newest first, each with its stage in words."""
    now = guard.here().now
    keys = tool_keys.every(db.session)
    shown = [(one, tool_keys.stage(one, keys, now), (now - one.created_at).days) for one in keys]
    due = tool_keys.next_due(db.session, tool().settings.key_days)
    jwks = f"{tool().settings.public_url.rstrip('/')}/lti/jwks"
    return guard.page("admin/keys.html", keys=shown, due=due, days=tool().settings.key_days, jwks=jwks)


@bp.get("/rotate")
@guard.allow(AdminRole.OWNER)
def ask() -> Response:
    """Ask whether a new key is meant, and which way."""
    return guard.page("admin/key_rotate.html", lead=tool_keys.LEAD.days, overlap=tool_keys.OVERLAP.days)


@bp.post("/rotate")
def rotate() -> BaseResponse:
    """Publish a new key; withdraw the old ones when one leaked."""
    leaked = request.form.get("how") == "leaked"
    made = make_key()
    engine.begin_writing(db.session)
    signs_from = tool_keys.add(db.session, tool().sealer, made, guard.here().now, withdraw=leaked)
    guard.note("key.withdraw" if leaked else "key.rotate", made.kid, signs_from=signs_from.isoformat(timespec="minutes"))
    db.session.commit()
    return guard.done(".index", "withdrawn" if leaked else "rotated")
