"""A course's list of people as a platform gives it, when to fetch it again, and what may go wrong with that."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from lms_ext.domain.delivery_reasons import FOREIGN
from lms_ext.domain.people import Role
from lms_ext.domain.texts import Text, text

MOST_MEMBERS = 20_000
MOST_PAGES = 200
WHOLE_EVERY = timedelta(days=7)
"""Differences may miss something; a whole list mends it."""
UNUSED_AFTER = timedelta(days=30)
ASK_AGAIN = timedelta(seconds=60)
"""A teacher may ask so often."""
_NIGHT, _HOURS = time(22, 30), 6
_SOONEST = timedelta(hours=1)
_RETRIES = (timedelta(minutes=15), timedelta(hours=1), timedelta(hours=4))


@dataclass(frozen=True, slots=True)
class Listed:
    """One person of a list; `role` is None for those who neither learn nor teach, e.g. parents."""

    sub: str
    name: str
    email: str
    role: Role | None
    status: str
    """``active``, ``inactive`` or ``left``, as `models.Member.status`."""
    groups: tuple[str, ...] | None = None
    """Ids of groups there; None when the list does not tell."""


@dataclass(frozen=True, slots=True)
class Group:
    outer_id: str
    name: str
    set_name: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A list that was read to its last page."""

    people: Mapping[str, Listed]
    """By their id there."""
    whole: bool
    """Whoever is absent is not in the course; False for a list of what has changed."""
    skipped: int = 0
    """Entries that could not be read."""
    unread: frozenset[str] = frozenset()
    """Ids of people whose entry could not be read: what is known of them stays."""
    unknown: int = 0
    """Unreadable entries without an id: nobody's absence means anything then."""
    differences_url: str = ""
    groups: tuple[Group, ...] | None = None
    """None when there is no such service, or it failed."""
    at_links: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Ids of those who may open a link, for each link that was asked about and the platform told of."""


class RosterTrouble(Exception):
    """A list could not be fetched; `code` is one of `REASONS`, `platform` what it tells of the platform as `Verdict.platform`."""

    def __init__(self, code: str, platform: str = "up", wait: float = 0.0) -> None:
        super().__init__(code)
        self.code = code
        self.platform = platform
        self.wait = wait


def merged(people: Iterable[Listed]) -> dict[str, Listed]:
    """Give one entry for each person; of several, e.g. one for each section, the one with the most rights counts."""
    found: dict[str, Listed] = {}
    for one in people:
        held = found.setdefault(one.sub, one)
        if held is one:
            continue
        best = one if _rank(one) > _rank(held) else held
        told = [each.groups for each in (held, one) if each.groups is not None]
        groups = tuple(dict.fromkeys(group for some in told for group in some)) if told else None
        found[one.sub] = replace(best, groups=groups)
    return found


def _rank(one: Listed) -> tuple[bool, bool, bool]:
    return one.status == "active", one.role == Role.TEACHER, one.role is not None


def next_night(platform_id: int, space_id: int, zone: str, now: datetime) -> datetime:
    """Give a course's own minute of the coming night: the same each night, spread so that no platform is asked all at once."""
    share = int.from_bytes(sha256(f"{platform_id}/{space_id}".encode()).digest()[:4], "big") / 2**32
    here = now.astimezone(ZoneInfo(zone))
    begins = (datetime.combine(here.date() + timedelta(days=day), _NIGHT, here.tzinfo) for day in (-1, 0, 1))
    minutes = (one + timedelta(hours=_HOURS * share) for one in begins)
    return next(one for one in minutes if one > now + _SOONEST)  # tomorrow's is always later than that


def next_try(night: datetime, tries: int, now: datetime, *, passing: bool) -> datetime:
    """Give when to ask again after `tries` failures: soon when it may pass, and the next night at the latest."""
    if not passing or tries > len(_RETRIES):
        return night
    return min(night, now + _RETRIES[max(tries, 1) - 1])


_AGAIN = ("Kami mencoba lagi otomatis.", "We try again.")
_ADMIN = ("Mintalah admin memeriksa pendaftaran alat ini di LMS.", "Ask an admin to check this tool's registration in the LMS.")


