"""Packs: upload and check an archive, publish it, and decide for each platform whether its teachers may choose it."""

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as BaseResponse

from lms_ext.domain.admins import AdminRole
from lms_ext.domain.refusals import Refused, declare
from lms_ext.domain.texts import text
from lms_ext.models import db
from lms_ext.services import pack_access, pack_desk, platforms, publishing
from lms_ext.services.pack_desk import Checked
from lms_ext.web.admin import guard
from lms_ext.web.tool import tool

bp = Blueprint("admin_packs", __name__, url_prefix="/admin")
_LARGEST = 26 * 1024 * 1024
"""Bytes of a form with an archive in it; the archive's own limit is told by the checks."""
declare("admin-no-archive", 422, text("Belum ada berkas", "There is no file"),
        text("Pilih berkas .zip paket, lalu kirim lagi.", "Choose the pack's .zip file, then send again."),
        "admin/message.html")  # fmt: skip
declare("admin-upload-gone", 404, text("Unggahan ini sudah tidak ada", "This upload is no longer here"),
        text("Unggahan disimpan sehari, dan tiga yang terbaru saja. Unggah lagi berkasnya.",
             "Uploads are kept for a day, and only the newest three. Upload the file again."), "admin/message.html")  # fmt: skip


@bp.get("/packs")
def index() -> Response:
    """List the published packs and, for each platform in the admin's scope, whether its teachers may choose them."""
    within = guard.here().within
    documents = {one.pack.id: one.pack for one in tool().catalog.all(db.session)}
    return guard.page(
        "admin/packs.html",
        packs=[(one, documents[one.pack]) for one in publishing.every(db.session) if one.pack in documents],
        platforms=platforms.within(db.session, within),
        off=pack_access.off(db.session, within),
    )


@bp.post("/packs")
@guard.takes(_LARGEST)
def upload() -> BaseResponse:
    """Take an archive in and go on to what the checks say of it."""
    sent = request.files.get("archive")
    data = sent.read() if sent else b""
    if sent is None or not data:
        raise Refused("admin-no-archive")
    here = guard.here()
    kept = pack_desk.take_in(db.session, here.actor.id or 0, sent.filename or "", data, here.now)
    guard.note("pack.upload", kept.name, bytes=len(data))
    db.session.commit()
    return guard.done("admin_packs.checked", upload_id=kept.id)


def _checked(upload_id: int) -> Checked:
    found = pack_desk.check(db.session, guard.here().actor.id or 0, upload_id, tool().plugins)
    if found is None:
        raise Refused("admin-upload-gone")
    return found


@bp.get("/packs/uploads/<id:upload_id>")
@guard.allow(AdminRole.OWNER)
def checked(upload_id: int) -> Response:
    """Show every problem of an upload with file and line, or what it would change."""
    return guard.page("admin/pack_checked.html", checked=_checked(upload_id))


@bp.post("/packs/uploads/<id:upload_id>")
def publish(upload_id: int) -> BaseResponse:
    """Publish an upload that has no errors; attempts under way keep the version they began with."""
    found = _checked(upload_id)
    if found.loaded.pack is None:
        return guard.page("admin/pack_checked.html", status=422, checked=found)
    event = pack_desk.publish(db.session, found, guard.here().now)
    if event is not None:
        guard.note("pack.publish", event.pack, version=event.version, snapshot=event.snapshot[:12])
    db.session.commit()
    if event is not None:
        tool().plugins.call_each("on_pack_published", event=event)
    return guard.done("admin_packs.index", "published" if event else "same")


@bp.post("/platforms/<int:platform_id>/packs/<pack_id>")
def switch(platform_id: int, pack_id: str) -> BaseResponse:
    """Switch a published pack on or off for a platform's teachers."""
    if publishing.published(db.session, pack_id) is None:
        raise Refused("admin-not-found")
    on = request.form.get("on") == "1"
    if pack_access.switch(db.session, platform_id, pack_id, on=on, now=guard.here().now):
        guard.note("pack.on" if on else "pack.off", pack_id, platform_id=platform_id)
    db.session.commit()
    return guard.done("admin_packs.index", "switched", _anchor=f"p-{pack_id}")
