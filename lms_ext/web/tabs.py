"""From the LMS's frame to a tab of its own.

Cookies set in a frame are kept for that frame under that LMS only, so a plain link to a new tab would arrive without the session.
The page in the frame therefore posts the launch's secret, sealed by the server, into the new tab, which sets the cookie there.
Only a page of this very site may do so (browsers say it in Sec-Fetch-Site): another site cannot put a person into a session that
is not theirs.
"""

import base64

from cryptography.fernet import Fernet, InvalidToken
from flask import Blueprint, Flask, Response, g, make_response, redirect, request

from lms_ext.domain.refusals import Refused
from lms_ext.models import db, utcnow
from lms_ext.services.seats import find_seat
from lms_ext.web import sessions
from lms_ext.web.carrying import from_our_page
from lms_ext.web.entry import keep_private
from lms_ext.web.i18n import own_page
from lms_ext.web.sessions import LaunchRef
from lms_ext.web.tool import tool

bp = Blueprint("tabs", __name__, url_prefix="/l/<launch:ref>")
bp.after_request(keep_private)


def _box() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(sessions.derived("tab")))


@bp.post("/tab")
def open_tab(ref: LaunchRef) -> Response:
    """Set the launch's cookie in the tab that this post opened, and show the page that was in the frame."""
    if not from_our_page(request.environ):
        raise Refused("form-expired")
    try:
        seconds = tool().settings.session_hours * 3600
        secret = _box().decrypt(request.form.get("pass", "").encode(), ttl=seconds).decode()
    except InvalidToken:
        raise Refused("form-expired") from None
    if find_seat(db.session, (ref.platform_id, ref.space_id, ref.id), sessions.hashed(secret), utcnow()) is None:
        raise Refused("session-over")
    wanted = own_page(request.form.get("next", ""))
    inside = wanted == ref.path or wanted.startswith(f"{ref.path}/")
    response = make_response(redirect(wanted if inside else ref.path, 303))
    sessions.set_cookie(response, sessions.SECRET_COOKIE, secret, path=ref.path, seconds=seconds)
    return response


def register(app: Flask) -> None:
    """Give framed pages what their "new tab" button posts."""

    @app.context_processor
    def _tab() -> dict[str, str]:
        ref, secret = g.get("launch_ref"), g.get("launch_secret", "")
        if ref is None or request.headers.get("Sec-Fetch-Dest") != "iframe":
            return {}
        return {"tab_url": f"{ref.path}/tab", "tab_pass": _box().encrypt(secret.encode()).decode()}
