"""The LMSs that may open this tool: the list, and a page for each to approve, check, rename and switch off."""

from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, request
from werkzeug.wrappers import Response as BaseResponse

from lms_ext.domain.lms_guides import guide_for
from lms_ext.domain.refusals import Refused
from lms_ext.domain.texts import storable
from lms_ext.lti import checkup as checking_lms
from lms_ext.models import Platform, db, engine
from lms_ext.services import checkup, platform_desk, platform_hosts, platforms, registering
from lms_ext.web import checking
from lms_ext.web.admin import guard
from lms_ext.web.sentences import spoken
from lms_ext.web.tool import tool

bp = Blueprint("admin_platforms", __name__, url_prefix="/admin/platforms")
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@bp.get("")
def index() -> Response:
    """List the platforms in the admin's scope, what is broken first."""
    here = guard.here()
    found = platform_desk.overview(db.session, here.within, here.now)
    return guard.page("admin/platforms.html", rows=found, guide_for=guide_for, is_local=_is_local)


def _is_local(platform: Platform) -> bool:
    return urlsplit(platform.issuer).hostname in _LOOPBACK


@bp.get("/<int:platform_id>")
def show(platform_id: int) -> Response:
    """Show one platform."""
    del platform_id
    return _page(guard.platform())


def _page(one: Platform, *, status: int = 200, **typed: object) -> Response:
    last = checkup.last(db.session, one.id)
    known = tool().lti.registry.all().get(one.id)
    report = checking_lms.report(known, last.checks, last.ran_at, spoken()) if last and known else ""
    return guard.page(
        "admin/platform.html", status=status, platform=one, typed=typed,
        asked_hosts=platform_hosts.asked(db.session, one.id), guide=guide_for(one.product), last=last, report=report,
        deployments=platforms.deployments(db.session, one),
        rivals=_rivals(one) if one.status == "pending" else [],
    )  # fmt: skip


def _rivals(one: Platform) -> list[Platform]:
    """List what a waiting platform may replace, of what is this admin's to see."""
    return [each for each in registering.rivals(db.session, one) if guard.here().actor.sees(each.id)]


def _asked_again(**typed: object) -> Response:
    """Show the page with what was typed in its settings; nothing was changed."""
    db.session.rollback()
    engine.begin_reading(db.session)  # the page may read the registrations anew, by a connection of its own
    return _page(guard.platform(), status=422, **typed)


def _changed(platform: Platform, action: str, ok: str, **detail: object) -> BaseResponse:
    """Write the audit entry, commit, let this process see the change at once, and go on to the platform's page."""
    platform_id = platform.id
    guard.note(action, platform.name, platform_id=platform_id, **detail)
    db.session.commit()
    tool().lti.registry.forget()
    return guard.done("admin_platforms.show", ok, platform_id=platform_id)


@bp.post("/<int:platform_id>/approve")
def approve(platform_id: int) -> BaseResponse:
    """Let a waiting registration launch, in place of an older one when that is chosen."""
    one = guard.platform()
    chosen = request.form.get("replaces", "")
    rivals = {str(each.id): each for each in _rivals(one)}
    if chosen and chosen not in rivals:
        raise Refused("admin-not-found")
    client_id = one.client_id
    approved = registering.approve(db.session, one, rivals.get(chosen))
    detail = {"client_id": client_id} | ({"in_place_of_registration": platform_id} if approved.id != platform_id else {})
    return _changed(approved, "platform.approve", "approved", **detail)


@bp.post("/<int:platform_id>/refuse")
def refuse(platform_id: int) -> BaseResponse:
    """Forget a registration that waits."""
    one = guard.platform()
    name, issuer = one.name, one.issuer
    if not registering.refuse(db.session, one):
        return guard.done("admin_platforms.show", "not-waiting", platform_id=platform_id)
    guard.note("platform.refuse", name, issuer=issuer, number=platform_id)
    db.session.commit()
    tool().lti.registry.forget()
    return guard.done("admin_platforms.index", "refused")


@bp.post("/<int:platform_id>/switch")
def switch(platform_id: int) -> BaseResponse:
    """Switch an approved platform off or on; its work and grades stay."""
    one = guard.platform()
    status = request.form.get("status", "")
    if status not in {"active", "disabled"} or one.status == "pending":
        abort(400)
    platforms.set_status(db.session, platform_id, status)
    return _changed(one, "platform.enable" if status == "active" else "platform.disable", status)


@bp.post("/<int:platform_id>/settings")
def settings(platform_id: int) -> BaseResponse:
    """Rename a platform, list its other hosts, and choose whether its deployments are accepted as they come."""
    del platform_id
    one = guard.platform()
    name = " ".join(storable(request.form.get("name", "")).split())[:200]
    by_itself = "takes_deployments" in request.form
    written = request.form.get("other_hosts", one.other_hosts)
    try:
        listed = platform_hosts.read_list(written, allow_http=tool().settings.allow_loopback)
    except platform_hosts.BadHosts as error:
        return _asked_again(name=name, by_itself=by_itself, other_hosts=storable(written), wrong=error.wrong)
    detail = {"was": one.name} if name and name != one.name else {}
    one.name = name or one.name
    if listed != one.other_hosts:
        detail |= {"other_hosts": listed}
    platform_hosts.change(db.session, one, listed, guard.here().now)
    registering.take_deployments(db.session, one, by_itself=by_itself)
    return _changed(one, "platform.change", "saved", takes_deployments=by_itself, **detail)


@bp.post("/<int:platform_id>/deployments")
def deployment(platform_id: int) -> BaseResponse:
    """Accept or block a deployment."""
    one = guard.platform()
    wanted, status = request.form.get("deployment", ""), request.form.get("status", "")
    if status not in {"active", "disabled"}:
        abort(400)
    if not registering.set_deployment(db.session, platform_id, wanted, status):
        raise Refused("admin-not-found")
    return _changed(one, "deployment.approve" if status == "active" else "deployment.block", "deployment", deployment=wanted)


@bp.post("/<int:platform_id>/hosts")
def host(platform_id: int) -> BaseResponse:
    """Allow a host that the platform named for its services, so that what waits for it leaves; or leave it out."""
    del platform_id
    one = guard.platform()
    wanted, status = request.form.get("host", ""), request.form.get("status", "")
    if status not in {"active", "disabled"}:
        abort(400)
    if status == "disabled":
        if not platform_hosts.leave_out(db.session, one, wanted):
            raise Refused("admin-not-found")
        return _changed(one, "host.block", "host-out", host=wanted)
    try:
        number = platform_hosts.allow(db.session, one, wanted, guard.here().now)
    except platform_hosts.BadHosts:
        return _asked_again(other_hosts=f"{one.other_hosts} {wanted}")
    if number is None:
        raise Refused("admin-not-found")
    answer = _changed(one, "host.allow", "host", host=wanted, grades=number)
    tool().wake_worker()
    return answer


@bp.post("/<int:platform_id>/check")
def check(platform_id: int) -> BaseResponse:
    """Try everything the LMS must do for us; the page then shows what was found."""
    one = guard.platform()
    name = one.name
    found = list(checking.run(one))
    wrong = [each.name for each in found if each.finding == "bad"]
    guard.note("platform.check", name, platform_id=platform_id, wrong=wrong)
    db.session.commit()
    return guard.done("admin_platforms.show", "checked", platform_id=platform_id, _anchor="uji-coba")
