"""A one-time link: its holder becomes an admin, or sets a new password. Looking does not use it up; sending the form does."""

from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from lms_ext.domain.refusals import Refusal, Refused
from lms_ext.models import db, utcnow
from lms_ext.services import admin_invites
from lms_ext.web.admin import guard, pacing, signing_in

bp = Blueprint("admin_invites", __name__, url_prefix="/admin/invite")

_HERE = {"password-short", "password-long", "password-easy", "password-differs", "admin-login-bad", "admin-login-taken",
         "admin-name-missing"}  # fmt: skip
"""What the holder of the link can mend in the form."""


def address(base: str, token: str) -> str:
    """Give the whole link for a secret."""
    return f"{base.rstrip('/')}/admin/invite/{token}"


@bp.get("/<token>")
@guard.open_to_strangers
def form(token: str) -> Response:
    """Show what the link is for."""
    return _page(token)


def _page(token: str, fault: Refusal | None = None) -> Response:
    invitation = admin_invites.find(db.session, token, utcnow())
    return signing_in.with_secret(
        "admin/invite.html", status=fault.status if fault else 200, invitation=invitation, fault=fault, form=request.form,
        action=url_for("admin_invites.accept", token=token), outside=signing_in.outside_name(),
    )  # fmt: skip


@bp.post("/<token>")
@guard.open_to_strangers
def accept(token: str) -> BaseResponse:
    """Use the link and sign its holder in."""
    if pacing.take(pacing.for_network()):
        raise Refused("too-many")
    form, password = request.form, request.form.get("password", "")
    try:
        if password != form.get("again", ""):
            raise Refused("password-differs")  # noqa: TRY301 - one place shows every fault of this form
        admin = admin_invites.accept(db.session, token, form.get("login", ""), form.get("name", ""), password, utcnow())
    except Refused as error:
        db.session.rollback()
        if error.refusal.code not in _HERE:
            raise
        return _page(token, error.refusal)
    return signing_in.let_in(admin, "invitation", url_for("admin_start.start"))
