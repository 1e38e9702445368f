"""A teacher at a link: the class at a glance, one piece of work, marking it, and where each grade is."""

from datetime import timedelta
from math import isfinite
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request
from flask_babel import format_decimal, get_locale
from werkzeug.wrappers import Response as BaseResponse

from lms_ext.domain.access import Action
from lms_ext.domain.refusals import Refused
from lms_ext.domain.texts import pick
from lms_ext.models import Attempt, Mark, Person, db
from lms_ext.services import attempting, beside, marking, outbox, readings, reviewing, scoring
from lms_ext.services.marking import Decision
from lms_ext.services.reviewing import Row
from lms_ext.web.activities import review_context
from lms_ext.web.assets import show_inside
from lms_ext.web.class_lists import ListView
from lms_ext.web.entry import Place, enter, keep_private, pinned, place
from lms_ext.web.sessions import LaunchRef, read_id
from lms_ext.web.tool import tool

bp = Blueprint("teaching", __name__, url_prefix="/l/<launch:ref>/a/<activity_id>")
bp.after_request(keep_private)
_PATIENCE = timedelta(seconds=30)
"""How long the class page comes again by itself while nobody has read the gradebook."""


@bp.get("/class")
def overview(ref: LaunchRef, activity_id: str) -> Response:
    """Show who has opened, drafted, handed in and been marked."""
    return overview_page(place(enter(ref, Action.TEACH), activity_id))


def overview_page(here: Place) -> Response:
    """Make the class page of an activity."""
    actor = here.visitor.seat.actor
    everybody = reviewing.overview(db.session, actor, here.link.id, here.activity.ref, here.activity.keep)
    view = ListView.read(here.visitor, here.url("class"))
    only = view.people(here.visitor)
    rows = [row for row in reviewing.in_class(everybody) if only is None or row.person_id in only]
    chosen = [row for row in rows if not view.state or row.state == view.state]
    aside: dict[str, list[Row]] = {}
    for row in everybody:
        aside.setdefault({"inactive": "left"}.get(row.place, row.place), []).append(row)
    grades = _grades(here)
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.state] = counts.get(row.state, 0) + 1
    page = render_template(
        "pages/overview.html",
        place=here,
        visitor=here.visitor,
        activity=here.activity,
        csrf=here.visitor.csrf,
        view=view,
        rows=view.shown(chosen),
        pages=view.pages(chosen),
        aside=aside,
        counts=counts,
        total=len(rows),
        marking=here.kind.wants.marking,
        done_before=request.args.get("done", ""),
        **grades,
    )
    response = make_response(page)
    if grades["reading"]:  # without scripts, too, the page comes again when the LMS may have answered
        response.headers["Refresh"] = "2"
    return response


def _grades(here: Place) -> dict[str, Any]:
    """Give where each grade is, what the LMS's gradebook was last seen to hold, and whether it is being read just now."""
    found = beside.look(db.session, here.visitor.seat.actor, here.link, here.activity)
    asked = [one.due_at for one in found.waits() if one.due_at is not None] if "read" in request.args else []
    return {
        "beside": found,
        "maximum": found.maximum,
        "reading": any(here.visitor.now - one < _PATIENCE for one in asked),
    }


@bp.post("/class/read")
def read_grades(ref: LaunchRef, activity_id: str) -> BaseResponse:
    """Have the LMS's own grades read; a worker does it, since an LMS may take its time."""
    here = place(enter(ref, Action.TEACH), activity_id)
    actor = here.visitor.seat.actor
    if here.link.reads_grades and here.link.takes_grades:
        link = (actor.platform_id, actor.space_id, here.link.id)
        own = scoring.column_of(here.link, here.activity)
        readings.ask_activity(db.session, link, here.activity.ref, own, here.visitor.now)
        db.session.commit()
        tool().wake_worker()
    return redirect(f"{here.url('class')}?read=1", 303)


@bp.get("/works/<id:attempt_id>")
def work(ref: LaunchRef, activity_id: str, attempt_id: int) -> Response:
    """Open one piece of work for reading and marking."""
    here = place(enter(ref, Action.TEACH), activity_id)
    return _work_page(here, _attempt(here, attempt_id))


def _attempt(here: Place, attempt_id: int, *, lock: bool = False) -> Attempt:
    """Find work of this link in this space that was handed in; a draft is private, so for a teacher it is absent."""
    actor = here.visitor.seat.actor
    if lock:
        found = attempting.locked(db.session, actor, attempt_id)
    else:
        found = db.session.get(Attempt, (actor.platform_id, actor.space_id, attempt_id))
    if found is None or found.link_id != here.link.id or found.activity_ref != here.activity.ref or not found.revision:
        raise Refused("not-found")
    return found


