"""The audit log: newest first, by page, narrowed by what, who and where."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, request, url_for

from lms_ext.domain.admins import ROLE_NAMES
from lms_ext.domain.texts import LOCALES, Text, pick, storable, text
from lms_ext.models import AuditEntry, db
from lms_ext.services import audit, platforms
from lms_ext.services.audit import Wanted
from lms_ext.web.admin import guard
from lms_ext.web.sessions import read_id

bp = Blueprint("admin_audit", __name__, url_prefix="/admin/audit")

PAGE = 50


@bp.get("")
def index() -> Response:
    """Show a page of entries."""
    within = guard.here().within
    asked = request.args
    wanted = Wanted(
        storable(asked.get("action", ""))[:60],
        storable(asked.get("actor", ""))[:320],
        _platform(asked.get("platform", "")),
        _before(),
    )
    entries = audit.newest(db.session, wanted, within, PAGE + 1)
    names = {one.id: one.name for one in platforms.every(db.session) if within is None or one.id in within}
    return guard.page(
        "admin/audit.html", entries=entries[:PAGE], wanted=wanted, names=names, older=_older(entries),
        words=audit.words, details=_details,
        topics=audit.topics(), actors=audit.actors(db.session, within),
    )  # fmt: skip


_NAMES: dict[str, Text] = {
    "role": text("Peran", "Role"), "before": text("Sebelumnya", "Before"),
    "platforms": text("Platform nomor", "Platforms number"),
    "way": text("Cara", "How"), "issuer": text("Alamat penerbit", "Issuer"),
    "number": text("Jumlah", "Number"), "reason": text("Sebab", "Reason"), "wrong": text("Belum baik", "Not well"),
    "version": text("Versi", "Version"), "snapshot": text("Sidik isi", "Snapshot"),
    "bytes": text("Ukuran dalam bita", "Size in bytes"),
    "rows": text("Baris yang dihapus", "Rows erased"), "months": text("Bulan", "Months"),
    "last_opened": text("Terakhir dibuka", "Last opened"), "was": text("Nama sebelumnya", "Name before"),
    "takes_deployments": text("Menyetujui penempatan baru sendiri", "Accepts new deployments by itself"),
    "deployment": text("Penempatan", "Deployment"), "client_id": text("Client ID", "Client ID"),
    "in_place_of_registration": text("Menggantikan pendaftaran nomor", "In place of registration number"),
    "signs_from": text("Dipakai sejak (UTC)", "Signs from (UTC)"), "forgotten": text("Dilupakan", "Forgotten"),
}  # fmt: skip
_VALUES: dict[str, Text] = {role.value: name for role, name in ROLE_NAMES.items()} | {
    "password": text("kata sandi", "password"), "code": text("kode", "code"), "totp": text("kode ponsel", "phone code"),
    "recovery": text("kode pemulihan", "recovery code"), "invitation": text("tautan undangan", "invitation link"),
    "oidc": text("akun luar", "outside account"),
    "True": text("ya", "yes"), "False": text("tidak", "no"),
}  # fmt: skip


def _details(entry: AuditEntry) -> list[tuple[Text, Text]]:
    """Give what an entry tells beyond its object, in words where we have them."""
    found: list[tuple[Text, Text]] = []
    for name, value in entry.detail.items():
        parts = value if isinstance(value, list) else str(value).split("+") if name == "way" else [value]
        if value not in ("", [], None):
            said = [_VALUES.get(str(one), {"id": str(one)}) for one in parts]
            found.append((_NAMES.get(name, {"id": name}), {each: ", ".join(pick(one, each) for one in said) for each in LOCALES}))
    return found


def _platform(written: str) -> int | None:
    number = read_id(written)
    return number if number is not None and number < 1 << 31 else None


def _before() -> tuple[datetime, int] | None:
    """Read where the page before ended: microseconds and id."""
    at, _, last = request.args.get("before", "").partition("-")
    moment, number = read_id(at), read_id(last)
    if moment is None or number is None or moment > 253_402_300_799_000_000:
        return None
    seconds, rest = divmod(moment, 1_000_000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest), number


def _older(entries: Sequence[AuditEntry]) -> str:
    """Give the address of the next page, "" on the last."""
    if len(entries) <= PAGE:
        return ""
    last = entries[PAGE - 1]
    kept: dict[str, Any] = {name: value for name, value in request.args.items() if name in {"action", "actor", "platform"}}
    at = int(last.at.timestamp()) * 1_000_000 + last.at.microsecond
    return url_for("admin_audit.index", **kept, before=f"{at}-{last.id}")
