"""Signing in with a password, and out."""

from flask import Blueprint, Response, g, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from lms_ext.domain.refusals import Refused
from lms_ext.models import Admin, db, utcnow
from lms_ext.services import admin_sessions, admins, audit, passwords
from lms_ext.web import sessions
from lms_ext.web.admin import cookies, guard
from lms_ext.web.i18n import own_page

bp = Blueprint("admin_signing_in", __name__, url_prefix="/admin")


def wanted() -> str:
    """Give the admin page to go on to after sign-in; never an address elsewhere."""
    path = own_page(request.values.get("next", ""))
    inside = path.partition("?")[0].startswith("/admin/") and not path.startswith("/admin/sign-in")
    return path if inside else url_for("admin_start.start")


@bp.get("/sign-in")
@guard.open_to_strangers
def form() -> BaseResponse:
    """Show the form; who is signed in goes on."""
    if g.admin_here:
        return redirect(wanted(), 303)
    return sign_in_page()


def sign_in_page(*, trouble: str = "", login: str = "", status: int = 200) -> Response:
    """Make the sign-in page; a browser without a secret gets one, which its form is bound to."""
    secret = cookies.secret() or sessions.new_secret()
    page = guard.page(
        "admin/sign_in.html", status=status, csrf=sessions.csrf_token(secret), next=wanted(), trouble=trouble, login=login,
        over=request.args.get("next") is not None and not trouble,
    )  # fmt: skip
    if not cookies.secret():
        cookies.keep_secret(page, secret)
    return page


@bp.post("/sign-in")
@guard.open_to_strangers
def sign_in() -> BaseResponse:
    """Check login and password; an unknown one and a wrong one are told alike."""
    written = request.form.get("login", "")
    found = _account(written)
    kept = found.password_hash if found and found.disabled_at is None else ""
    db.session.rollback()  # a password takes long to check: nobody is to wait for this transaction
    fits = passwords.fits(kept, request.form.get("password", ""))
    if not fits or found is None:
        return sign_in_page(trouble="wrong", login=written, status=403)
    return let_in(found, "password")


def _account(written: str) -> Admin | None:
    try:
        return admins.by_login(db.session, admins.clean_login(written))
    except Refused:
        return None


def let_in(admin: Admin, way: str) -> BaseResponse:
    """Sign an admin in under a new secret and go on to the page that was asked for."""
    secret = sessions.new_secret()
    admin_sessions.begin(db.session, admin, sessions.hashed(secret), utcnow(), instead_of=cookies.secret_hash())
    audit.write(db.session, admins.actor(db.session, admin), "session.begin", admin.login, way=way)
    db.session.commit()
    response = make_response(redirect(wanted(), 303))
    cookies.keep_secret(response, secret)
    return response


@bp.post("/sign-out")
@guard.open_to_strangers
def sign_out() -> BaseResponse:
    """End this browser's session; harmless when it is over already."""
    admin_sessions.end(db.session, cookies.secret_hash())
    db.session.commit()
    response = make_response(redirect(url_for("admin_signing_in.form"), 303))
    cookies.drop_secret(response)
    return response
