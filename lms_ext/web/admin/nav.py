"""Where the admin pages are: the tabs, and the list under "Sistem" that keeps them few enough for a phone."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import current_app, g, request, url_for

from lms_ext.domain.admins import EVERYONE, KEEPERS, OWNERS, AdminRole
from lms_ext.domain.texts import Text, text


@dataclass(frozen=True, slots=True)
class Entry:
    """A page in the navigation: shown as soon as its endpoint exists, current for every page of the same blueprint."""

    endpoint: str
    title: Text
    icon: str = ""
    about: Text | None = None
    """One sentence, for entries of the list."""
    roles: frozenset[AdminRole] = EVERYONE

    @property
    def blueprint(self) -> str:
        """Give the blueprint all of whose pages belong to this entry."""
        return self.endpoint.partition(".")[0]


TABS = (
    Entry("admin_platforms.index", text("Platform", "Platforms")),
    Entry("admin_grades.index", text("Nilai", "Grades")),
    Entry("admin_packs.index", text("Paket", "Packs")),
    Entry("admin_people.index", text("Data pribadi", "Personal data"), roles=KEEPERS),
    Entry("admin_launches.index", text("Log pembukaan", "Launch log")),
    Entry("admin_start.system", text("Sistem", "System")),
)
"""What admins come for daily; a new module adds its line here, or below."""

SYSTEM = (
    Entry("admin_health.index", text("Kesehatan", "Health"), "chart",
          text("Apakah semua bagian alat ini bekerja.", "Whether every part of the tool works."),
          frozenset({AdminRole.OWNER, AdminRole.AUDITOR})),
    Entry("admin_keys.index", text("Kunci", "Keys"), "lock",
          text("Kunci yang menandatangani pesan ke LMS.", "The keys that sign messages to LMSs.")),
    Entry("admin_plugins.index", text("Plugin", "Plugins"), "grid",
          text("Jenis aktivitas yang aktif, dan yang disisihkan.", "Activity types that are on, and those set aside.")),
    Entry("admin_migration.index", text("Akun LTI 1.1", "LTI 1.1 accounts"), "people",
          text("Akun yang mendapat id baru dari LMS.", "Accounts to which an LMS gave new ids.")),
    Entry("admin_audit.index", text("Catatan audit", "Audit log"), "list",
          text("Siapa mengubah apa, dan kapan.", "Who changed what, and when.")),
    Entry("admin_admins.index", text("Admin", "Admins"), "people",
          text("Siapa yang mengurus alat ini.", "Who looks after this tool."), OWNERS),
)  # fmt: skip
"""What they come for now and then."""


_PART_OF = {"admin_register": "admin_platforms"}
"""Blueprints whose pages belong to another's tab."""


def _shown(entries: Iterable[Entry], role: AdminRole) -> list[Entry]:
    return [one for one in entries if one.endpoint in current_app.view_functions and role in one.roles]


def tabs(role: AdminRole) -> list[tuple[Entry, str, bool]]:
    """Give the tabs of a role: entry, address, and whether the page shown belongs to it."""
    at = _PART_OF.get(request.blueprint or "", request.blueprint or "")
    if at in {one.blueprint for one in SYSTEM}:
        at = "admin_start"
    return [(one, url_for(one.endpoint), one.blueprint == at) for one in _shown(TABS, role)]


def system(role: AdminRole) -> list[tuple[Entry, str]]:
    """Give the list under "Sistem"."""
    return [(one, url_for(one.endpoint)) for one in _shown(SYSTEM, role)]


def back() -> str:
    """Give the address of the list that a page's entry stands in, "" for pages under a tab of their own."""
    here = next((one for one in SYSTEM if one.blueprint == request.blueprint), None)
    return url_for("admin_start.system") if here else ""


def known_to_pages() -> dict[str, object]:
    """Give the layout its tabs."""
    found = g.get("admin_here")
    return {"admin_tabs": tabs(found.actor.role), "system_url": back()} if found else {}
