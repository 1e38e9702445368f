"""Why a grade is late, kept or parked, in words for teachers. The codes are what the outbox stores."""

from lms_ext.domain.texts import Text, text

_AGAIN = ("Kami mencoba lagi otomatis.", "We keep trying.")
_LAUNCH = (
    "Dikirim lagi saat murid membuka tugas ini dari LMS, atau saat Anda menekan Kirim ulang.",
    "It is sent again when the learner opens this from the LMS, or when you press Resend.",
)


def _reason(indonesian: str, english: str, then: tuple[str, str]) -> Text:
    return text(f"{indonesian} {then[0]}", f"{english} {then[1]}")


FOREIGN = "foreign-host"
"""A service stands on a host that does not belong to the LMS's registration."""

REASONS: dict[str, Text] = {
    # the grade is late: tried again by itself
    "unreachable": _reason("LMS tidak dapat dihubungi.", "The LMS cannot be reached.", _AGAIN),
    "timeout": _reason("LMS terlalu lama menjawab.", "The LMS took too long to answer.", _AGAIN),
    "too-large": _reason("Jawaban LMS terlalu besar.", "The answer of the LMS was too large.", _AGAIN),
    "busy": _reason("LMS meminta kami melambat.", "The LMS asked us to slow down.", _AGAIN),
    "platform-fault": _reason("LMS melaporkan gangguan.", "The LMS reported a fault.", _AGAIN),
    "token-refused": _reason(
        "LMS menolak izin kirim nilai. Mintalah admin memeriksa pendaftaran alat ini di LMS.",
        "The LMS refuses us permission to send grades. Ask an admin to check this tool's registration in the LMS.",
        _AGAIN,
    ),
    "results-unreadable": _reason(
        "LMS menolak waktu kiriman, dan nilai di sana tidak dapat dibaca.",
        "The LMS refused the time of the grade, and the grade it holds cannot be read.",
        _AGAIN,
    ),
    "same-second": _reason("LMS menolak waktu kiriman.", "The LMS refused the time of the grade.", _AGAIN),
    "fault": _reason("Terjadi kesalahan pada alat ini.", "A fault of this tool got in the way.", _AGAIN),
    "column-unmade": _reason("Kolom nilai belum dapat dibuat di LMS.", "The gradebook column could not be made yet.", _AGAIN),
    "seal-lost": _reason(
        "Kunci penanda tangan alat ini tidak dapat dibuka. Mintalah admin alat memeriksa LMS_EXT_SEAL_KEYS.",
        "This tool's signing key cannot be opened. Ask the tool's admin to check LMS_EXT_SEAL_KEYS.",
        _AGAIN,
    ),
    # the platform's own grade stays
    "graded-there": text(
        "Nilai yang ditulis langsung di LMS dipertahankan.", "The grade that was written in the LMS itself is kept."
    ),
    # parked: tried again at a launch or by a teacher
    "no-column": text(
        "Tautan ini belum memiliki kolom nilai di LMS. Aktifkan penilaian pada aktivitas itu, lalu buka dari LMS.",
        "This link has no gradebook column in the LMS. Switch grading on for that activity, then open it from the LMS.",
    ),
    "column-gone": text(
        "Kolom nilai ini dihapus di LMS. Kirim ulang bila kolomnya perlu dibuat lagi.",
        "This gradebook column was deleted in the LMS. Send again to have it made anew.",
    ),
    "column-refused": text(
        "LMS menolak membuat kolom nilai. Mintalah admin memeriksa izin alat ini di LMS, lalu kirim ulang.",
        "The LMS refused to make a gradebook column. Ask an admin to check this tool's permissions, then send again.",
    ),
    "change-not-allowed": text(
        "LMS tidak mengizinkan alat ini mengubah kolom nilai.", "The LMS does not let this tool change gradebook columns."
    ),
    "change-refused": text("LMS menolak perubahan kolom nilai.", "The LMS refused to change the gradebook column."),
    "no-scope": text(
        "LMS tidak mengizinkan alat ini mengirim nilai. Mintalah admin mengaktifkan layanan nilai, lalu buka dari LMS.",
        "The LMS does not let this tool send grades. Ask an admin to switch the grade service on, then open it from the LMS.",
    ),
    "not-enrolled": _reason(
        "Menurut LMS orang ini bukan, atau bukan lagi, murid di kursus.",
        "The LMS says this person is not, or no longer, a learner in the course.",
        _LAUNCH,
    ),
    "not-allowed": _reason(
        "LMS menolak nilai murid ini, misalnya karena ia tidak lagi terdaftar di kursus.",
        "The LMS refused this learner's grade, for example because they are no longer enrolled.",
        _LAUNCH,
    ),
    "not-gradable": _reason(
        "LMS menolak isi kiriman, misalnya karena orang ini tidak dapat dinilai di sana.",
        "The LMS refused the message, for example because this person cannot be graded there.",
        _LAUNCH,
    ),
    "refused": _reason("LMS menolak nilai ini.", "The LMS refused this grade.", _LAUNCH),
    "bad-address": _reason(
        "Alamat kolom nilai dari LMS tidak dapat dipakai.", "The address of the gradebook column is unusable.", _LAUNCH
    ),
    FOREIGN: text(
        "Buku nilai ada di alamat yang belum diizinkan untuk LMS ini, jadi izin kirim nilai tidak diberikan ke sana. Admin alat "
        "mengizinkannya di halaman Platform; nilainya menunggu, lalu dikirim.",
        "The gradebook is on a host that is not allowed for this LMS, so it is not given our permission to send grades. "
        "The tool's admin allows it on the page of the platform; the grade waits, and is sent then.",
    ),
    "platform-inactive": _reason(
        "Pendaftaran LMS ini dinonaktifkan oleh admin.", "An admin disabled the registration of this LMS.", _LAUNCH
    ),
    "gave-up": _reason("LMS tidak menerima nilai ini selama 14 hari.", "The LMS did not take this grade in 14 days.", _LAUNCH),
}
UNTIL_COLUMN = frozenset({"no-column", "no-scope", "bad-address", "column-refused", FOREIGN})
"""Reasons that a launch with another gradebook column takes away, for everyone at the link."""


def words(code: str) -> Text | None:
    """Give a reason in words; None for "" (no trouble)."""
    return REASONS.get(code, REASONS["refused"]) if code else None
