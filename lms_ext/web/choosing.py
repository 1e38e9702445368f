"""A teacher chooses what stands in the course: the answer to deep linking, and the repair of a link that opens nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request
from flask_babel import get_locale, gettext
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from lms_ext.domain.access import Action
from lms_ext.domain.activities import Work
from lms_ext.domain.columns import ENGLISH, Terms, read_options
from lms_ext.domain.hosts import origin
from lms_ext.domain.people import Role
from lms_ext.domain.refusals import Refused, refusal
from lms_ext.domain.texts import pick
from lms_ext.lti.deep_linking import Chosen
from lms_ext.models import db
from lms_ext.services import choosing, seats
from lms_ext.services.choosing import Item, Shelf, Wish
from lms_ext.settings import ZONES
from lms_ext.web.assets import content_policy, show_inside
from lms_ext.web.entry import Visitor, enter, keep_private
from lms_ext.web.sessions import LaunchRef
from lms_ext.web.tool import tool

bp = Blueprint("choosing", __name__, url_prefix="/l/<launch:ref>")
bp.after_request(keep_private)

_POINTS = "p."
"""Prefix of the points field of an item."""
_MOST = 200
"""Items that one answer may hold."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What a teacher chooses for: several links of a course, or the one link that opens nothing (`repairs` says why)."""

    visitor: Visitor
    several: bool
    graded: bool
    repairs: str = ""


@dataclass(frozen=True, slots=True)
class Filled:
    """The picker's form as sent."""

    wish: Wish = field(default_factory=Wish)
    show: str = ""
    picks: tuple[str, ...] = ()
    points: dict[str, str] = field(default_factory=dict)
    starts: str = ""
    ends: str = ""
    options: str = ""

    @classmethod
    def read(cls, sent: MultiDict[str, str]) -> "Filled":
        """Read a form; of a name sent twice (a hidden field and a pressed button) the last counts."""
        last = {name: values[-1][:140] for name, values in sent.lists() if values}
        wish = Wish(*(last.get(name, "").strip() for name in ("q", "pack", "kind", "tag")))
        picks = tuple(dict.fromkeys(one[:140] for one in sent.getlist("pick")))[: _MOST + 1]
        points = {name.removeprefix(_POINTS): value for name, value in last.items() if name.startswith(_POINTS)}
        options = read_options(" ".join(sent.getlist("options"))[:140])
        return cls(wish, last.get("show", ""), picks, points, last.get("starts", ""), last.get("ends", ""), options)

    def written(self, item: Item) -> str:
        """Give what stands in an item's points field: what was typed, else the author's points."""
        return self.points.get(item.ref, str(item.points or ""))

    @property
    def terms(self) -> Terms:
        """Give times and options for all that is chosen; columns are named in the language of the page."""
        starts_at, ends_at, _ = choosing.read_period(self.starts, self.ends, tool().settings.timezone)
        options = read_options(f"{self.options} {ENGLISH}") if str(get_locale()) == "en" else self.options
        return Terms(starts_at, ends_at, options)

    @property
    def wrong_times(self) -> str:
        """Say what is wrong with the times: ``unreadable``, ``order`` or ""."""
        return choosing.read_period(self.starts, self.ends, tool().settings.timezone)[2]


def _desk(visitor: Visitor) -> Desk:
    settings = visitor.seat.deep_linking
    if settings is not None:
        if visitor.seat.answered:
            raise Refused("already-answered")
        return Desk(visitor, several=settings["accept_multiple"], graded=settings["accept_lineitem"])
    if visitor.seat.link is None:
        raise Refused("not-chosen")
    dead = dead_end(visitor)
    if not dead:
        raise Refused("link-in-use")
    return Desk(visitor, several=False, graded=True, repairs=dead)


