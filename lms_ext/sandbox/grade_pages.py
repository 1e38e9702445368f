"""Ruang Nilai: the gradebook, and one grade with the teacher's own over it."""

import json

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from lms_ext.sandbox.oidc import start_login
from lms_ext.sandbox.pages import acting, grade_table, is_staff
from lms_ext.sandbox.services import practice

bp = Blueprint("grade_pages", __name__, url_prefix="/grades")


@bp.get("")
def gradebook() -> str:
    """Show people by columns; learners see their own row."""
    table = grade_table()
    if not is_staff():
        table["learners"] = [one for one in table["learners"] if one.id == acting().id]
    return render_template("gradebook.html", **table)


@bp.route("/<int:column>/<person>", methods=["GET", "POST"])
def cell(column: int, person: str) -> str | BaseResponse | tuple[str, int]:
    """Show one grade; the teacher may write an own one."""
    lms = practice()
    found, learner = lms.course.column(column), lms.person(person)
    if found is None or learner is None or not learner.is_gradable or not (is_staff() or acting().id == person):
        abort(404)
    fault, typed = "", request.form.get("score", "").strip()
    if request.method == "POST":
        if not is_staff():
            abort(403)
        try:
            score = float(typed.replace(",", ".")) if typed else None
        except ValueError:
            score = -1.0
        if score is not None and not 0 <= score <= found["maximum"]:
            fault = _("Tulis angka dari 0 sampai %(most)s, atau kosongkan.", most=f"{found['maximum']:g}")
        else:
            lms.course.write_own(column, person, score, request.form.get("comment", "")[:2000], acting().name)
            return redirect(url_for(".gradebook"), 303)
    page = render_template(
        "grade.html", column=found, learner=learner, grade=lms.course.grade(column, person), fault=fault, typed=typed
    )
    return (page, 400) if fault else page


@bp.get("/<int:column>/<person>/review")
def review(column: int, person: str) -> Response:
    """Let the tool show this learner's work: to the teacher, and to the learner."""
    lms = practice()
    found, learner = lms.course.column(column), lms.person(person)
    if found is None or not found["review"] or learner is None or not (is_staff() or acting().id == person):
        abort(404)
    me = acting()
    body = {"kind": "review", "column": column, "learner": person, "person": me.id, "name": me.name, "frame": False}
    return start_login(lms, body, json.loads(found["review"]).get("url") or lms.tool.launch_url)


@bp.post("/<int:column>/remove")
def remove_column(column: int) -> BaseResponse:
    """Delete a column and its grades, as a teacher may."""
    if not is_staff():
        abort(403)
    practice().course.remove_column(column)
    return redirect(url_for(".gradebook"), 303)