def _work_page(here: Place, attempt: Attempt, *, trouble: str = "", status: int = 200) -> Response:
    here = pinned(here, attempt)
    actor = here.visitor.seat.actor
    sent = attempting.submissions(db.session, attempt)
    everybody = reviewing.overview(db.session, actor, here.link.id, here.activity.ref)
    rows = [one for one in everybody if one.attempts and (one.place == "class" or one.attempt_id == attempt.id)]
    ids = [one.attempt_id for one in rows]
    index = ids.index(attempt.id) if attempt.id in ids else 0
    latest = sent[-1]
    context: dict[str, Any] = review_context(here, attempt, sent)
    show_inside(here.snapshot, here.activity)
    mark = marking.latest_mark(db.session, attempt)
    page = render_template(
        "pages/marking.html",
        place=here,
        visitor=here.visitor,
        activity=here.activity,
        attempt=attempt,
        csrf=here.visitor.csrf,
        person=db.session.get(Person, (actor.platform_id, attempt.person_id)),
        submission=latest,
        previous=sent[-2] if len(sent) > 1 else None,
        mark=mark,
        rubric=here.activity.rubric,
        **_grades(here),
        thread=marking.thread(db.session, attempt),
        position=index + 1,
        total=len(rows),
        unmarked=sum(one.state == "submitted" for one in reviewing.in_class(rows)),
        previous_url=here.url("works", str(ids[index - 1])) if index > 0 else "",
        next_url=here.url("works", str(ids[index + 1])) if index + 1 < len(ids) else "",
        trouble=trouble,
        done_before=request.args.get("done", ""),
        unsaved_form=True,
        **_entered(here, attempt, mark),
        **context,
    )
    return make_response(page, status)


def _entered(here: Place, attempt: Attempt, mark: Mark | None) -> dict[str, Any]:
    """Give what stands in the form: what was just sent and refused, so that no tick or word is lost, else the last mark."""
    rubric = here.activity.rubric
    points = "" if attempt.fraction is None else attempt.fraction * (scoring.maximum(here.link, here.activity) or 100)
    sent = request.form if request.method == "POST" else None
    return {
        "marks_given": dict(_decision(here).marks) if sent is not None else dict(mark.marks) if mark else {},
        "written_comment": sent.get("comment", "") if sent is not None else "",
        "written_points": sent.get("points", "") if sent is not None else format_decimal(points) if points != "" else "",
        "level_names": {one.value: pick(one.label, str(get_locale())) for one in rubric.level_names} if rubric else {},
    }


@bp.post("/works/<id:attempt_id>")
def decide(ref: LaunchRef, activity_id: str, attempt_id: int) -> BaseResponse:
    """Mark a work or return it for revision, then go on to the next that waits; or only say something about it."""
    here = place(enter(ref, Action.TEACH), activity_id)
    attempt = _attempt(here, attempt_id, lock=True)
    here = pinned(here, attempt)
    decision = _decision(here)
    if request.form.get("action") == "say":
        marking.say(db.session, here.visitor.seat.actor, attempt, decision.comment, here.visitor.now)
        db.session.commit()
        return redirect(f"{here.url('works', str(attempt_id))}?done=say#percakapan", 303)
    trouble = marking.decide(db.session, here.visitor.seat.actor, attempt, here.link, here.activity, decision, here.visitor.now)
    if trouble:
        db.session.rollback()
        return _work_page(here, _attempt(here, attempt_id), trouble=trouble, status=409 if trouble == "newer-submission" else 422)
    db.session.commit()  # the mark and its outbox slot together
    tool().wake_worker()
    waiting = [
        one.attempt_id
        for one in reviewing.in_class(reviewing.overview(db.session, here.visitor.seat.actor, here.link.id, here.activity.ref))
        if one.state == "submitted" and one.attempt_id != attempt_id
    ]
    done = "return" if decision.returned else "mark"
    return redirect(f"{here.url('works', str(waiting[0])) if waiting else here.url('class')}?done={done}", 303)


def _decision(here: Place) -> Decision:
    rubric = here.activity.rubric
    marks = {}
    if rubric:
        # an aspect counts as looked at when its hidden field came along, even if nothing in it is ticked
        seen = set(request.form.getlist("aspect"))
        marks = {one.id: request.form.getlist(f"r.{one.id}") for one in rubric.aspects if one.id in seen}
    return Decision(
        revision=read_id(request.form.get("revision", "")) or 0,
        marks=marks,
        points=_number(request.form.get("points", "")),
        comment=request.form.get("comment", ""),
        returned=request.form.get("action") == "return",
        nothing_seen="nothing_seen" in request.form,
    )


def _number(written: str) -> float | None:
    """Read points as people write them, with a comma or a point."""
    try:
        number = float(written.strip().replace(",", "."))
    except ValueError:
        return None
    return number if isfinite(number) else None


@bp.post("/resend/<id:person_id>")
def resend(ref: LaunchRef, activity_id: str, person_id: int) -> BaseResponse:
    """Send a person's grade once more."""
    here = place(enter(ref, Action.TEACH), activity_id)
    key = scoring.column_of(here.link, here.activity)
    outbox.resend(
        db.session, here.visitor.seat.actor, here.link.id, person_id, here.visitor.now, column=key, ref=here.activity.ref
    )
    db.session.commit()
    tool().wake_worker()
    return redirect(here.url("class"), 303)
