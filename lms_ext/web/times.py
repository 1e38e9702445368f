"""A teacher changes when work behind a link begins, is due and may be seen graded; the LMS is told where it takes that."""

from dataclasses import dataclass, replace
from datetime import timedelta

from flask import Blueprint, Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from lms_ext.domain.access import Action
from lms_ext.domain.columns import HOLD, Terms, read_options
from lms_ext.domain.refusals import Refused
from lms_ext.models import db
from lms_ext.services import choosing, column_changes, seats
from lms_ext.services.seats import LinkInfo
from lms_ext.settings import ZONES
from lms_ext.web.entry import Visitor, enter, keep_private
from lms_ext.web.sessions import LaunchRef
from lms_ext.web.tool import tool

bp = Blueprint("times", __name__, url_prefix="/l/<launch:ref>/times")
bp.after_request(keep_private)
_PATIENCE = timedelta(seconds=30)
"""How long the page comes again by itself while the LMS has not answered."""


@dataclass(frozen=True, slots=True)
class Form:
    """What stands in the fields."""

    starts: str
    ends: str
    releases: str
    held: bool

    @classmethod
    def of(cls, link: LinkInfo) -> "Form":
        """Fill the fields with what holds now."""
        zone = tool().settings.timezone
        starts, ends, releases = (choosing.write_moment(one, zone) for one in (link.starts_at, link.ends_at, link.releases_at))
        return cls(starts, ends, releases, held=link.has(HOLD))

    @classmethod
    def sent(cls) -> "Form":
        """Read what was sent; a time of release means that grades are held until then."""
        starts, ends, releases = (request.form.get(name, "").strip()[:40] for name in ("starts", "ends", "releases"))
        return cls(starts, ends, releases, held="hold" in request.form or bool(releases))

    def terms(self, link: LinkInfo) -> Terms | None:
        """Give the terms; None when a time is not one, see `wrong`."""
        if self.wrong or self.wrong_release:
            return None
        zone = tool().settings.timezone
        starts_at, ends_at, _ = choosing.read_period(self.starts, self.ends, zone)
        others = [one for one in link.options.split() if one != HOLD]
        options = read_options(" ".join([*others, *([HOLD] if self.held else [])]))
        return Terms(starts_at, ends_at, options, choosing.read_moment(self.releases, zone))

    @property
    def wrong(self) -> str:
        """Say what is wrong with start and due: ``unreadable``, ``order`` or ""."""
        return choosing.read_period(self.starts, self.ends, tool().settings.timezone)[2]

    @property
    def wrong_release(self) -> bool:
        """Tell whether the time of release cannot be read."""
        return bool(self.releases) and choosing.read_moment(self.releases, tool().settings.timezone) is None


@bp.get("")
def show(ref: LaunchRef) -> Response:
    """Show the times, and what the LMS made of them."""
    visitor = enter(ref, Action.TEACH)
    return _page(visitor, Form.of(_link(visitor)))


@bp.post("")
def change(ref: LaunchRef) -> BaseResponse:
    """Change the times here, and have the LMS told."""
    visitor = enter(ref, Action.TEACH)
    link, form = _link(visitor), Form.sent()
    terms = form.terms(link)
    if terms is None:
        return _page(visitor, form, status=422)
    actor = visitor.seat.actor
    seats.set_terms(db.session, actor, link.id, terms)
    if link.takes_grades:
        column_changes.ask(db.session, (actor.platform_id, actor.space_id, link.id), visitor.now)
    db.session.commit()
    tool().wake_worker()
    return redirect(f"{visitor.url('times')}?done=1", 303)


def _link(visitor: Visitor) -> LinkInfo:
    link = visitor.seat.link
    if link is None or not link.activity_ref:
        raise Refused("not-found")
    return link


def _page(visitor: Visitor, form: Form, *, status: int = 200) -> Response:
    link = replace(_link(visitor), title=_link(visitor).title or visitor.seat.course_title)
    told = column_changes.look(db.session, visitor.seat.actor, link.id)
    page = render_template(
        "pages/times.html",
        visitor=visitor,
        csrf=visitor.csrf,
        link=link,
        form=form,
        failed=status != 200,
        told=[(one, one.waits(visitor.now), one.verdict(link, visitor.now)) for one in told],
        done="done" in request.args,
        zone=ZONES[tool().settings.timezone],
        unsaved_form=True,
    )
    response = make_response(page, status)
    asked = [one.due_at for one in told if one.due_at is not None and one.waits(visitor.now)]
    if "done" in request.args and any(visitor.now - one < _PATIENCE for one in asked):
        response.headers["Refresh"] = "2"  # without scripts, too, the page comes again when the LMS may have answered
    return response
