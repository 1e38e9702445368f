"""Who may look after the tool: the roles of its admins, and what each may do."""

import enum
from dataclasses import dataclass

from lms_ext.domain.refusals import declare
from lms_ext.domain.texts import Text, text


class AdminRole(enum.StrEnum):
    """A part in looking after the tool; it says nothing about courses."""

    OWNER = "owner"
    """Everything, other admins too."""
    PLATFORM = "platform"
    """Looks after the platforms that were given to them and sees no other."""
    AUDITOR = "auditor"
    """Reads everything about the tool, changes nothing."""


EVERYONE = frozenset(AdminRole)
OWNERS = frozenset({AdminRole.OWNER})
KEEPERS = frozenset({AdminRole.OWNER, AdminRole.PLATFORM})
"""Those who may change something of a platform in their scope."""

ROLE_NAMES: dict[AdminRole, Text] = {
    AdminRole.OWNER: text("Pemilik", "Owner"),
    AdminRole.PLATFORM: text("Admin platform", "Platform admin"),
    AdminRole.AUDITOR: text("Auditor", "Auditor"),
}


@dataclass(frozen=True, slots=True)
class AdminActor:
    """An admin as use cases know them; `id` is None for the command line."""

    id: int | None
    login: str
    role: AdminRole
    platform_ids: frozenset[int] = frozenset()
    """The platforms of a platform admin; owners and auditors reach all and have none here."""

    def sees(self, platform_id: int) -> bool:
        """Tell whether a platform is within this admin's scope."""
        return self.role is not AdminRole.PLATFORM or platform_id in self.platform_ids


CONSOLE = AdminActor(None, "lms-ext", AdminRole.OWNER)
"""Whoever runs the command line: has the database anyway."""

_PAGE = "admin/message.html"

declare("admin-not-found", 404, text("Halaman tidak ada", "There is no such page"),
        text("Mungkin sudah dihapus, atau bukan bagian Anda.", "It may have been removed, or is not yours to see."),
        _PAGE)  # fmt: skip
declare("admin-forbidden", 403, text("Bukan untuk peran Anda", "Not for your role"),
        text("Minta pemilik alat ini mengubah peran Anda, atau melakukannya untuk Anda.",
             "Ask an owner of this tool to change your role, or to do it for you."), _PAGE)  # fmt: skip
declare("admin-session-over", 401, text("Sesi sudah berakhir", "Your session is over"),
        text("Masuk lagi, lalu ulangi. Yang baru Anda kirim belum disimpan.",
             "Sign in again, then repeat it. What you just sent was not saved."), _PAGE)  # fmt: skip
declare("admin-form-expired", 403, text("Formulir sudah tidak berlaku", "This form is no longer valid"),
        text("Kembali ke halaman tadi, muat ulang, lalu kirim lagi.", "Go back, reload the page and send again."),
        _PAGE)  # fmt: skip
