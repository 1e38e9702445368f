"""/admin itself, and the list of what is looked at now and then."""

from flask import Blueprint, Response, redirect, url_for
from werkzeug.wrappers import Response as BaseResponse

from lms_ext.web.admin import guard, nav

bp = Blueprint("admin_start", __name__, url_prefix="/admin")


@bp.get("/")  # as people type it; addresses are made from the line below, which Flask hears of first
@bp.get("")
def start() -> BaseResponse:
    """Go to what admins come for most."""
    return redirect(url_for("admin_platforms.index"), 303)


@bp.get("/system")
def system() -> Response:
    """Show keys, plugins, health and the like as one list."""
    return guard.page("admin/system.html", entries=nav.system(guard.here().actor.role))
