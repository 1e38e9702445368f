"""The LMSs that may open this tool."""

from flask import Blueprint, Response

from lms_ext.models import db
from lms_ext.services import platforms
from lms_ext.web.admin import guard

bp = Blueprint("admin_platforms", __name__, url_prefix="/admin/platforms")


@bp.get("")
def index() -> Response:
    """List the platforms in the admin's scope."""
    within = guard.here().within
    shown = [one for one in platforms.every(db.session) if within is None or one.id in within]
    return guard.page("admin/platforms.html", platforms=shown)
