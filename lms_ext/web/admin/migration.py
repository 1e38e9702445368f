"""Accounts that an LMS called otherwise under LTI 1.1: what it says of them, and the admin who decides."""

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as BaseResponse

from lms_ext.models import db
from lms_ext.services import legacy, platforms
from lms_ext.web.admin import guard
from lms_ext.web.tool import tool

bp = Blueprint("admin_migration", __name__, url_prefix="/admin/migration")


@bp.get("")
def index() -> Response:
    """List what LMSs in the admin's scope say, those that join something first."""
    return _page()


def _page(*, status: int = 200, fault: str = "") -> Response:
    shown = platforms.within(db.session, guard.here().within)
    state = request.args.get("state", "open")
    state = state if state in legacy.STATES else "open"
    found = legacy.proposals(db.session, tool().sealer, [one.id for one in shown], state)
    return guard.page(
        "admin/migration.html",
        status=status,
        fault=fault,
        state=state,
        proposals=found,
        platforms=shown,
        names={one.id: one.name for one in shown},
        consumers={one.id: legacy.consumers(db.session, one.id) for one in shown},
    )


@bp.post("/<int:platform_id>/accounts/<id:person_id>")
def decide(platform_id: int, person_id: int) -> BaseResponse:
    """Join two accounts, or keep them apart."""
    join = request.form.get("join") == "1"
    legacy.decide(db.session, (platform_id, person_id), join=join, by=guard.here().actor, now=guard.here().now)
    db.session.commit()
    return guard.done("admin_migration.index", "joined" if join else "apart")


@bp.post("/<int:platform_id>/secret")
def secret(platform_id: int) -> BaseResponse:
    """Keep the secret of a consumer key, or forget it."""
    key, given = request.form.get("consumer_key", "").strip(), request.form.get("secret", "")
    if not key or len(key) > 255 or not key.isprintable() or (request.form.get("do") != "forget" and not given):
        return _page(status=422, fault="secret")
    if request.form.get("do") == "forget":
        legacy.forget_consumer(db.session, platform_id, key)
    else:
        legacy.add_consumer(db.session, tool().sealer, platform_id, key, given[:500], guard.here().now)
    guard.note("migration.secret", key, platform_id=platform_id, forgotten=request.form.get("do") == "forget")
    db.session.commit()
    return guard.done("admin_migration.index", "secret")