def _reason(indonesian: str, english: str, then: tuple[str, str] = ("", "")) -> Text:
    return text(f"{indonesian} {then[0]}".strip(), f"{english} {then[1]}".strip())


PASSING = frozenset({"unreachable", "timeout", "too-slow", "busy", "platform-fault", "token-refused", "fault", "down"})
REASONS: dict[str, Text] = {
    "unreachable": _reason("LMS tidak dapat dihubungi.", "The LMS cannot be reached.", _AGAIN),
    "timeout": _reason("LMS terlalu lama menjawab.", "The LMS took too long to answer.", _AGAIN),
    "too-slow": _reason("LMS terlalu lama mengirim seluruh daftar.", "The LMS took too long to send the whole list.", _AGAIN),
    "busy": _reason("LMS meminta kami melambat.", "The LMS asked us to slow down.", _AGAIN),
    "down": _reason("LMS sedang tidak menjawab.", "The LMS does not answer at the moment.", _AGAIN),
    "platform-fault": _reason("LMS melaporkan gangguan.", "The LMS reported a fault.", _AGAIN),
    "fault": _reason("Terjadi kesalahan pada alat ini.", "A fault of this tool got in the way.", _AGAIN),
    "token-refused": _reason("LMS menolak izin baca daftar.", "The LMS refuses us permission to read the list.", _ADMIN),
    "not-allowed": _reason(
        "LMS tidak mengizinkan alat ini membaca daftar kelas.",
        "The LMS does not let this tool read the class list.",
        (
            "Mintalah admin mengaktifkan layanan nama dan peran (Names and Roles).",
            "Ask an admin to switch the Names and Roles service on.",
        ),
    ),
    "gone": _reason(
        "Alamat daftar kelas dari LMS tidak berlaku lagi.",
        "The address of the class list is no longer valid.",
        ("Bukalah aktivitas ini sekali lagi dari LMS.", "Open this activity from the LMS once more."),
    ),
    "bad-address": _reason(
        "Alamat daftar kelas dari LMS tidak dapat dipakai.", "The address of the class list is unusable.", _ADMIN
    ),
    FOREIGN: text(
        "Daftar kelas ada di alamat yang belum diizinkan untuk LMS ini. Mintalah admin alat mengizinkannya di halaman Platform.",
        "The class list is on a host that is not allowed for this LMS. Ask the tool's admin to allow it on the platform's page.",
    ),
    "unreadable": _reason("Jawaban LMS bukan daftar kelas.", "The answer of the LMS is no class list.", _ADMIN),
    "foreign-page": _reason(
        "LMS menunjuk lanjutan daftar di alamat lain, dan izin baca tidak kami kirim ke sana.",
        "The LMS names another host for the rest of the list, and we do not send our permission there.",
        _ADMIN,
    ),
    "loop": _reason("Daftar dari LMS tidak ada ujungnya.", "The list of the LMS has no end.", _ADMIN),
    "too-large": _reason("Jawaban LMS terlalu besar.", "The answer of the LMS was too large.", _ADMIN),
    "too-many": text(
        f"Daftar di LMS lebih panjang daripada {MOST_MEMBERS:,} orang atau {MOST_PAGES} halaman. Bagilah kursus itu.".replace(
            ",", "."
        ),
        f"The list in the LMS is longer than {MOST_MEMBERS:,} people or {MOST_PAGES} pages. Divide that course.",
    ),
    "empty": text(
        "LMS mengirim daftar kosong. Kelas dibiarkan seperti semula.", "The LMS sent an empty list. The class stays as it was."
    ),
    "refused": _reason("LMS menolak permintaan daftar.", "The LMS refused to give the list.", _ADMIN),
    "platform-inactive": text("Pendaftaran LMS ini dinonaktifkan oleh admin.", "An admin disabled the registration of this LMS."),
}


def words(code: str) -> Text | None:
    """Give a trouble in words; None for "" (no trouble)."""
    return REASONS.get(code, REASONS["refused"]) if code else None
