"""The admin's own account: password, second factor, linked account. Each change asks once more who is there."""

from typing import Any

import segno
from flask import Blueprint, Response, request
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from lms_ext.domain.admins import AdminRole
from lms_ext.domain.refusals import Refusal, Refused, declare, refusal
from lms_ext.domain.texts import text
from lms_ext.models import Admin, db, utcnow
from lms_ext.services import admin_sessions, admins, second_factor
from lms_ext.web.admin import cookies, guard, proving, signing_in, tickets
from lms_ext.web.tool import tool

bp = Blueprint("admin_account", __name__, url_prefix="/admin/account")

_SETUP_SECONDS = 900
everyone = guard.allow(*AdminRole)

declare("keep-a-way-in", 409, text("Ini satu-satunya cara Anda masuk", "This is your only way in"),
        text("Buat kata sandi dahulu, lalu putuskan akun luar.", "Set a password first, then unlink the outside account."),
        "admin/message.html")  # fmt: skip


@bp.get("")
@everyone
def index() -> Response:
    """Show the account."""
    return _page()


def _me() -> Admin:
    return db.session.get_one(Admin, guard.here().actor.id)  # accounts are disabled, never deleted


def _page(*, fault: Refusal | None = None, at: str = "") -> Response:
    """Make the page; `at` names the part in which something was wrong."""
    me = _me()
    return guard.page(
        "admin/account.html", status=fault.status if fault else 200, me=me, fault=fault, at=at,
        recovery_left=second_factor.recovery_left(db.session, me.id), outside=signing_in.outside_name(),
        must_prove=not me.password_hash and not proving.is_proven(me),
    )  # fmt: skip


@bp.post("/password")
@everyone
def password() -> BaseResponse:
    """Set a new password; the admin's other browsers are signed out."""
    me, new = _me(), request.form.get("password", "")
    try:
        proving.prove(me)
        if new != request.form.get("again", ""):
            raise Refused("password-differs")  # noqa: TRY301 - one place shows every fault of this form
        admins.set_password(db.session, guard.here().actor, me, new, but_session=cookies.secret_hash())
    except Refused as error:
        return again(error, "password")
    db.session.commit()
    return guard.done("admin_account.index", "password")


def again(error: Refused, at: str) -> Response:
    """Show the account with what was wrong at one of its parts."""
    db.session.rollback()
    return _page(fault=error.refusal, at=at)


@bp.post("/second-factor")
@everyone
def set_up() -> BaseResponse:
    """Begin with a second factor: show the picture for the phone. Nothing is stored before a code has come back."""
    me = _me()
    try:
        proving.prove(me)
    except Refused as error:
        return again(error, "second-factor")
    return _setup_page(me, second_factor.new_secret())


def _setup_page(me: Admin, secret: str, fault: Refusal | None = None) -> Response:
    picture = segno.make(second_factor.address(secret, me.login, "lms_ext"), error="m")
    svg = picture.svg_inline(scale=5, border=4, dark="#000", light="#fff", svgclass="qr", lineclass=None)
    return guard.page(
        "admin/second_factor.html", status=fault.status if fault else 200, fault=fault, secret=secret,
        picture=Markup(svg),  # noqa: S704 - segno writes it from our own address
        ticket=tickets.write("second-factor", secret=secret, admin=me.id),
    )  # fmt: skip


@bp.post("/second-factor/on")
@everyone
def turn_on() -> BaseResponse:
    """Take the first code; from now on signing in asks for one. Shows the recovery codes, this once."""
    facts: dict[str, Any] | None = tickets.read("second-factor", request.form.get("ticket", ""), _SETUP_SECONDS)
    me, now = _me(), utcnow()
    if facts is None or facts["admin"] != me.id:
        raise Refused("admin-form-expired")
    step = second_factor.step_of(facts["secret"], request.form.get("code", ""), now)
    if step is None:
        return _setup_page(me, facts["secret"], refusal("code-wrong"))
    codes = second_factor.turn_on(db.session, tool().sealer, me, facts["secret"], step)
    guard.note("admin.second-factor-on", me.login)
    admin_sessions.end_all(db.session, me.id, but=cookies.secret_hash())
    db.session.commit()
    return guard.page("admin/recovery_codes.html", codes=codes)


@bp.post("/second-factor/off")
@everyone
def turn_off() -> BaseResponse:
    """Ask for no codes any more."""
    me = _me()
    try:
        proving.prove(me)
    except Refused as error:
        return again(error, "second-factor")
    second_factor.turn_off(db.session, guard.here().actor, me)
    db.session.commit()
    return guard.done("admin_account.index", "second-factor-off")


@bp.post("/recovery")
@everyone
def recovery() -> BaseResponse:
    """Make new recovery codes; earlier ones are worth nothing any more."""
    me = _me()
    try:
        proving.prove(me)
        if not me.totp_sealed:
            raise Refused("admin-form-expired")  # noqa: TRY301 - one place shows every fault of this form
    except Refused as error:
        return again(error, "second-factor")
    codes = second_factor.new_recovery_codes(db.session, me)
    guard.note("admin.recovery-codes", me.login)
    db.session.commit()
    return guard.page("admin/recovery_codes.html", codes=codes)


@bp.post("/unlink")
@everyone
def unlink() -> BaseResponse:
    """Sign in by the outside account no more."""
    me = _me()
    try:
        proving.prove(me)
        if not me.password_hash:
            raise Refused("keep-a-way-in")  # noqa: TRY301 - one place shows every fault of this form
    except Refused as error:
        return again(error, "outside")
    me.oidc_issuer = me.oidc_subject = None
    guard.note("admin.unlink", me.login)
    db.session.commit()
    return guard.done("admin_account.index", "unlinked")


@bp.post("/sign-out-others")
@everyone
def sign_out_others() -> BaseResponse:
    """Sign the admin's other browsers out."""
    me = _me()
    admin_sessions.end_all(db.session, me.id, but=cookies.secret_hash())
    guard.note("session.end-others", me.login)
    db.session.commit()
    return guard.done("admin_account.index", "others-out")
