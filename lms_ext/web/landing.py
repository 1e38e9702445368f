"""Where a launch lands: the activity or pack behind its link; for a teacher, the class at it."""

from datetime import datetime

from flask import Blueprint, Response, make_response, render_template
from flask_babel import to_user_timezone
from werkzeug.wrappers import Response as BaseResponse

from lms_ext.domain.access import Action
from lms_ext.domain.packs import Pack
from lms_ext.domain.people import Role
from lms_ext.domain.refusals import Refused
from lms_ext.models import db
from lms_ext.services import journeys
from lms_ext.services.seats import LinkInfo
from lms_ext.web import choosing, copies
from lms_ext.web.activities import activity_page
from lms_ext.web.class_lists import ListView
from lms_ext.web.entry import Visitor, enter, keep_private, place
from lms_ext.web.sessions import LaunchRef
from lms_ext.web.teaching import overview_page
from lms_ext.web.tool import tool

bp = Blueprint("landing", __name__, url_prefix="/l/<launch:ref>")
bp.after_request(keep_private)


@bp.get("")
def land(ref: LaunchRef) -> BaseResponse:
    """Land from the LMS: the link's activity, its pack, or what mends a link that opens nothing. Teachers see the class first."""
    visitor = enter(ref, Action.WORK)
    asked = copies.question(visitor)
    if asked is not None:
        return asked
    mended = choosing.repair(visitor)
    if mended is not None:
        return mended
    teaches = visitor.seat.actor.role == Role.TEACHER
    activity_id = _link(visitor).activity_ref.partition("/")[2]
    if not activity_id:
        return _class_home(visitor) if teaches else _home(visitor)
    if teaches:
        return overview_page(place(enter(ref, Action.TEACH), activity_id))
    return activity_page(place(visitor, activity_id))


@bp.get("/home")
def home(ref: LaunchRef) -> Response:
    """Show the way through a pack as a learner sees it, for teachers too."""
    return _home(enter(ref, Action.WORK))


def _link(visitor: Visitor) -> LinkInfo:
    if visitor.seat.link is None:
        raise Refused("not-chosen")
    return visitor.seat.link


def _pack(link: LinkInfo) -> Pack:
    published = tool().catalog.current(db.session, link.activity_ref)
    if published is None:
        raise Refused("not-found")
    return published.pack


def _home(visitor: Visitor) -> Response:
    link = _link(visitor)
    pack = _pack(link)
    page = render_template(
        "pages/home.html",
        visitor=visitor,
        pack=pack,
        journey=journeys.journey(db.session, visitor.seat.actor, link, pack),
        kinds=tool().plugins.activity_types,
        daytime=_daytime(visitor.now),
    )
    return make_response(page)


def _daytime(now: datetime) -> str:
    """Name the part of the day where the school is."""
    hour = to_user_timezone(now).hour
    return "pagi" if 4 <= hour < 11 else "siang" if 11 <= hour < 15 else "sore" if 15 <= hour < 18 else "malam"


def _class_home(visitor: Visitor) -> Response:
    visitor = enter(visitor.ref, Action.TEACH)
    link = _link(visitor)
    pack = _pack(link)
    view = ListView.read(visitor, visitor.url())
    found = journeys.class_view(db.session, visitor.seat.actor, link, pack, view.people(visitor))
    page = render_template(
        "pages/class_home.html",
        visitor=visitor,
        pack=pack,
        view=view,
        found=found,
        learners=view.shown(found.learners),
        pages=view.pages(found.learners),
        csrf=visitor.csrf,
        kinds=tool().plugins.activity_types,
    )
    return make_response(page)
