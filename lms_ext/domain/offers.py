"""What the tool offers to an LMS and what it asks for: the one list that registration, Canvas's JSON and the pages read."""

from dataclasses import dataclass

from lms_ext.domain.incoming import Answers
from lms_ext.domain.launches import HISTORY_PARAMETERS
from lms_ext.domain.texts import Text, text


@dataclass(frozen=True, slots=True)
class OfferedMessage:
    """A kind of LTI message the tool answers, and where in the LMS its button belongs."""

    type: str
    label: Text
    """What a person does with it."""
    placements: tuple[str, ...] = ()
    """Placement names of the LTI specifications; none leaves it to the LMS."""
    answer: Answers | None = None
    """Answers the message with a page; None for messages that the host answers."""


@dataclass(frozen=True, slots=True)
class AskedScope:
    """A permission for a service of the LMS, and why the tool needs it."""

    scope: str
    why: Text
    optional: bool = False
    """Many LMSs do not know it, and nothing is missed without it."""


MESSAGES: tuple[OfferedMessage, ...] = (
    OfferedMessage("LtiResourceLinkRequest", text("Membuka aktivitas dari kursus", "Open an activity from a course")),
    OfferedMessage(
        "LtiDeepLinkingRequest", text("Memilih aktivitas untuk kursus", "Choose activities for a course"), ("ContentArea",)
    ),
    OfferedMessage("LtiDataPrivacyLaunchRequest", text("Melihat dan menghapus data pribadi", "See and erase personal data")),
)
"""Messages of the host; plugins add theirs by `register_messages`."""

_AGS = "https://purl.imsglobal.org/spec/lti-ags/scope/"
SCOPES: tuple[AskedScope, ...] = (
    AskedScope(_AGS + "lineitem", text("Membuat kolom di buku nilai", "Create columns in the gradebook")),
    AskedScope(_AGS + "lineitem.readonly", text("Menemukan kolom di buku nilai", "Find columns in the gradebook")),
    AskedScope(_AGS + "result.readonly", text("Membaca nilai yang tercatat", "Read the grades on record")),
    AskedScope(_AGS + "score", text("Mengirim nilai", "Send grades")),
    AskedScope(
        "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly",
        text("Membaca daftar anggota kelas", "Read the list of class members"),
    ),
    AskedScope(
        "https://purl.imsglobal.org/spec/lti/scope/noticehandlers",
        text("Mendengar bila kursus disalin", "Hear when a course is copied"),
        optional=True,
    ),
)
CUSTOM: dict[str, str] = dict(HISTORY_PARAMETERS)
"""Custom parameters that every launch should carry; variables of the LMS begin with ``$``."""

NAME_CLAIMS = ("name", "given_name", "family_name")
EMAIL_CLAIMS = ("email",)
EVERY_CLAIM = ("iss", "sub")
"""Asked always: without them nobody's work could be found again."""
TOOL_NAME = "lms_ext"
ABOUT = text(
    "Modul, kuis, dan jurnal refleksi untuk Pembelajaran Mendalam.", "Modules, quizzes and journals for Pembelajaran Mendalam."
)
