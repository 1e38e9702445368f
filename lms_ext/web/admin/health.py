"""Health: whether every part of the tool works, in words; /health says the least of it to machines."""

from dataclasses import dataclass

from flask import Blueprint, Response

from lms_ext import __version__
from lms_ext.domain.admins import AdminRole
from lms_ext.domain.texts import Text, text
from lms_ext.models import db
from lms_ext.services import condition
from lms_ext.services.condition import Condition
from lms_ext.settings import data_folder
from lms_ext.web.admin import guard
from lms_ext.web.tool import tool

bp = Blueprint("admin_health", __name__, url_prefix="/admin/health")


@dataclass(frozen=True, slots=True)
class Finding:
    """One part: ``ok``, ``warn`` or ``bad``, and what to do about it."""

    state: str
    title: Text
    about: Text


@bp.get("")
@guard.allow(AdminRole.OWNER, AdminRole.AUDITOR)
def index() -> Response:
    """Look at database, grades, keys, plugins and settings."""
    found = condition.look(db.session, guard.here().now)
    order = {"bad": 0, "warn": 1, "ok": 2}
    findings = sorted([*_database(found), _grades(found), _platforms(found), _plugins()], key=lambda one: order[one.state])
    return guard.page("admin/health.html", findings=findings, version=__version__)


def _database(found: Condition) -> list[Finding]:
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - 10 MB that only this page needs

    name = f"{found.engine} {found.engine_version}".strip()
    newest = ScriptDirectory(str(data_folder("migrations"))).get_current_head() or ""
    speed = Finding(
        "ok" if found.milliseconds < 50 else "warn",
        text("Basis data menjawab", "The database answers"),
        text(f"{name}, {found.milliseconds:.0f} milidetik.", f"{name}, {found.milliseconds:.0f} milliseconds."),
    )
    if found.revision == newest:
        return [speed]
    behind = text(
        "Tabelnya dari versi lain. Jalankan `lms-ext db upgrade`, lalu mulai ulang.",
        "Its tables are of another version. Run `lms-ext db upgrade`, then restart.",
    )
    return [speed, Finding("bad", text("Tabel basis data belum terbaru", "The database's tables are not up to date"), behind)]


def _grades(found: Condition) -> Finding:
    if found.late and not found.resting:
        return Finding(
            "bad",
            text(f"{found.late} nilai menunggu lebih dari 15 menit", f"{found.late} grades have waited for over 15 minutes"),
            text("Pastikan `lms-ext worker` berjalan.", "Make sure that `lms-ext worker` runs."),
        )
    if found.parked or found.resting:
        return Finding(
            "warn",
            text(f"{found.parked} nilai tertahan, {found.resting} LMS tidak menjawab",
                 f"{found.parked} grades are parked, {found.resting} LMSs do not answer"),
            text("Lihat tab Nilai.", "See the tab Grades."),
        )  # fmt: skip
    waiting = text(f"{found.waiting} sedang di jalan.", f"{found.waiting} are on their way.")
    return Finding("ok", text("Nilai terkirim", "Grades arrive"), waiting)


def _platforms(found: Condition) -> Finding:
    if found.unreadable_keys:
        names = ", ".join(found.unreadable_keys[:5])
        return Finding(
            "bad",
            text("Kunci LMS tidak terambil", "Keys of an LMS cannot be fetched"),
            text(f"{names}. Buka platformnya, jalankan Uji coba.", f"{names}. Open the platform and run the check."),
        )
    return Finding(
        "ok",
        text("Platform", "Platforms"),
        text(f"{found.platforms} aktif, kuncinya terbaca.", f"{found.platforms} are active, their keys can be read."),
    )


def _plugins() -> Finding:
    aside = sorted(tool().plugins.quarantined)
    if aside:
        names = ", ".join(aside)
        return Finding(
            "bad",
            text("Ada plugin yang disisihkan", "Plugins are set aside"),
            text(f"{names}. Lihat halaman Plugin.", f"{names}. See the page Plugins."),
        )
    number = len(tool().plugins.activity_types)
    return Finding("ok", text("Plugin", "Plugins"), text(f"{number} jenis aktivitas aktif.", f"{number} activity types are on."))
