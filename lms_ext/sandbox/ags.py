"""Assignment and Grade Services of the practice LMS."""

import json
import math
from typing import Any

from flask import Blueprint, Response, g, jsonify, request

from lms_ext.sandbox.claims import AGS, item_url, outer_id, person_by_outer_id
from lms_ext.sandbox.course import ScoreRefused, check_score, is_review, is_time
from lms_ext.sandbox.messages import N_
from lms_ext.sandbox.services import Problem, need_accept, need_body, need_scope, paged, practice, service, words

bp = Blueprint("ags", __name__, url_prefix="/ags/<course>/lineitems")
_ITEM = "application/vnd.ims.lis.v2.lineitem+json"
_ITEMS = "application/vnd.ims.lis.v2.lineitemcontainer+json"
_RESULTS = "application/vnd.ims.lis.v2.resultcontainer+json"
_SCORE = "application/vnd.ims.lis.v1.score+json"
_WRITE = f"{AGS}scope/lineitem"
_READ = f"{AGS}scope/lineitem.readonly"


@bp.url_value_preprocessor
def _in_course(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    g.course = (values or {}).pop("course", "")


def _column(number: int) -> dict[str, Any]:
    column = practice().course.column(number)
    if column is None or column["course"] != g.course:
        raise Problem(404, "there is no such line item")
    return column


def _item(column: dict[str, Any]) -> dict[str, Any]:
    lms = practice()
    found: dict[str, Any] = {
        "id": item_url(lms, column["id"]),
        "label": column["label"],
        "scoreMaximum": column["maximum"],
        "resourceId": column["resource_id"],
        "tag": column["tag"],
        "startDateTime": column["starts"],
        "endDateTime": column["ends"],
        "gradesReleased": bool(column["released"]),
        "submissionReview": json.loads(column["review"]) if column["review"] else None,
    }
    if column["link_id"]:
        found["resourceLinkId"] = outer_id(lms, "link", str(column["link_id"]))
    return {name: value for name, value in found.items() if value not in ("", None)}


def _typed(value: Any, kind: str, status: int = 200, link: str = "") -> Response:
    answer = jsonify(value)
    answer.status_code = status
    answer.headers["Content-Type"] = kind
    if link:
        answer.headers["Link"] = link
    return answer


def _checked(body: Any) -> dict[str, Any]:
    """Read a line item that a tool sends."""
    if not isinstance(body, dict) or not isinstance(body.get("label"), str) or not body["label"].strip():
        raise Problem(400, "label must be text")
    maximum = body.get("scoreMaximum")
    if isinstance(maximum, bool) or not isinstance(maximum, (int, float)) or not 0 < maximum < math.inf:
        raise Problem(400, "scoreMaximum must be a number above 0")
    names = {"resource_id": "resourceId", "tag": "tag", "starts": "startDateTime", "ends": "endDateTime"}
    values = {name: str(body.get(theirs) or "") for name, theirs in names.items()}
    for name in ("starts", "ends"):
        if values[name] and not is_time(values[name]):
            raise Problem(400, f"{names[name]} must be ISO 8601 with a time zone")
    review = body.get("submissionReview")
    if review is not None and not is_review(review):
        raise Problem(400, "submissionReview must be an object with a url, and custom parameters that are text")
    if not practice().profile.takes_dates:
        values |= {"starts": "", "ends": ""}
    released = body.get("gradesReleased") is not False
    return {"label": body["label"].strip(), "maximum": maximum, **values, "review": review, "released": released}


@bp.get("")
@service("lineitems")
def list_items() -> Response:
    """List line items, filtered and paged."""
    need_scope(_WRITE, _READ)
    need_accept(_ITEMS)
    rows = practice().course.columns(g.course)
    for name in ("resource_id", "tag"):
        if name in request.args:
            rows = [row for row in rows if row[name] == request.args[name]]
    link = request.args.get("resource_link_id")
    if link is not None:
        rows = [row for row in rows if row["link_id"] and outer_id(practice(), "link", str(row["link_id"])) == link]
    page, following = paged([_item(row) for row in rows])
    return _typed(page, _ITEMS, link=following)


@bp.post("")
@service("lineitems")
def add_item() -> Response:
    """Add a column that the tool asks for."""
    need_scope(_WRITE)
    body = need_body(_ITEM)
    values = _checked(body)
    course = practice().course
    theirs = body.get("resourceLinkId")
    link = (
        next((one for one in course.links(g.course) if outer_id(practice(), "link", str(one.id)) == theirs), None)
        if theirs
        else None
    )
    if theirs and link is None:
        raise Problem(404, "resourceLinkId names no link of this course")
    if practice().profile.name == "openedx" and not theirs and not values["resource_id"]:
        raise Problem(400, "resourceId or resourceLinkId is needed")  # models.py of xblock-lti-consumer
    number = course.add_column(**values, link_id=link.id if link else None, course=g.course)
    words(N_("Kolom nilai ditambah alat: %(label)s"), label=values["label"])
    return _typed(_item(_column(number)), _ITEM, 201)


@bp.get("/<int:number>/lineitem")
@service("lineitems")
def read_item(number: int) -> Response:
    """Give one line item."""
    need_scope(_WRITE, _READ)
    need_accept(_ITEM)
    return _typed(_item(_column(number)), _ITEM)


@bp.put("/<int:number>/lineitem")
@service("lineitems")
def change_item(number: int) -> Response:
    """Change a line item."""
    need_scope(_WRITE)
    column = _column(number)
    values = _checked(need_body(_ITEM))
    lms = practice()
    lms.course.change_column(number, values)
    link = lms.course.link(column["link_id"]) if column["link_id"] else None
    if link and link.column_id == number and lms.profile.takes_dates:
        # one due date for the assignment and its column: Canvas documentation, Line Items, endDateTime
        lms.course.set_times(link.id, values["starts"], values["ends"])
    words(N_("Kolom nilai diubah alat: %(label)s"), label=values["label"])
    return _typed(_item(_column(number)), _ITEM)


@bp.delete("/<int:number>/lineitem")
@service("lineitems")
def remove_item(number: int) -> Response:
    """Remove a column with its grades."""
    need_scope(_WRITE)
    column = _column(number)
    practice().course.remove_column(number)
    words(N_("Kolom nilai dihapus alat: %(label)s"), label=column["label"])
    return Response(status=204)


@bp.post("/<int:number>/lineitem/scores")
@service("scores")
def take_score(number: int) -> Response:
    """Take a score for one learner."""
    need_scope(f"{AGS}scope/score")
    column = _column(number)
    body = need_body(_SCORE)
    wrong = check_score(body)
    if wrong:
        raise Problem(400, wrong)
    person = person_by_outer_id(practice(), body["userId"])
    if person is None or not person.is_gradable:
        # Teachers and strangers have no row in a gradebook: ltijs#8, #65; gradebookservices scores.php
        raise Problem(*practice().profile.stranger)
    score = body.get("scoreGiven")
    try:
        practice().course.take_score(column, body | {"userId": person.id})
    except ScoreRefused as refused:
        words(N_("Nilai %(score)s untuk %(name)s ditolak"), score=score, name=person.name)
        raise Problem(refused.status, str(refused)) from refused
    words(N_("Nilai diterima: %(score)s, %(name)s, %(label)s"), score=score, name=person.name, label=column["label"])
    return Response("", 200, mimetype="text/html") if practice().profile.bare_errors else _typed({}, "application/json")


@bp.get("/<int:number>/lineitem/results")
@service("results")
def results(number: int) -> Response:
    """List what the gradebook holds in a column."""
    need_scope(f"{AGS}scope/result.readonly")
    need_accept(_RESULTS)
    lms = practice()
    column = _column(number)
    rows = lms.course.grades(number)
    user = request.args.get("user_id")
    if user is not None:
        person = person_by_outer_id(lms, user)
        rows = [row for row in rows if person and row["person_id"] == person.id]
    page, following = paged([_result(column, row) for row in rows])
    return _typed(page, _RESULTS, link=following)


def _result(column: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    lms = practice()
    item = item_url(lms, column["id"])
    path, _, query = item.partition("?")
    user = outer_id(lms, "person", row["person_id"])
    found = {
        "id": f"{path}/results?{query + '&' if query else ''}user_id={user}", "userId": user, "scoreOf": item,
        "resultMaximum": column["maximum"], "comment": row["comment"], "timestamp": row["stamp"],
    }  # fmt: skip
    if row["score"] is not None:
        found["resultScore"] = row["score"]
    return found
