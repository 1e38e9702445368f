"""Registering an LMS: an invitation to paste there, or both sides' addresses by hand, in that LMS's words."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from lms_ext.domain.admins import AdminRole
from lms_ext.domain.lms_guides import GUIDES, Guide, fault, filled, guide_for
from lms_ext.domain.texts import Text, text
from lms_ext.lti.tool_configuration import Addresses
from lms_ext.models import Platform, db
from lms_ext.services import platforms, registering
from lms_ext.web.admin import guard
from lms_ext.web.tool import tool

bp = Blueprint("admin_register", __name__, url_prefix="/admin/platforms")
_LONGEST_NAME = 200
_ANOTHER_LMS = text("Ini alamat LMS lain. Hanya pemilik alat ini yang boleh menggantinya.",
                    "This is another LMS's address. Only an owner of this tool may change it.")  # fmt: skip


@bp.get("/new")
@guard.allow(AdminRole.OWNER)
def choose() -> Response:
    """Ask which LMS it is."""
    return guard.page("admin/platform_new.html", guides=GUIDES.values())


def _guide(key: str) -> Guide:
    if key not in GUIDES:
        raise NotFound
    return GUIDES[key]


def _page(guide: Guide, *, status: int = 200, platform: Platform | None = None, **more: Any) -> Response:
    at = Addresses.of(tool().settings.public_url)
    values: Mapping[str, str] = more.pop("values", {})
    faults: Mapping[str, Text] = more.pop("faults", {})
    return guard.page(
        "admin/platform_register.html", status=status, guide=guide, at=at, platform=platform, values=values, faults=faults,
        name=more.pop("name", platform.name if platform else ""), invitation=more.pop("invitation", ""), minutes=_minutes(),
    )  # fmt: skip


def _minutes() -> int:
    return int(registering.LIFE.total_seconds()) // 60


@bp.get("/new/<lms>")
@guard.allow(AdminRole.OWNER)
def form(lms: str) -> Response:
    """Show how this LMS is told of the tool."""
    return _page(_guide(lms))


@bp.post("/new/<lms>/invite")
def invite(lms: str) -> Response:
    """Make an invitation. Its address is shown here and never again, since only its hash is kept."""
    guide = _guide(lms)
    name = request.form.get("name", "").strip()[:_LONGEST_NAME]
    here = guard.here()
    _, secret = registering.invite(db.session, here.now, made_by=here.actor.id, product=guide.key, name=name)
    guard.note("platform.invite", name or guide.name)
    db.session.commit()
    return _page(guide, name=name, invitation=Addresses.of(tool().settings.public_url).invitation(secret))


@bp.post("/new/<lms>")
def save(lms: str) -> Response | BaseResponse:
    """Store what the LMS shows; the admin typed it, so nothing waits for approval."""
    return _save(_guide(lms), None)


@bp.get("/<int:platform_id>/edit")
@guard.allow(AdminRole.OWNER, AdminRole.PLATFORM)
def edit(platform_id: int) -> Response:
    """Show the addresses of both sides, to be mended or copied again."""
    del platform_id
    one = guard.platform()
    values = {name: getattr(one, name) for name in ("issuer", "client_id", "auth_login_url", "auth_token_url", "jwks_url",
                                                    "token_audience")}  # fmt: skip
    values["deployment_ids"] = ", ".join(sorted(platforms.deployments(db.session, one)))
    return _page(guide_for(one.product), platform=one, values=values)


@bp.post("/<int:platform_id>/edit")
def change(platform_id: int) -> Response | BaseResponse:
    """Store mended addresses; the work of the platform stays."""
    del platform_id
    one = guard.platform()
    return _save(guide_for(one.product), one)


@bp.post("/<int:platform_id>/invite")
def invite_again(platform_id: int) -> Response:
    """Make an invitation by which this LMS, and no other, registers once more."""
    one = guard.platform()
    here = guard.here()
    _, secret = registering.invite(
        db.session, here.now, made_by=here.actor.id, product=one.product, name=one.name, for_platform=platform_id
    )
    guard.note("platform.invite", one.name, platform_id=platform_id)
    db.session.commit()
    return _page(guide_for(one.product), platform=one, invitation=Addresses.of(tool().settings.public_url).invitation(secret))


def _save(guide: Guide, into: Platform | None) -> Response | BaseResponse:
    given = {one.name: request.form.get(one.name, "").strip() for one in guide.asked}
    name = request.form.get("name", "").strip()[:_LONGEST_NAME]
    values = filled(guide, given)
    wanted: dict[str, Any] = {one: value for one, value in values.items() if value}
    wanted["deployment_ids"] = [one.strip() for one in values.get("deployment_ids", "").split(",") if one.strip()]
    wanted |= {"name": name or (into.name if into else ""), "profile": guide.key if guide.key != "generic" else ""}
    faults = {} if wanted["deployment_ids"] else {"deployment_ids": fault(guide, "deployment_ids", "")}
    if into is not None and wanted.get("issuer", into.issuer) != into.issuer and not guard.here().is_owner:
        faults["issuer"] = _ANOTHER_LMS
    saved = None
    try:
        with db.session.begin_nested():
            saved = platforms.save(db.session, wanted, allow_http=tool().settings.allow_loopback, into=into)
    except platforms.BadPlatform as error:
        # what was to be made from a faulty platform id is not the admin's mistake
        known = {one.name for one in guide.asked if given[one.name] or not one.usual or "issuer" not in error.faults}
        faults |= {one: fault(guide, one, values.get(one, "")) for one in error.faults if one in known}
    if saved is None or faults:
        db.session.rollback()
        one = guard.platform() if into else None
        return _page(guide, status=400, platform=one, values=given, faults=faults, name=name)
    guard.note("platform.save", saved.platform.name, platform_id=saved.platform.id, issuer=saved.platform.issuer)
    db.session.commit()
    tool().lti.registry.forget()
    return guard.done("admin_platforms.show", "registered" if saved.is_new else "saved", platform_id=saved.platform.id)
