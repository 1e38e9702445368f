"""Where a launch lands: the activity behind its link."""

from flask import Blueprint
from werkzeug.wrappers import Response as BaseResponse

from lms_ext.domain.access import Action
from lms_ext.domain.refusals import Refused
from lms_ext.web import choosing
from lms_ext.web.activities import activity_page
from lms_ext.web.entry import enter, keep_private, place
from lms_ext.web.sessions import LaunchRef

bp = Blueprint("landing", __name__, url_prefix="/l/<launch:ref>")
bp.after_request(keep_private)


@bp.get("")
def land(ref: LaunchRef) -> BaseResponse:
    """Land from the LMS: the link's activity, or what mends a link that opens nothing."""
    visitor = enter(ref, Action.WORK)
    mended = choosing.repair(visitor)
    if mended is not None:
        return mended
    link = visitor.seat.link
    if link is None or "/" not in link.activity_ref:
        raise Refused("not-chosen")
    return activity_page(place(visitor, link.activity_ref.partition("/")[2]))
