"""Launches: those that were refused with the reason and what to do, and the last that were let in."""

from flask import Blueprint, Response, request

from lms_ext.domain.launch_hints import hint
from lms_ext.domain.refusals import catalogue
from lms_ext.models import db
from lms_ext.services import launch_log, platforms
from lms_ext.web.admin import guard
from lms_ext.web.sessions import read_id

bp = Blueprint("admin_launches", __name__, url_prefix="/admin/launches")


@bp.get("")
def index() -> Response:
    """List refused launches, or with ``?show=opened`` the last that were let in, of all platforms or one."""
    within = guard.here().within
    known = platforms.within(db.session, within)
    chosen = read_id(request.args.get("platform", ""))
    if chosen not in {one.id for one in known}:
        chosen = None
    opened = request.args.get("show") == "opened"
    return guard.page(
        "admin/launches.html",
        platforms=known,
        chosen=chosen,
        opened=launch_log.opened(db.session, within, chosen) if opened else None,
        refused=None if opened else launch_log.refused(db.session, within, chosen),
        known_refusals=catalogue(),  # a row may outlive the version that had its code
        hint=hint,
    )
