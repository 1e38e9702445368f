"""Ruang Alat: what the tool must know of this LMS, and what this LMS must know of the tool."""

from urllib.parse import urlsplit

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from lms_ext.sandbox.practice import ToolSetup
from lms_ext.sandbox.services import practice

bp = Blueprint("setup_pages", __name__, url_prefix="/tool")
_FIELDS = ("login_url", "launch_url", "jwks_url", "deep_linking_url")


@bp.get("")
def show() -> str:
    """Show both sides of the registration."""
    return _page({name: getattr(practice().tool, name) for name in _FIELDS}, {})


def _page(values: dict[str, str], faults: dict[str, str]) -> str:
    return render_template("tool.html", registration=practice().registration(), values=values, faults=faults)


@bp.post("")
def save() -> str | BaseResponse | tuple[str, int]:
    """Keep the tool's addresses, or fill them in from one base address."""
    base = request.form.get("base_url", "").strip()
    if request.form.get("do") == "fill":
        fault = address_fault(base)
        filled = ToolSetup() if fault else ToolSetup.at(base)
        return _page({name: getattr(filled, name) for name in _FIELDS} | {"base_url": base}, {"base_url": fault} if fault else {})
    values = {name: request.form.get(name, "").strip() for name in _FIELDS}
    faults = {
        name: fault for name in _FIELDS if (fault := address_fault(values[name])) and (values[name] or name != "deep_linking_url")
    }
    if faults:
        return _page(values, faults), 400
    practice().set_tool(ToolSetup(**values))
    return redirect(url_for(".show"), 303)


def address_fault(url: str) -> str:
    """Say what is wrong with an address; "" when it can be used."""
    try:
        parts = urlsplit(url)
        fine = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        fine = False
    return "" if fine else _("Tulis alamat lengkap, diawali https:// (atau http:// di komputer ini).")


@bp.get("/registration.json")
def download() -> Response:
    """Give the registration as a file for `lms-ext platform add --file`."""
    answer = jsonify(practice().registration())
    answer.headers["Content-Disposition"] = 'attachment; filename="lms-latihan.json"'
    return answer