def dead_end(visitor: Visitor) -> str:
    """Say why the link of a launch opens nothing: ``not-chosen`` or ``activity-gone``; "" when it opens something."""
    link = visitor.seat.link
    if link is None or not link.activity_ref:
        return "not-chosen"
    activity_id = link.activity_ref.partition("/")[2]
    pack = tool().catalog.snapshot(db.session, link.snapshot) if link.snapshot else None
    if pack is None or (activity_id and pack.activity(activity_id) is None):
        return "activity-gone"
    return ""


def repair(visitor: Visitor) -> BaseResponse | None:
    """Answer a launch that opens nothing: the refusal to a learner, the picker to a teacher; None when it opens something."""
    if visitor.seat.deep_linking is not None:
        return redirect(visitor.url("choose"), 303)
    dead = dead_end(visitor)
    if not dead:
        return None
    if visitor.seat.link is None or visitor.seat.actor.role != Role.TEACHER:
        raise Refused(dead)
    desk = Desk(visitor, several=False, graded=True, repairs=dead)
    return _page(desk, Filled(), status=refusal(dead).status)


@bp.get("/choose")
def choose(ref: LaunchRef) -> BaseResponse:
    """Show what can be chosen; the form keeps its ticks while a teacher searches and previews."""
    filled = Filled.read(request.args)
    added = request.args.get("add", "")[:140]
    desk = _desk(enter(ref, Action.CHOOSE))
    if added:
        kept = filled.picks if desk.several else ()
        filled = replace(filled, picks=tuple(dict.fromkeys((*kept, added))), show="")
    return _page(desk, filled)


@bp.post("/choose")
def answer(ref: LaunchRef) -> BaseResponse:
    """Send the choice to the LMS, or put it behind the link."""
    desk = _desk(enter(ref, Action.CHOOSE))
    filled = Filled.read(request.form)
    items = {
        one.ref: one
        for shelf in choosing.shelves(db.session, tool().catalog, desk.visitor.ref.platform_id)
        for one in shelf.items
    }
    if not set(filled.picks) <= items.keys():
        raise Refused("selection-not-offered")
    if len(filled.picks) > (_MOST if desk.several else 1):
        raise Refused("selection-too-many")
    points = {ref: choosing.read_points(filled.written(items[ref])) if "/" in ref else 0 for ref in filled.picks}
    wrong = frozenset(ref for ref, value in points.items() if value is None and desk.graded)
    if not filled.picks or wrong or filled.wrong_times:
        return _page(desk, filled, wrong=wrong, nothing=not filled.picks, status=422)
    if desk.repairs:
        return _bind(desk, items[filled.picks[0]], points, filled.terms)
    chosen = [_chosen(items[ref], points[ref] or 0, filled.terms) for ref in filled.picks]
    return _send(desk.visitor, chosen, gettext("Ditambahkan ke kursus: %(count)s", count=len(chosen)))


@bp.post("/choose/cancel")
def cancel(ref: LaunchRef) -> BaseResponse:
    """Tell the LMS that nothing was chosen; a link that opens nothing stays as it is."""
    desk = _desk(enter(ref, Action.CHOOSE))
    if desk.repairs:
        return redirect(desk.visitor.seat.return_url or desk.visitor.url(), 303)
    return _send(desk.visitor, [], gettext("Tidak ada yang ditambahkan."))


def _bind(desk: Desk, item: Item, points: dict[str, int | None], terms: Terms) -> BaseResponse:
    visitor, link = desk.visitor, desk.visitor.seat.link
    assert link is not None  # a desk for repairs has a link
    own = points[item.ref] if item.kind != choosing.PACK else None
    seats.bind_link(db.session, visitor.seat.actor, link.id, item.ref, None if own == item.points else own, terms)
    db.session.commit()
    return redirect(visitor.url(), 303)


def _chosen(item: Item, points: int, terms: Terms) -> Chosen:
    locale = str(get_locale())
    summary = pick(item.summary, locale) if item.summary else ""
    return Chosen(item.ref, pick(item.title, locale), summary, points, item.kind, terms)


