"""Ruang Anggota: who is in the course, and letting people join, leave or be suspended."""

import secrets

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from lms_ext.sandbox.members import STATUSES
from lms_ext.sandbox.pages import is_staff
from lms_ext.sandbox.people import Person
from lms_ext.sandbox.services import practice

bp = Blueprint("member_pages", __name__, url_prefix="/members")
_NAME = 100


@bp.get("")
def show() -> str:
    """List everybody with status and groups."""
    lms = practice()
    names = {one.id: one.name for one in lms.members.groups()}
    groups = {person: [names[one] for one in own] for person, own in lms.members.groups_of().items()}
    return render_template("members.html", statuses=lms.members.statuses(), groups=groups)


@bp.post("")
def save() -> BaseResponse:
    """Change somebody's status, or enrol somebody new."""
    if not is_staff():
        abort(403)
    lms = practice()
    status = request.form.get("status", "")
    if status:
        person = lms.person(request.form.get("person", ""))
        if person is None or status not in STATUSES:
            abort(404)
        lms.members.set_status(person.id, status)
        return redirect(url_for(".show"), 303)
    name = " ".join(request.form.get("name", "").split())[:_NAME]
    if name:
        given, _, family = name.partition(" ")
        lms.add_person(Person(str(1000 + secrets.randbelow(9_000_000)), name, given, family))
    return redirect(url_for(".show"), 303)
