"""The small course that browser tests walk through."""

from typing import Any

from lms_ext.models import db
from lms_ext.models.base import utcnow
from lms_ext.packs.snapshots import pack_from_document
from lms_ext.services import publishing
from lms_ext.web.tool import tool

EXPERIENCES = ("memahami", "mengaplikasi", "merefleksi")


def _sum(name: str, title: str, experience: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "type": "sum", "title": {"id": title, "en": f"{title} (en)"}, "points": 10, "attempts": 3, "minutes": 5,
            "experience": experience, "config": {"first": 2, "second": 3}} | more  # fmt: skip


def course() -> dict[str, Any]:
    """Give a pack of two units, every experience in it."""
    units = [
        {"id": "u1", "title": {"id": "Mengenal", "en": "Getting to know"}, "activities": [
            _sum("sum", "Jumlah", "memahami", summary={"id": "Dua bilangan dijumlahkan.", "en": "Two numbers are added."}),
            _sum("baca", "Bilangan di sekitar kita", "memahami", points=0)]},
        {"id": "u2", "title": {"id": "Menerapkan", "en": "Applying"}, "activities": [
            _sum("terap", "Jumlah di pasar", "mengaplikasi"), _sum("refleksi", "Catatan akhir", "merefleksi")]},
    ]  # fmt: skip
    return {"format": 1, "id": "demo", "version": "1.0.0", "title": {"id": "Berhitung di pasar", "en": "Sums at the market"},
            "summary": {"id": "Empat langkah pendek.", "en": "Four short steps."},
            "language": "id", "licence": "CC0-1.0", "authors": ["T"], "units": units}  # fmt: skip


def publish_course() -> None:
    """Publish it; needs an application context."""
    pack = pack_from_document(course(), tool().plugins.activity_types)
    publishing.publish(db.session, pack, {}, utcnow())
    db.session.commit()
