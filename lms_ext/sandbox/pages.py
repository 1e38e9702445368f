"""The rooms of the practice LMS: start, course, launches and messages; who acts and in which language."""

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from lms_ext.sandbox.course import Room
from lms_ext.sandbox.deep_linking import new_request
from lms_ext.sandbox.i18n import LANGUAGE_COOKIE
from lms_ext.sandbox.oidc import start_login
from lms_ext.sandbox.people import Person
from lms_ext.sandbox.profiles import PROFILES
from lms_ext.sandbox.services import practice

bp = Blueprint("pages", __name__)
_FRESH = timedelta(minutes=1)
"""How long a grade is marked as new."""


def acting() -> Person:
    """Give the person this browser acts as; the teacher at first."""
    lms = practice()
    found = lms.person(session.get("acting", "")) or next((one for one in lms.people() if one.role == "teacher"), None)
    return found or lms.people()[0]


def is_staff() -> bool:
    """Tell whether the acting person runs the course."""
    return acting().role in {"teacher", "admin"}


def here() -> Room:
    """Give the course this browser is in; the first one at first."""
    courses = practice().course
    return courses.room(session.get("course", "")) or courses.rooms()[0]


@bp.app_context_processor
def _shell() -> dict[str, Any]:
    lms = practice()
    return {
        "acting": acting(),
        "staff": is_staff(),
        "people": lms.people(),
        "profile": lms.profile,
        "profiles": PROFILES,
        "course_title": here().title,
        "here": here(),
        "rooms": lms.course.rooms(),
    }


@bp.get("/")
def home() -> str:
    """Show all rooms at a glance."""
    return render_template("home.html", links=practice().course.links(here().id), messages=practice().messages.newest(5),
                           message_count=practice().messages.count(), **grade_table())  # fmt: skip


def grade_table() -> dict[str, Any]:
    """Give learners, columns and grades by (column, person)."""
    lms = practice()
    grades = {(row["column_id"], row["person_id"]): row for row in lms.course.grades()}
    fresh_since = (datetime.now(UTC) - _FRESH).isoformat(timespec="milliseconds")
    learners = [one for one in lms.people() if one.is_gradable]
    return {"learners": learners, "columns": lms.course.columns(here().id), "grades": grades, "fresh_since": fresh_since}


@bp.get("/course")
def course() -> str:
    """Show the course."""
    return render_template("course.html", links=practice().course.links(here().id))


@bp.get("/course/links/<int:number>")
def link(number: int) -> str:
    """Show a link in a frame, as an LMS does."""
    found = practice().course.link(number) or abort(404)
    return render_template("frame.html", title=found.title, source=url_for(".launch", number=number, frame=1))


@bp.get("/course/links/<int:number>/launch")
def launch(number: int) -> Response:
    """Open a link: begin the login."""
    lms = practice()
    found = lms.course.link(number) or abort(404)
    person = acting()
    body = {"kind": "link", "link": number, "person": person.id, "name": person.name, "frame": "frame" in request.args}
    return start_login(lms, body, found.url or lms.tool.launch_url)


@bp.post("/course/links/<int:number>/copy")
def copy(number: int) -> BaseResponse:
    """Copy a link."""
    staff_only()
    try:
        practice().course.copy_link(number)
    except LookupError:
        abort(404)
    return redirect(url_for(".course"), 303)


@bp.post("/course/links/<int:number>/remove")
def remove(number: int) -> BaseResponse:
    """Remove a link, its column and grades."""
    staff_only()
    practice().course.remove_link(number)
    return redirect(url_for(".course"), 303)


@bp.get("/course/choose")
def choose() -> str:
    """Show the tool's picker in a frame."""
    staff_only()
    return render_template("frame.html", title=_("Tambah aktivitas"), source=url_for(".choose_launch", frame=1))


@bp.get("/course/choose/launch")
def choose_launch() -> Response:
    """Begin the login of a choice of activities."""
    staff_only()
    lms = practice()
    person = acting()
    body: dict[str, Any] = {
        "kind": "deep-linking", "person": person.id, "name": person.name, "data": new_request(), "course": here().id,
    }  # fmt: skip
    asked = lms.new_hint(body)
    body["return_url"] = f"{lms.settings.url.rstrip('/')}/deep-linking/return?request={asked}"
    body["frame"] = "frame" in request.args
    return start_login(lms, body, lms.tool.deep_linking_url or lms.tool.launch_url)


@bp.get("/privacy/launch")
def privacy_launch() -> Response:
    """Begin a request about personal data: one's own, or as an admin of the LMS anybody's (``about``)."""
    lms = practice()
    person = acting()
    about = lms.person(request.args.get("about", "")) if person.role == "admin" else None
    body = {"kind": "privacy", "person": person.id, "name": person.name, "about": (about or person).id}
    return start_login(lms, body, lms.tool.launch_url)


def staff_only() -> None:
    """Refuse people who do not run the course."""
    if not is_staff():
        abort(403)


@bp.get("/messages")
def messages() -> str:
    """Show what passed, newest first."""
    return render_template("messages.html", messages=practice().messages.newest(200))


@bp.get("/messages/<int:number>")
def message(number: int) -> str:
    """Show one message whole."""
    return render_template("message.html", message=practice().messages.get(number) or abort(404))


@bp.post("/messages/clear")
def clear() -> BaseResponse:
    """Forget all messages."""
    practice().messages.clear()
    return redirect(url_for(".messages"), 303)


@bp.post("/acting")
def act() -> BaseResponse:
    """Act as somebody else, perhaps with another LMS imitated."""
    lms = practice()
    if lms.person(request.form.get("person", "")):
        session["acting"] = request.form["person"]
    if request.form.get("profile") in PROFILES:
        lms.set_profile(request.form["profile"])
    return redirect(_back(), 303)


@bp.post("/language")
def language() -> BaseResponse:
    """Keep the language that was chosen."""
    answer = make_response(redirect(_back(), 303))
    if request.form.get("lang") in {"id", "en"}:
        answer.set_cookie(LANGUAGE_COOKIE, request.form["lang"], max_age=31_536_000, samesite="Lax")
    return answer


def _back() -> str:
    path = request.form.get("back", "")
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else url_for("pages.home")
