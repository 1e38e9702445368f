"""The LMSs that may open this tool."""

from flask import Blueprint, Response

from lms_ext.models import db
from lms_ext.services import platforms
from lms_ext.web.admin import guard

bp = Blueprint("admin_platforms", __name__, url_prefix="/admin/platforms")


@bp.get("")
def index() -> Response:
    """List the platforms in the admin's scope."""
    return guard.page("admin/platforms.html", platforms=platforms.within(db.session, guard.here().within))
