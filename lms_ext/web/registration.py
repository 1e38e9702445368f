"""Dynamic registration in the LMS's frame: say what will be registered, do it on one button, close the frame."""

from dataclasses import dataclass

import structlog
from flask import Blueprint, Response, g, jsonify, make_response, render_template, request

from lms_ext.domain.offers import SCOPES
from lms_ext.domain.refusals import Refused
from lms_ext.lti.registration import LmsConfiguration, Registered, Registrar
from lms_ext.lti.tool_configuration import Wishes, canvas_json, within
from lms_ext.models import Invitation, db, engine, utcnow
from lms_ext.services import registering
from lms_ext.services.registering import Recorded, Told
from lms_ext.web.tool import tool

log = structlog.get_logger(__name__)
bp = Blueprint("registration", __name__, url_prefix="/lti")
_LONGEST_SECRET = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """What the LMS put into the address it opened."""

    invite: str
    config_url: str
    token: str


def registrar() -> Registrar:
    """Give the client of LMSs' registration services."""
    return Registrar(tool().settings, tool().plugins, tool().lti.outbound)


@bp.before_request
def _frame() -> None:
    """Let any LMS frame these pages: which one it is shows only once its configuration was read, and no page shows a secret."""
    g.frame_ancestors = "*"


def _asked() -> Asked:
    given = request.form if request.method == "POST" else request.args
    secret = given.get("invite", "")
    if not secret or len(secret) > _LONGEST_SECRET:
        raise Refused("invite-unknown")
    return Asked(secret, given.get("openid_configuration", ""), given.get("registration_token", ""))


@bp.get("/register")
def ask() -> str:
    """Show what an LMS is about to register. Nothing is fetched without an invitation that holds."""
    engine.begin_reading(db.session)
    asked = _asked()
    registering.look(db.session, asked.invite, utcnow())
    db.session.rollback()  # no transaction is open while the LMS is asked
    lms = registrar().read(asked.config_url, asked.token)
    invitation = registering.look(db.session, asked.invite, utcnow())
    registering.check_purpose(db.session, invitation, lms.issuer)
    scopes = within((one.scope for one in SCOPES), lms.scopes)
    return render_template(
        "pages/register.html", lms=lms, asked=asked, name=_name(invitation, lms), messages=lms.messages,
        services=[one for one in SCOPES if one.scope in scopes], addresses=registrar().addresses,
    )  # fmt: skip


@bp.post("/register")
def register() -> Response:
    """Register; when the LMS refuses, the invitation stays usable."""
    asked, now = _asked(), utcnow()
    invitation = registering.hold(db.session, asked.invite, now)
    invitation_id = invitation.id
    db.session.commit()
    try:
        client = registrar()
        lms = client.read(asked.config_url, asked.token)
        registering.check_purpose(db.session, invitation, lms.issuer)
        db.session.rollback()
        wishes = Wishes(names="names" in request.form, emails="emails" in request.form)
        recorded = _record(invitation_id, lms, client.register(lms, wishes, asked.token))
    except Exception:
        db.session.rollback()
        registering.release(db.session, invitation_id)
        db.session.commit()
        raise
    tool().lti.registry.forget()
    log.info("platform.registered", platform=recorded.platform.id, product=lms.product, new=recorded.is_new)
    page = render_template("pages/register_done.html", platform=recorded.platform, lms=lms)
    return make_response(page)


def _record(invitation_id: int, lms: LmsConfiguration, given: Registered) -> Recorded:
    invitation = db.session.get_one(Invitation, invitation_id)
    told = Told(
        issuer=lms.issuer, client_id=given.client_id, deployment_id=given.deployment_id, product=lms.product,
        name=_name(invitation, lms), auth_login_url=lms.authorization_endpoint, auth_token_url=lms.token_endpoint,
        jwks_url=lms.jwks_uri, token_audience=lms.token_audience, shares_issuer=lms.quirks.shares_issuer,
    )  # fmt: skip
    recorded = registering.record(db.session, invitation, told, utcnow())
    db.session.commit()
    return recorded


def _name(invitation: Invitation, lms: LmsConfiguration) -> str:
    return (invitation.name or lms.account or lms.issuer.partition("://")[2])[:200]


@bp.get("/canvas.json")
def canvas() -> Response:
    """Give the configuration that Canvas's page "LTI Key" takes by its address; it holds no secret."""
    given = jsonify(canvas_json(registrar().addresses, tool().plugins.messages, Wishes()))
    if "download" in request.args:
        given.headers["Content-Disposition"] = 'attachment; filename="lms_ext-canvas.json"'
    return given
