"""Signing in: a password, then a code where the admin wants one; and out."""

from flask import Blueprint, Response, g, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from lms_ext.domain.refusals import Refused
from lms_ext.models import Admin, db, utcnow
from lms_ext.services import admin_sessions, admins, audit, passwords, second_factor
from lms_ext.web import sessions
from lms_ext.web.admin import cookies, guard, pacing, tickets
from lms_ext.web.i18n import own_page
from lms_ext.web.tool import tool

bp = Blueprint("admin_signing_in", __name__, url_prefix="/admin")

_CODE_SECONDS = 300


def wanted(path: str | None = None) -> str:
    """Give the admin page to go on to after sign-in; never an address elsewhere."""
    path = own_page(request.values.get("next", "") if path is None else path)
    inside = path.partition("?")[0].startswith("/admin/") and not path.startswith(
        ("/admin/sign-in", "/admin/invite", "/admin/oidc")
    )
    return path if inside else url_for("admin_start.start")


@bp.get("/sign-in")
@guard.open_to_strangers
def form() -> BaseResponse:
    """Show the form; who is signed in goes on."""
    if g.admin_here:
        return redirect(wanted(), 303)
    return sign_in_page()


def sign_in_page(*, trouble: str = "", login: str = "", status: int = 200, wait: int = 0) -> Response:
    """Make the sign-in page; a browser without a secret gets one, which its form is bound to."""
    page = with_secret(
        "admin/sign_in.html", status=status, next=wanted(), trouble=trouble, login=login, wait=wait, outside=outside_name(),
        over=request.args.get("next") is not None and not trouble,
    )  # fmt: skip
    if wait:
        page.headers["Retry-After"] = str(wait)
    return page


def with_secret(template: str, *, status: int = 200, **context: object) -> Response:
    """Make a page for strangers; a browser without a secret gets one, which the page's form is bound to."""
    secret = cookies.secret() or sessions.new_secret()
    page = guard.page(template, status=status, csrf=sessions.csrf_token(secret), **context)
    if not cookies.secret():
        cookies.keep_secret(page, secret)
    return page


def outside_name() -> str:
    """Give what outside accounts are called, "" when they cannot sign in here."""
    settings = tool().settings
    return settings.oidc_name or settings.oidc_issuer.partition("://")[2].partition("/")[0]


@bp.post("/sign-in")
@guard.open_to_strangers
def sign_in() -> BaseResponse:
    """Check login and password; an unknown one and a wrong one are told alike, in the same time."""
    written = request.form.get("login", "")
    login, found = _account(written)
    counted = pacing.for_password(login, found)
    kept = found.password_hash if found and found.disabled_at is None else ""
    wait = pacing.take(counted)  # commits: nobody waits for this transaction while a password is checked, which takes long
    if wait:
        return sign_in_page(trouble="wait", login=written, status=429, wait=wait)
    fits = passwords.fits(kept, request.form.get("password", ""))
    if not fits or found is None:
        if found is not None:
            audit.write(db.session, admins.actor(db.session, found), "session.refused", found.login, way="password")
            db.session.commit()
        return sign_in_page(trouble="wrong", login=written, status=403)
    pacing.forgive(counted)
    if passwords.is_outdated(kept):
        found.password_hash = passwords.hashed(request.form.get("password", ""))
    return go_on(found, "password", wanted())


def _account(written: str) -> tuple[str, Admin | None]:
    """Read what was written as the login that it can only be, whether or not somebody has it."""
    try:
        login = admins.clean_login(written)
    except Refused:
        return written[:320], None
    return login, admins.by_login(db.session, login)


def go_on(admin: Admin, way: str, target: str) -> BaseResponse:
    """Sign in who proved the first factor, or ask for the second; the transaction that runs is committed."""
    if not admin.totp_sealed:
        return let_in(admin, way, target)
    db.session.commit()
    return _code_page(tickets.write("code", admin=admin.id, way=way, next=target))


def _code_page(ticket: str, *, trouble: str = "", status: int = 200, wait: int = 0) -> Response:
    page = guard.page("admin/sign_in_code.html", status=status, ticket=ticket, trouble=trouble, wait=wait)
    if wait:
        page.headers["Retry-After"] = str(wait)
    return page


@bp.post("/sign-in/code")
@guard.open_to_strangers
def code() -> BaseResponse:
    """Check the second factor; the ticket says who has proved the first, in this browser, a moment ago."""
    ticket = request.form.get("ticket", "")
    facts = tickets.read("code", ticket, _CODE_SECONDS)
    admin = db.session.get(Admin, facts["admin"]) if facts else None
    if facts is None or admin is None or admin.disabled_at is not None:
        return sign_in_page(trouble="late", status=403)
    counted = pacing.for_code(admin)
    wait = pacing.take(counted)
    if wait:
        return _code_page(ticket, trouble="wait", status=429, wait=wait)
    kind = second_factor.take_code(db.session, tool().sealer, admin, request.form.get("code", "")[:64], utcnow())
    if not kind:
        audit.write(db.session, admins.actor(db.session, admin), "session.refused", admin.login, way="code")
        db.session.commit()
        return _code_page(ticket, trouble="wrong", status=403)
    pacing.forgive(counted)
    return let_in(admin, f"{facts['way']}+{kind}", wanted(facts["next"]))


def let_in(admin: Admin, way: str, target: str) -> BaseResponse:
    """Sign an admin in under a new secret, commit, and go on."""
    secret = sessions.new_secret()
    admin_sessions.begin(db.session, admin, sessions.hashed(secret), utcnow(), instead_of=cookies.secret_hash())
    audit.write(db.session, admins.actor(db.session, admin), "session.begin", admin.login, way=way)
    db.session.commit()
    response = make_response(redirect(target, 303))
    cookies.keep_secret(response, secret)
    pacing.remember(response, admin)
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
