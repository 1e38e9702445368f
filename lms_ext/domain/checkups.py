"""What a check of an LMS can find, and what to click there when something is wrong."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lms_ext.domain.delivery_reasons import FOREIGN
from lms_ext.domain.texts import Text, text


class Finding(enum.StrEnum):
    OK = "ok"
    WARN = "warn"
    BAD = "bad"
    SKIPPED = "skipped"
    """It could not be tried yet; the fact says what it waits for."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    finding: Finding
    title: Text
    fact: Text
    remedy: Text | None = None

    def as_json(self) -> dict[str, Any]:
        """Give it as it is stored."""
        return {
            "name": self.name,
            "finding": self.finding.value,
            "title": dict(self.title),
            "fact": dict(self.fact),
            "remedy": dict(self.remedy) if self.remedy else None,
        }


NAMES: Mapping[str, Text] = {
    "status": text("Pendaftaran aktif", "The registration is active"),
    "deployments": text("Penempatan disetujui", "Deployments are approved"),
    "keys": text("Kunci platform terambil", "The platform's keys were fetched"),
    "clock": text("Jam cocok", "The clocks agree"),
    "token": text("Token layanan diterima", "A service token was given"),
    "scopes": text("Izin layanan lengkap", "All permissions were granted"),
    "lineitems": text("Buku nilai terbuka", "The gradebook is open"),
    "roster": text("Daftar peserta terbaca", "The list of members can be read"),
    "cookies": text("Kuki bekerja di peramban", "Cookies work in browsers"),
}
FAILED: Mapping[str, Text] = {
    "status": text("Pendaftaran belum aktif", "The registration is not active"),
    "deployments": text("Ada penempatan yang menunggu", "A deployment is waiting"),
    "keys": text("Kunci platform tidak terambil", "The platform's keys were not fetched"),
    "clock": text("Jam tidak cocok", "The clocks differ"),
    "token": text("Token layanan ditolak", "No service token was given"),
    "scopes": text("Izin layanan kurang", "Permissions are missing"),
    "lineitems": text("Buku nilai ditolak", "The gradebook is closed to us"),
    "roster": text("Daftar peserta ditolak", "The list of members is closed to us"),
    "cookies": text("Kuki belum terbukti", "Cookies are not proven yet"),
}

