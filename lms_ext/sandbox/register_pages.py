"""Ruang Alat, pendaftaran: the admin of the LMS pastes the tool's registration address and activates what came."""

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from lms_ext.sandbox.registration import activate, configuration_url, new_token
from lms_ext.sandbox.services import practice
from lms_ext.sandbox.setup_pages import address_fault

bp = Blueprint("register_pages", __name__, url_prefix="/tool/register")


@bp.get("")
def show() -> str:
    """Show the form, and the tool that waits for the admin."""
    return _page("", "")


def _page(address: str, fault: str) -> str:
    lms = practice()
    return render_template(
        "register.html", address=address, fault=fault, waiting=lms.store.get("registered"), known=bool(lms.tool.login_url),
        shared=bool(lms.profile.issuer), registers=lms.profile.registers,
    )  # fmt: skip


@bp.post("")
def start() -> str | tuple[str, int]:
    """Open the tool's registration page in a frame, with the address of our configuration and a token."""
    lms = practice()
    address = request.form.get("address", "").strip()
    fault = address_fault(address)
    if fault:
        return _page(address, fault), 400
    parts = urlsplit(address)
    query = parse_qsl(parts.query, keep_blank_values=True)
    update = request.form.get("as") == "update" and bool(lms.tool.login_url)
    query += [("openid_configuration", configuration_url(lms)), ("registration_token", new_token(lms, update=update))]
    g.more_frames = f"{parts.scheme}://{parts.netloc}"
    return render_template("register_frame.html", source=urlunsplit(parts._replace(query=urlencode(query))))


@bp.post("/activate")
def accept() -> BaseResponse | tuple[str, int]:
    """Activate the tool that registered itself."""
    if not activate(practice()):
        return _page("", _("Belum ada alat yang mendaftar.")), 400
    return redirect(url_for(".show"), 303)
