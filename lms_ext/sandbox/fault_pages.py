"""Ruang Gangguan: faults ordered by hand, and by other processes of this machine as JSON."""

from ipaddress import ip_address
from typing import Any

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from lms_ext.sandbox.faults import KINDS, SERVICES, STORAGE_MODES, BadFault
from lms_ext.sandbox.practice import Practice
from lms_ext.sandbox.services import practice

bp = Blueprint("fault_pages", __name__)


@bp.get("/faults")
def show() -> str:
    """Show what is ordered, and the forms to order."""
    return _page("")


def _page(fault: str) -> str:
    return render_template(
        "faults.html", services=SERVICES, kinds=KINDS, modes=STORAGE_MODES, fault=fault, **practice().faults.listing()
    )


@bp.post("/faults")
def save() -> str | BaseResponse | tuple[str, int]:
    """Do one thing that the page offers."""
    try:
        _do(practice(), request.form.to_dict())
    except (BadFault, ValueError) as error:
        return _page(str(error)), 400
    return redirect(url_for(".show"), 303)


def _do(lms: Practice, given: dict[str, Any]) -> None:
    """Do one order: ``do`` is add, limit, clear, rotate-key, revoke-tokens, storage or clock."""
    action = given.get("do", "add")
    service = str(given.get("service", ""))
    if action == "add":
        times, rate, seconds = int(given.get("times", 1)), float(given.get("rate", 0)), float(given.get("seconds", 2))
        after = int(given.get("after", 0))
        lms.faults.add(service, str(given.get("kind", "")), times=times, rate=rate, seconds=seconds, after=after)
    elif action == "limit":
        lms.faults.limit(service, float(given.get("per_second", 0)))
    elif action == "storage":
        lms.faults.keep_for_tools(str(given.get("mode", "")))
    elif action == "clock":
        lms.faults.clock_skew = float(given.get("seconds", 0))
    elif action == "rotate-key":
        lms.keys.rotate(drop_old=str(given.get("drop_old", "")).lower() in {"1", "true"})
    elif action == "revoke-tokens":
        lms.revoke_tokens()
    elif action == "clear":
        lms.faults.clear()
    else:
        raise BadFault(f"do: {action}")


@bp.route("/faults.json", methods=["GET", "POST", "DELETE"])
def order() -> Response:
    """Order faults from another process of this machine; JSON only, so that no web page can."""
    if not ip_address(request.remote_addr or "0.0.0.0").is_loopback:  # noqa: S104 - an address that is refused, not bound
        abort(403)
    lms = practice()
    if request.method == "DELETE":
        lms.faults.clear()
    elif request.method == "POST":
        given = request.get_json()
        try:
            for one in given if isinstance(given, list) else [given]:
                _do(lms, one)
        except (BadFault, ValueError, TypeError, AttributeError) as error:
            answer = jsonify(error=str(error))
            answer.status_code = 400
            return answer
    return jsonify(lms.faults.listing())
