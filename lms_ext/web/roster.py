"""The button with which a teacher has the class list fetched now."""

import time

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from lms_ext.domain.access import Action, Actor
from lms_ext.models import db, engine
from lms_ext.services import rosters
from lms_ext.web.entry import enter, keep_private, place
from lms_ext.web.sessions import LaunchRef
from lms_ext.web.tool import tool

bp = Blueprint("roster", __name__, url_prefix="/l/<launch:ref>")
bp.after_request(keep_private)

_PATIENCE = 3.0
"""Seconds that the answer may wait for the worker: most lists are there by then, and a slow LMS holds nobody up."""
_LOOK = 0.1


@bp.post("/roster")
def refresh(ref: LaunchRef) -> BaseResponse:
    """Ask for the list, wait a moment for it, and go back to the class."""
    visitor = enter(ref, Action.TEACH)
    activity_id = request.form.get("activity", "")
    here = place(visitor, activity_id) if activity_id else None
    actor = visitor.seat.actor
    asked = rosters.ask(db.session, actor, here.link.id if here else None, visitor.now)
    db.session.commit()
    if asked:
        tool().wake_worker()
        _await(actor)
    back = here.url("class") if here else visitor.url()
    return redirect(f"{back}?list={'asked' if asked else 'soon'}", 303)


def _await(actor: Actor) -> None:
    engine.reads_only()
    deadline = time.monotonic() + _PATIENCE
    while rosters.pending(db.session, actor) and time.monotonic() < deadline:
        db.session.rollback()
        time.sleep(_LOOK)
