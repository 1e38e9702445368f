"""The audit log: who changed what and when, in the transaction of the change itself."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, or_, select

from lms_ext.domain.admins import AdminActor
from lms_ext.domain.texts import Text, storable, text
from lms_ext.models import AuditEntry, utcnow
from lms_ext.services.seats import Db

_LONGEST = 200
"""Letters of one value in an entry's detail; an entry tells what happened, it does not archive it."""


def write(session: Db, actor: AdminActor, action: str, about: str = "", *, platform_id: int = 0, **detail: Any) -> None:
    """Tell of an act: `action` is ``topic.verb`` (``platform.approve``), `about` names the object as admins know it.

    `detail` is small plain JSON. Secrets and words of learners never go in.
    """
    session.add(
        AuditEntry(
            platform_id=platform_id, at=utcnow(), admin_id=actor.id, actor=actor.login[:320], action=action,
            object=storable(about)[:300], detail={name: _short(value) for name, value in detail.items()},
        )
    )  # fmt: skip
    session.flush()


_WORDS: dict[str, Text] = {}


def declare(action: str, words: Text) -> None:
    """Say what an action is called on the log's page; one that nobody declared is shown by its code."""
    _WORDS[action] = words


def words(action: str) -> Text:
    """Give an action in words."""
    return _WORDS.get(action, {"id": action})


def topics() -> list[tuple[str, Text]]:
    """List the declared actions by their words, to choose from."""
    return sorted(_WORDS.items(), key=lambda one: one[1]["id"])


def _short(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)[:_LONGEST]
    if isinstance(value, (set, frozenset, list, tuple)):
        return [_short(one) for one in sorted(value)[:50]]
    return value


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries to show; empty fields choose nothing out."""

    action: str = ""
    """An action, or a topic such as ``platform``."""
    actor: str = ""
    platform_id: int | None = None
    before: tuple[datetime, int] | None = None
    """Time and id of the last entry of the page before."""


def actors(session: Db, within: Collection[int] | None) -> Sequence[str]:
    """List who has entries, to choose from."""
    asked = select(AuditEntry.actor).distinct().order_by(AuditEntry.actor).limit(200)
    if within is not None:
        asked = asked.where(AuditEntry.platform_id.in_(sorted(within)))
    return session.execute(asked).scalars().all()


def newest(session: Db, wanted: Wanted, within: Collection[int] | None, limit: int) -> Sequence[AuditEntry]:
    """List entries, newest first; `within` narrows to these platforms (a platform admin's), None to nothing."""
    asked: Select[Any] = select(AuditEntry).order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(limit)
    if within is not None:
        asked = asked.where(AuditEntry.platform_id.in_(sorted(within)))
    if wanted.action:
        topic = AuditEntry.action.startswith(f"{wanted.action}.", autoescape=True)
        asked = asked.where(or_(AuditEntry.action == wanted.action, topic))
    if wanted.actor:
        asked = asked.where(AuditEntry.actor == wanted.actor)
    if wanted.platform_id is not None:
        asked = asked.where(AuditEntry.platform_id == wanted.platform_id)
    if wanted.before:
        at, last = wanted.before
        asked = asked.where(or_(AuditEntry.at < at, and_(AuditEntry.at == at, AuditEntry.id < last)))
    return session.execute(asked).scalars().all()


for _action, _words in {
    "admin.create": text("Admin dibuat", "Admin made"),
    "admin.rights": text("Peran atau platform diubah", "Role or platforms changed"),
    "admin.rename": text("Nama admin diubah", "Admin renamed"),
    "admin.disable": text("Admin dinonaktifkan", "Admin disabled"),
    "admin.enable": text("Admin diaktifkan lagi", "Admin enabled again"),
    "admin.password": text("Kata sandi diganti", "Password changed"),
    "admin.invite": text("Undangan dibuat", "Invitation made"),
    "admin.invite-withdraw": text("Undangan ditarik", "Invitation withdrawn"),
    "admin.reset": text("Tautan kata sandi baru dibuat", "New password link made"),
    "admin.second-factor-on": text("Verifikasi dua langkah diaktifkan", "Second factor turned on"),
    "admin.second-factor-off": text("Verifikasi dua langkah dimatikan", "Second factor turned off"),
    "admin.recovery-codes": text("Kode pemulihan baru dibuat", "New recovery codes made"),
    "admin.link": text("Akun luar dihubungkan", "Outside account linked"),
    "admin.unlink": text("Akun luar diputuskan", "Outside account unlinked"),
    "database.restored": text("Cadangan dipulihkan", "Backup restored"),
    "session.begin": text("Masuk", "Signed in"),
    "session.refused": text("Percobaan masuk ditolak", "Sign-in refused"),
    "session.end-others": text("Peramban lain dikeluarkan", "Other browsers signed out"),
    "platform.invite": text("Alamat pendaftaran dibuat", "Registration address made"),
    "platform.save": text("Isian platform disimpan", "Platform saved by hand"),
    "platform.approve": text("Platform disetujui", "Platform approved"),
    "platform.refuse": text("Platform ditolak dan dihapus", "Platform refused and removed"),
    "platform.enable": text("Platform diaktifkan lagi", "Platform enabled again"),
    "platform.disable": text("Platform dinonaktifkan", "Platform disabled"),
    "platform.change": text("Pengaturan platform diubah", "Platform settings changed"),
    "platform.check": text("Uji coba dijalankan", "Connection tested"),
    "deployment.approve": text("Penempatan disetujui", "Deployment approved"),
    "deployment.block": text("Penempatan diblokir", "Deployment blocked"),
    "host.allow": text("Alamat lain diizinkan", "Another host allowed"),
    "host.block": text("Alamat lain tidak diizinkan", "Another host not allowed"),
    "grades.resend": text("Nilai tertahan dikirim ulang", "Held grades sent again"),
    "pack.upload": text("Paket diunggah", "Pack uploaded"),
    "pack.publish": text("Paket diterbitkan", "Pack published"),
    "pack.on": text("Paket dapat dipilih", "Pack offered"),
    "pack.off": text("Paket tidak dapat dipilih", "Pack no longer offered"),
    "person.export": text("Data seseorang diunduh", "A person's data handed over"),
    "person.erase": text("Data seseorang dihapus", "A person's data erased"),
    "retention.set": text("Masa simpan diatur", "Retention set"),
    "retention.delete": text("Kursus lama dihapus", "Old course deleted"),
    "migration.secret": text("Rahasia LTI 1.1 diubah", "LTI 1.1 secret changed"),
    "migration.approve": text("Akun digabung", "Accounts joined"),
    "migration.refuse": text("Akun dipisah", "Accounts parted"),
    "key.rotate": text("Kunci baru dibuat", "New key made"),
    "key.withdraw": text("Kunci lama ditarik", "Old keys withdrawn"),
}.items():
    declare(_action, _words)
