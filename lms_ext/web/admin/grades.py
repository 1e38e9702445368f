"""Grades on their way to the gradebooks: how many wait where, since when and why; sending parked ones again."""

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as BaseResponse

from lms_ext.domain import delivery_reasons
from lms_ext.models import db
from lms_ext.services import grade_desk
from lms_ext.web.admin import guard
from lms_ext.web.tool import tool

bp = Blueprint("admin_grades", __name__, url_prefix="/admin/grades")


@bp.get("")
def index() -> Response:
    """Count the grades of each platform in the admin's scope, trouble first, and list the latest troubles."""
    here = guard.here()
    found = grade_desk.every_platform(db.session, here.now)
    found = [one for one in found if here.within is None or one.platform_id in here.within]
    found.sort(key=lambda one: (-one.counts.get("parked", 0), -one.counts.get("late", 0), one.name))
    return guard.page(
        "admin/grades.html",
        desks=found,
        troubles=grade_desk.troubles(db.session, here.within),
        words=delivery_reasons.words,
    )


@bp.post("/<int:platform_id>/resend")
def resend(platform_id: int) -> BaseResponse:
    """Make the parked grades of a platform due again, those with one reason."""
    reason = request.form.get("reason", "")[:60]
    number = grade_desk.resend_parked(db.session, platform_id, reason, guard.here().now)
    guard.note("grades.resend", guard.platform().name, platform_id=platform_id, reason=reason, number=number)
    db.session.commit()
    tool().wake_worker()
    return guard.done("admin_grades.index", "resent")