_GENERAL: Mapping[str, Text] = {
    "status": text("Buka halaman platform ini, lalu tekan Setujui.", "Open the page of this platform and press Approve."),
    "deployments": text("Setujui atau blokir di bagian Penempatan.", "Approve or block it under Deployments."),
    "keys": text(
        "Periksa alamat key set (JWKS) dan sertifikat situs LMS; alamat itu harus terbuka dari internet.",
        "Check the key set (JWKS) address and the LMS's certificate; the address must be open from the internet.",
    ),
    "clock": text(
        "Nyalakan penyetelan jam otomatis (NTP) di kedua server. Beda lebih dari 60 detik menolak setiap pembukaan.",
        "Turn on automatic time (NTP) on both servers. More than 60 seconds apart, every launch is refused.",
    ),
    "token": text(
        "Periksa Client ID, alamat token, dan alamat kunci publik alat ini di LMS.",
        "Check the client id, the token address and this tool's public key address in the LMS.",
    ),
    "scopes": text(
        "Nyalakan layanan nilai (AGS) dan daftar peserta (NRPS) untuk alat ini di LMS.",
        "Turn on grade services (AGS) and member lists (NRPS) for this tool in the LMS.",
    ),
    "lineitems": text(
        "Izinkan alat ini memakai layanan nilai (AGS) di LMS, termasuk mengelola kolom.",
        "Let this tool use grade services (AGS) in the LMS, columns included.",
    ),
    FOREIGN: text(
        "Bila alamat itu milik LMS ini, tulis di Pengaturan › Alamat lain milik LMS ini; nilai yang menunggu lalu dikirim.",
        "If that host is this LMS's, list it under Settings › Other addresses of this LMS; the grades that wait are sent then.",
    ),
    "roster": text(
        "Izinkan alat ini membaca nama dan peran (NRPS) di LMS.", "Let this tool read names and roles (NRPS) in the LMS."
    ),
    "cookies": text(
        "Buka satu aktivitas di dalam LMS, lalu jalankan lagi. Bila peramban menahan halaman, pilih pembukaan di jendela baru.",
        "Open an activity inside the LMS, then run this again. If the browser holds the page back, choose a new window.",
    ),
}
_AT: Mapping[tuple[str, str], Text] = {
    ("token", "moodle"): text(
        "Di Moodle: Administrasi situs › Plugin › Alat eksternal › Kelola alat › ikon roda gigi: jenis kunci publik harus "
        "“Keyset URL” dan alamatnya alamat kunci alat ini. Client ID tampak pada ikon kaca pembesar.",
        "In Moodle: Site administration › Plugins › External tool › Manage tools › gear: public key type must be “Keyset URL” "
        "with this tool's key address. The client id is under the magnifier.",
    ),
    ("scopes", "moodle"): text(
        "Di Moodle, pengaturan alat, bagian Layanan: IMS LTI Assignment and Grade Services menjadi “Gunakan layanan ini untuk "
        "sinkronisasi nilai dan pengelolaan kolom”, dan IMS LTI Names and Role Provisioning menjadi “Gunakan layanan ini”.",
        "In Moodle, the tool's settings, Services: set IMS LTI Assignment and Grade Services to “Use this service for grade sync "
        "and column management”, and IMS LTI Names and Role Provisioning to “Use this service”.",
    ),
    ("lineitems", "moodle"): text(
        "Ubah IMS LTI Assignment and Grade Services menjadi “Gunakan layanan ini untuk "
        "sinkronisasi nilai dan pengelolaan kolom”.",
        "Set IMS LTI Assignment and Grade Services to “Use this service for grade sync and column management”.",
    ),
    ("roster", "moodle"): text(
        "Ubah IMS LTI Names and Role Provisioning menjadi “Gunakan layanan ini untuk mengambil informasi anggota”.",
        "Set IMS LTI Names and Role Provisioning to “Use this service to retrieve members' information”.",
    ),
    ("cookies", "moodle"): text(
        "Di Moodle, pengaturan alat: Wadah peluncuran bawaan menjadi “Jendela baru”.",
        "In Moodle, the tool's settings: set Default launch container to “New window”.",
    ),
    ("token", "canvas"): text(
        "Di Canvas: Admin › Developer Keys: kunci LTI alat ini harus ON, dan Client ID ialah angka panjang di kolom Details.",
        "In Canvas: Admin › Developer Keys: this tool's LTI key must be ON; the client id is the long number under Details.",
    ),
    ("scopes", "canvas"): text(
        "Di Canvas: Admin › Developer Keys › pensil › LTI Advantage Services: nyalakan semua layanan nilai dan daftar anggota.",
        "In Canvas: Admin › Developer Keys › pencil › LTI Advantage Services: turn on the grade services and membership.",
    ),
    ("token", "brightspace"): text(
        "Di Brightspace: Manage Extensibility › LTI Advantage: pendaftaran harus aktif; isi Brightspace OAuth2 Audience di sini.",
        "In Brightspace: Manage Extensibility › LTI Advantage: the registration must be enabled; enter its OAuth2 Audience here.",
    ),
    ("scopes", "brightspace"): text(
        "Di Brightspace, pendaftaran alat › Extensions: centang Assignment and Grade Services dan Names and Role Provisioning.",
        "In Brightspace, the registration › Extensions: tick Assignment and Grade Services and Names and Role Provisioning.",
    ),
    ("scopes", "blackboard"): text(
        "Di Blackboard: Admin › LTI Tool Providers › ubah alat: izinkan Grade Service Access dan Membership Service Access.",
        "In Blackboard: Admin › LTI Tool Providers › edit the tool: allow grade service and membership service access.",
    ),
    ("scopes", "sakai"): text(
        "Di Sakai: Administration Workspace › External Tools › ubah alat: izinkan Services untuk nilai dan daftar anggota.",
        "In Sakai: Administration Workspace › External Tools › edit the tool: allow the services for grades and rosters.",
    ),
    ("scopes", "openedx"): text(
        "Di Studio, blok LTI Consumer: LTI Assignment and Grades Service menjadi “Programmatic”.",
        "In Studio, the LTI Consumer block: set LTI Assignment and Grades Service to “Programmatic”.",
    ),
}


def remedy(name: str, product: str) -> Text:
    """Say what to do in this LMS."""
    return _AT.get((name, product)) or _GENERAL[name]