def _send(visitor: Visitor, chosen: Sequence[Chosen], message: str) -> Response:
    """Make the page that posts the signed answer from the browser; of two answers only the first is signed away."""
    seat = visitor.seat
    assert seat.deep_linking is not None  # a desk without repairs answers a deep linking launch
    db.session.rollback()  # on SQLite the signer could not make its first key beside our transaction
    token = tool().lti.answer_selection(seat.actor.platform_id, seat.deep_linking, chosen, message, visitor.now)
    if not seats.take_answer(db.session, seat, visitor.now):
        raise Refused("already-answered")
    db.session.commit()
    target = str(seat.deep_linking["return_url"])
    page = render_template("pages/choose_sent.html", visitor=visitor, target=target, token=token, count=len(chosen))
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Security-Policy"] = content_policy(form_action=origin(target))
    return response


def _shelves(desk: Desk) -> list[Shelf]:
    return choosing.shelves(db.session, tool().catalog, desk.visitor.ref.platform_id)


def _page(
    desk: Desk, filled: Filled, *, wrong: frozenset[str] = frozenset(), nothing: bool = False, status: int = 200
) -> Response:
    shelves = _shelves(desk)
    everything = [one for shelf in shelves for one in shelf.items]
    found = choosing.find(everything, filled.wish)
    seen = {one.ref for one in found}
    page = render_template(
        "pages/choose.html",
        desk=desk,
        visitor=desk.visitor,
        csrf=desk.visitor.csrf,
        filled=filled,
        wish=filled.wish,
        wrong=wrong,
        wrong_times=filled.wrong_times if status != 200 else "",
        nothing=nothing,
        reason=refusal(desk.repairs) if desk.repairs else None,
        groups=[(shelf, [one for one in shelf.items if one.ref in seen]) for shelf in shelves],
        aside=[one for one in everything if one.ref in filled.picks and one.ref not in seen],
        found=len(found),
        packs=[shelf.published.pack for shelf in shelves],
        kinds=_kinds(everything),
        tags=choosing.tag_groups(everything),
        nearest=choosing.nearest_word(everything, filled.wish.words) if not found else "",
        preview=_preview(shelves, everything, filled.show),
        pack_kind=choosing.PACK,
        points_prefix=_POINTS,
        zone=ZONES[tool().settings.timezone],
        more_columns=frozenset[str]().union(*(one.columns for one in everything)),
    )
    response = make_response(page, status)
    if desk.repairs and desk.visitor.seat.return_url:
        # cancelling is a form that is sent on to the LMS; browsers hold such a redirect against the policy as well
        response.headers["Content-Security-Policy"] = content_policy(form_action=f"'self' {origin(desk.visitor.seat.return_url)}")
    return response


def _kinds(items: Sequence[Item]) -> list[tuple[str, Any]]:
    return list({one.kind: one.kind_title for one in items}.items())


def _preview(shelves: Sequence[Shelf], items: Sequence[Item], ref: str) -> dict[str, Any] | None:
    item = next((one for one in items if one.ref == ref), None)
    if item is None:
        return None
    published = next(shelf.published for shelf in shelves if shelf.published.pack.id == item.pack)
    activity = published.pack.activity(ref.partition("/")[2])
    if activity is None:
        return {"item": item, "inside": published.pack.activities}
    kind = tool().plugins.activity_types[activity.type]
    show_inside(published.snapshot, activity)
    try:
        work = Work(kind.start(activity.config, 0))
        shown = render_template(
            "pages/choose_preview.html",
            plugin_template=kind.attempt_template,
            plugin=kind.view(activity.config, work),
            activity=activity,
            fields_value=lambda _name: [],
            checked=lambda _part: False,
            mode="preview",
        )
    except Exception as error:  # noqa: BLE001 - a plugin's fault: it can be chosen all the same, and is logged
        tool().plugins.log_failure(kind.name, "view", error)
        return {"item": item, "failed": True}
    return {"item": item, "shown": Markup(shown)}  # noqa: S704 - rendered with escaping just above
