"""Who looks after the tool: invited by one-time links, given roles and platforms, disabled."""

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as BaseResponse

from lms_ext.domain.admins import ROLE_NAMES, AdminRole
from lms_ext.domain.refusals import Refusal, Refused
from lms_ext.models import Admin, db, utcnow
from lms_ext.services import admin_invites, admins, platforms
from lms_ext.services.admins import Rights
from lms_ext.web.admin import guard, invites, signing_in
from lms_ext.web.sessions import read_id
from lms_ext.web.tool import tool

bp = Blueprint("admin_admins", __name__, url_prefix="/admin/admins")

owners = guard.allow(AdminRole.OWNER)
_HERE = {"admin-login-bad", "admin-login-taken", "admin-scope-empty", "admin-name-missing", "admin-last-owner"}
"""What can be mended in the form."""


@bp.get("")
@owners
def index() -> Response:
    """List admins and open invitations."""
    scopes = admins.scopes(db.session)
    names = {one.id: one.name for one in platforms.every(db.session)}
    return guard.page(
        "admin/admins.html", admins=admins.every(db.session), invitations=admin_invites.waiting(db.session, utcnow()),
        scopes={who: [names[one] for one in sorted(ids) if one in names] for who, ids in scopes.items()}, roles=ROLE_NAMES,
    )  # fmt: skip


def _rights() -> Rights:
    """Read role and platforms from the form; an unknown role gives the least."""
    written = request.form.get("role", "")
    role = AdminRole(written) if written in set(AdminRole) else AdminRole.AUDITOR
    chosen = {read_id(one) for one in request.form.getlist("platform")} - {None}
    return Rights(role, frozenset(one for one in chosen if one is not None) if role is AdminRole.PLATFORM else frozenset())


@bp.get("/invite")
@owners
def invite_form() -> Response:
    """Show the form of an invitation."""
    return _invite_page()


def _invite_page(fault: Refusal | None = None) -> Response:
    return _form_page(None, _rights() if fault else Rights(AdminRole.PLATFORM), fault)


def _form_page(admin: Admin | None, rights: Rights, fault: Refusal | None) -> Response:
    """Make the form of an invitation, or of an admin; after a fault with what was just sent."""
    return guard.page(
        "admin/admin_form.html", status=fault.status if fault else 200, fault=fault, admin=admin, form=request.form,
        rights=rights, platforms=platforms.every(db.session), roles=ROLE_NAMES, outside=signing_in.outside_name(),
    )  # fmt: skip


@bp.post("/invite")
@owners
def invite() -> BaseResponse:
    """Make an invitation and show its link, this once."""
    form, by = request.form, guard.here().actor
    try:
        if not form.get("login", "").strip():
            raise Refused("admin-login-bad")  # noqa: TRY301 - one place shows every fault of this form
        token = admin_invites.invite(db.session, by, form["login"], form.get("name", ""), _rights(), utcnow())
    except Refused as error:
        db.session.rollback()
        return _invite_page(error.refusal)
    db.session.commit()
    return _link_page(token, form["login"])


def _link_page(token: str, login: str) -> Response:
    invitation = admin_invites.find(db.session, token, utcnow())
    return guard.page(
        "admin/admin_link.html", link=invites.address(tool().settings.public_url, token), login=invitation.login or login,
        invitation=invitation, outside=signing_in.outside_name(),
    )  # fmt: skip


@bp.post("/invitations/<id:invite_id>/withdraw")
@owners
def withdraw(invite_id: int) -> BaseResponse:
    """Make an open invitation worthless."""
    admin_invites.withdraw(db.session, guard.here().actor, invite_id)
    db.session.commit()
    return guard.done("admin_admins.index", "withdrawn")


@bp.get("/<id:admin_id>")
@owners
def show(admin_id: int) -> Response:
    """Show one admin with everything that can be changed."""
    return _admin_page(_find(admin_id))


def _find(admin_id: int) -> Admin:
    found = db.session.get(Admin, admin_id)
    if found is None:
        raise Refused("admin-not-found")
    return found


def _admin_page(admin: Admin, fault: Refusal | None = None) -> Response:
    kept = Rights(AdminRole(admin.role), admins.scope_of(db.session, admin))
    return _form_page(admin, _rights() if fault and "role" in request.form else kept, fault)


def _changed(admin_id: int, error: Refused) -> Response:
    db.session.rollback()
    if error.refusal.code not in _HERE:
        raise error
    return _admin_page(_find(admin_id), error.refusal)


@bp.post("/<id:admin_id>")
@owners
def change(admin_id: int) -> BaseResponse:
    """Change name, role and platforms."""
    try:
        admins.change(db.session, guard.here().actor, admin_id, request.form.get("name", ""), _rights())
    except Refused as error:
        return _changed(admin_id, error)
    db.session.commit()
    return guard.done("admin_admins.index", "changed")


@bp.post("/<id:admin_id>/disable")
@owners
def disable(admin_id: int) -> BaseResponse:
    """Sign an admin out everywhere and let them in no more."""
    try:
        admins.disable(db.session, guard.here().actor, admin_id, utcnow())
    except Refused as error:
        return _changed(admin_id, error)
    db.session.commit()
    return guard.done("admin_admins.index", "disabled")


@bp.post("/<id:admin_id>/enable")
@owners
def enable(admin_id: int) -> BaseResponse:
    """Let a disabled admin sign in again."""
    admins.enable(db.session, guard.here().actor, admin_id)
    db.session.commit()
    return guard.done("admin_admins.index", "enabled")


@bp.post("/<id:admin_id>/reset")
@owners
def reset(admin_id: int) -> BaseResponse:
    """Make a link for a new password and show it, this once."""
    admin = _find(admin_id)
    if admin.disabled_at is not None:
        raise Refused("admin-not-found")
    token = admin_invites.reset(db.session, guard.here().actor, admin, utcnow())
    db.session.commit()
    return _link_page(token, admin.login)
