"""Signing in with an outside account, and linking one to an admin who is signed in."""

import secrets
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin

from flask import Blueprint, make_response, request, url_for
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response as BaseResponse

from lms_ext.domain.admins import AdminRole
from lms_ext.domain.refusals import Refused, declare
from lms_ext.domain.texts import text
from lms_ext.lti.openid import Identity, Provider
from lms_ext.models import Admin, db, engine, utcnow
from lms_ext.services import admin_invites, admins, audit
from lms_ext.web.admin import account, cookies, guard, pacing, proving, signing_in, tickets
from lms_ext.web.tool import tool

bp = Blueprint("admin_openid", __name__, url_prefix="/admin/oidc")

_COOKIE = "lxao"
_SECONDS = 600
_PAGE = "admin/message.html"

declare("oidc-unknown", 403, text("Akun ini belum diundang", "This account is not invited"),
        text("Minta pemilik alat ini mengundang alamat surel akun Anda.", "Ask an owner of this tool to invite its address."),
        _PAGE)  # fmt: skip
declare("oidc-linked", 409, text("Akun ini milik admin lain", "This account belongs to another admin"),
        text("Akun luar hanya dapat dihubungkan dengan satu admin.", "An outside account can be linked to one admin only."),
        _PAGE)  # fmt: skip
declare("too-many", 429, text("Terlalu sering", "Too often"),
        text("Tunggu satu menit, lalu coba lagi.", "Wait a minute, then try again."), _PAGE)  # fmt: skip


def _provider() -> Provider:
    found = tool().openid
    if found is None:
        raise Refused("oidc-off")
    return found


def _redirect_uri() -> str:
    return urljoin(tool().settings.public_url, url_for("admin_openid.finish"))


@bp.post("/start")
@guard.open_to_strangers
def start() -> BaseResponse:
    """Go to the provider to sign in."""
    return _away(next=signing_in.wanted(), link=False)


@bp.post("/link")
@guard.allow(*AdminRole)
def link() -> BaseResponse:
    """Go to the provider to link an account to the admin at this page, who must prove to be there: it is one more way in."""
    try:
        proving.prove(_me())
    except Refused as error:
        return account.again(error, "outside")
    return _away(next="", link=True)


@bp.post("/again")
@guard.allow(*AdminRole)
def again() -> BaseResponse:
    """Go to the provider to sign in once more, before the account changes."""
    return _away(again=True, proof=True, at=time.time())


def _me() -> Admin:
    """Give who began: the ticket opens only with the secret of the session that it was written in."""
    return db.session.get_one(Admin, guard.here().actor.id)


def _away(*, again: bool = False, **facts: object) -> BaseResponse:
    provider = _provider()
    if pacing.take(pacing.for_network()):
        raise Refused("too-many")
    state, nonce, verifier = (secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48))
    address = provider.begin(state=state, nonce=nonce, verifier=verifier, redirect_uri=_redirect_uri(), again=again)
    # a page that moves on by itself: the policy of the page with the form lets no form end at another site, redirects included
    response = guard.page("admin/openid_away.html", address=address, outside=signing_in.outside_name())
    ticket = tickets.write("oidc", state=state, nonce=nonce, verifier=verifier, **facts)
    cookies.set_cookie(response, _COOKIE, ticket, seconds=_SECONDS)
    return response


@bp.get("/finish")
@guard.open_to_strangers
def finish() -> BaseResponse:
    """Come back from the provider: only in the browser that went, once, and soon."""
    facts = tickets.read("oidc", cookies.get_cookie(_COOKIE), _SECONDS)
    if facts is None or not secrets.compare_digest(request.args.get("state", "").encode(), facts["state"].encode()):
        raise Refused("oidc-failed", why="state")
    if request.args.get("error") or not request.args.get("code"):
        raise Refused("oidc-cancelled")
    db.session.rollback()  # no transaction while the provider is asked
    identity = _provider().finish(
        request.args["code"], nonce=facts["nonce"], verifier=facts["verifier"], redirect_uri=_redirect_uri(), now=utcnow()
    )
    engine.begin_writing(db.session)
    response = make_response(_arrived(identity, facts))
    cookies.set_cookie(response, _COOKIE, "", seconds=0)
    return response


def _arrived(identity: Identity, facts: Mapping[str, Any]) -> BaseResponse:
    if facts.get("proof"):
        return _prove(identity, facts["at"])
    return _link(identity) if facts["link"] else _sign_in(identity, facts["next"])


def _prove(identity: Identity, asked_at: float) -> BaseResponse:
    me = _me()
    proving.check(me, identity, asked_at)
    response = make_response(guard.done("admin_account.index", "proven"))
    proving.remember(response, me)
    return response


def _sign_in(identity: Identity, target: str) -> BaseResponse:
    admin = admins.by_identity(db.session, identity.issuer, identity.subject)
    if admin is None:
        admin = _join(identity)
    if admin.disabled_at is not None:
        raise Refused("oidc-unknown")
    return signing_in.go_on(admin, "oidc", signing_in.wanted(target))


def _join(identity: Identity) -> Admin:
    """Make an admin of who was invited by this very address; owners need their link: an address alone is too little for that."""
    if not identity.email:
        raise Refused("oidc-unverified")
    invitation = admin_invites.for_login(db.session, identity.email, utcnow())
    if invitation is None or invitation.rights.role is AdminRole.OWNER:
        raise Refused("oidc-unknown")
    admin = admin_invites.accept_by_oidc(db.session, invitation, identity.name or identity.email)
    _keep(admin, identity)
    return admin


def _link(identity: Identity) -> BaseResponse:
    me = _me()
    _keep(me, identity)
    audit.write(db.session, guard.here().actor, "admin.link", me.login, issuer=identity.issuer)
    db.session.commit()
    return guard.done("admin_account.index", "linked")


def _keep(admin: Admin, identity: Identity) -> None:
    try:
        with db.session.begin_nested():
            admin.oidc_issuer, admin.oidc_subject = identity.issuer, identity.subject
            db.session.flush()
    except IntegrityError:
        raise Refused("oidc-linked") from None
