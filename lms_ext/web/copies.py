"""The one question about a copied link: whose settings should it have? Only teachers are asked, and once."""

from dataclasses import dataclass

from flask import Blueprint, Response, make_response, redirect, render_template, request
from flask_babel import get_locale
from werkzeug.wrappers import Response as BaseResponse

from lms_ext.domain.access import Action
from lms_ext.domain.people import Role
from lms_ext.domain.refusals import Refused
from lms_ext.domain.texts import pick
from lms_ext.models import db
from lms_ext.services import copying
from lms_ext.services.copying import Candidate
from lms_ext.web.entry import Visitor, enter, keep_private
from lms_ext.web.sessions import LaunchRef
from lms_ext.web.tool import tool

bp = Blueprint("copies", __name__, url_prefix="/l/<launch:ref>")
bp.after_request(keep_private)


@dataclass(frozen=True, slots=True)
class Offer:
    """A candidate in words; `key` names it in the form."""

    key: str
    candidate: Candidate
    activity: str
    points: int | None


def question(visitor: Visitor) -> Response | None:
    """Ask a teacher whose settings a copied link should have; None when there is nothing to ask, or nobody to answer."""
    seat = visitor.seat
    if seat.link is None or seat.deep_linking is not None or seat.actor.role != Role.TEACHER:
        return None
    if seat.link.copy_doubt is None and seat.link.activity_ref:
        return None  # the usual case costs nothing
    offers = _offers(visitor)
    if not offers:
        return None
    return make_response(render_template("pages/copied.html", visitor=visitor, csrf=visitor.csrf, offers=offers, link=seat.link))


def _offers(visitor: Visitor) -> list[Offer]:
    """Describe the candidates whose activities are published still."""
    link = visitor.seat.link
    found = copying.candidates(db.session, visitor.seat.actor, link) if link else []
    offers = []
    for one in found:
        pack_id, _, activity_id = one.activity_ref.partition("/")
        published = tool().catalog.current(db.session, pack_id)
        activity = published.pack.activity(activity_id) if published and activity_id else None
        if published is None or (activity_id and activity is None):
            continue
        title = activity.title if activity else published.pack.title
        points = one.points if one.points is not None or activity is None else activity.points
        offers.append(Offer(f"{one.space_id}-{one.link_id}", one, pick(title, str(get_locale())), points))
    return offers


@bp.post("/copied")
def answer(ref: LaunchRef) -> BaseResponse:
    """Take over the chosen settings, or none, and go on."""
    visitor = enter(ref, Action.CHOOSE)
    link = visitor.seat.link
    if link is None:
        raise Refused("not-chosen")
    chosen = request.form.get("source", "")
    offers = {one.key: one.candidate for one in _offers(visitor)}
    if chosen and chosen not in offers:
        raise Refused("selection-not-offered")
    copying.answer(db.session, visitor.seat.actor, link, offers.get(chosen))
    db.session.commit()
    return redirect(visitor.url(), 303)
