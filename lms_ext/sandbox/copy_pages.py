"""Salin kursus: a new course from an old one, as an LMS copies it; and going from one course to another."""

from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as BaseResponse

from lms_ext.sandbox.course import Room
from lms_ext.sandbox.notices import tell_of_copy
from lms_ext.sandbox.pages import here, staff_only
from lms_ext.sandbox.practice import Practice
from lms_ext.sandbox.services import practice

bp = Blueprint("copy_pages", __name__, url_prefix="/course")


def copy_course(lms: Practice, course: str, title: str, *, forget: bool = False) -> Room:
    """Copy a course with its links and columns, without people's grades, and tell the tool where that is wanted."""
    origin = lms.course.room(course)
    if origin is None:
        raise LookupError(course)
    with lms.store.lock:
        room = lms.course.copy_room(course, title)
        for link in lms.course.links(course):
            lms.course.copy_link(link.id, room.id, forget=forget)
    tell_of_copy(lms, room, origin)
    return room


@bp.get("/copy")
def ask() -> str:
    """Show what copying does in the LMS that is imitated."""
    staff_only()
    return render_template("copy.html", room=here(), links=practice().course.links(here().id))


@bp.post("/copy")
def copy() -> BaseResponse:
    """Copy the course and go there."""
    staff_only()
    title = request.form.get("title", "").strip()[:200]
    session["course"] = copy_course(practice(), here().id, title, forget="forget" in request.form).id
    return redirect(url_for("pages.course"), 303)


@bp.post("/enter")
def enter() -> BaseResponse:
    """Go to another course."""
    if practice().course.room(request.form.get("course", "")) is None:
        abort(404)
    session["course"] = request.form["course"]
    return redirect(url_for("pages.course"), 303)
