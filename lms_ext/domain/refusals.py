"""Every way the tool says no: a stable code, a status, and one plain sentence in Indonesian and English."""

from collections.abc import Mapping
from dataclasses import dataclass

from lms_ext.domain.texts import Text, text


@dataclass(frozen=True, slots=True)
class Refusal:
    code: str
    status: int
    title: Text
    message: Text
    template: str = "pages/launch_error.html"


class Refused(Exception):
    """The request cannot be served; `context` goes to the page, `facts` (never personal, never a token) to the log."""

    def __init__(self, code: str, *, context: Mapping[str, object] | None = None, **facts: object) -> None:
        super().__init__(code)
        self.refusal = refusal(code)
        self.context = dict(context or {})
        self.facts = facts


_ALL: dict[str, Refusal] = {}


def declare(code: str, status: int, title: Text, message: Text, template: str = "pages/launch_error.html") -> None:
    """Add a refusal to the catalogue; a code is declared once."""
    if code in _ALL:
        raise ValueError(f"refusal {code} is declared twice")
    _ALL[code] = Refusal(code, status, title, message, template)


def refusal(code: str) -> Refusal:
    """Look a refusal up by its code."""
    return _ALL[code]


def catalogue() -> Mapping[str, Refusal]:
    """Give all refusals, for the reference and for tests."""
    return dict(_ALL)


_MESSAGE_PAGE = "pages/message.html"

declare("bad-request", 400, text("Permintaan tidak terbaca", "The request is not readable"),
        text("Muat ulang halaman, lalu coba lagi.", "Reload the page and try again."), _MESSAGE_PAGE)  # fmt: skip
declare("forbidden", 403, text("Tidak diizinkan", "Not allowed"),
        text("Bagian ini hanya untuk pengajar kursus.", "Only the course's teachers can open this."), _MESSAGE_PAGE)  # fmt: skip
declare("not-found", 404, text("Halaman tidak ada", "There is no such page"),
        text("Buka aktivitas dari kursus Anda.", "Open the activity from your course."), _MESSAGE_PAGE)  # fmt: skip
declare("method-not-allowed", 405, text("Buka dari kursus", "Open it from your course"),
        text("Buka aktivitas ini dari kursus Anda.", "Open this activity from your course."))  # fmt: skip
declare("too-large", 413, text("Terlalu besar", "Too large"),
        text("Kiriman melebihi batas. Kurangi isinya, lalu kirim lagi.", "Over the limit. Make it smaller and send again."),
        _MESSAGE_PAGE)  # fmt: skip
declare("fault", 500, text("Ada gangguan di alat ini", "Something went wrong here"),
        text("Pekerjaan yang sudah tersimpan tetap aman. Coba lagi sebentar lagi.",
             "Work already saved is safe. Try again in a moment."), _MESSAGE_PAGE)  # fmt: skip
declare("busy", 503, text("Sedang tersendat", "Busy for a moment"),
        text("Basis data sedang memulihkan diri. Coba lagi beberapa detik lagi; tulisan Anda belum hilang.",
             "The database is recovering. Try again in a few seconds; your text is not lost."), _MESSAGE_PAGE)  # fmt: skip
declare("session-over", 401, text("Sesi sudah berakhir", "Your session is over"),
        text("Buka lagi aktivitas ini dari kursus Anda. Pekerjaan yang sudah tersimpan tetap aman.",
             "Open this activity again from your course. Work already saved is safe."))  # fmt: skip
declare("form-expired", 403, text("Formulir sudah tidak berlaku", "This form is no longer valid"),
        text("Muat ulang halaman, lalu kirim lagi.", "Reload the page and send again."), _MESSAGE_PAGE)  # fmt: skip
declare("already-sent", 409, text("Halaman ini sudah pernah dikirim", "This page was sent before"),
        text("Isi yang baru Anda kirim berbeda dan tidak dikumpulkan. Muat ulang halaman untuk melihat yang tersimpan.",
             "What you sent now differs and was not handed in. Reload the page to see what is stored."),
        _MESSAGE_PAGE)  # fmt: skip
declare("activity-gone", 404, text("Aktivitas ini sudah tidak ada", "This activity no longer exists"),
        text("Pengajar dapat memilih aktivitas lain dari kursus.", "A teacher can choose another one from the course."),
        _MESSAGE_PAGE)  # fmt: skip
declare("activity-unavailable", 503, text("Aktivitas ini belum dapat dibuka", "This activity cannot be opened now"),
        text("Bagian alat yang diperlukan sedang tidak aktif. Pekerjaan yang tersimpan tetap aman.",
             "The part of the tool it needs is switched off. Work already saved is safe."), _MESSAGE_PAGE)  # fmt: skip
declare("field-refused", 422, text("Isian tidak dikenal", "Unknown field"),
        text("Ada isian yang bukan bagian aktivitas ini. Muat ulang halaman.",
             "A field is not part of this activity. Reload the page."), _MESSAGE_PAGE)  # fmt: skip
declare("text-too-long", 422, text("Tulisan terlalu panjang", "The text is too long"),
        text("Satu isian melebihi panjang yang boleh. Kembali, pendekkan, lalu simpan lagi; tulisan Anda masih di halaman itu.",
             "A field is longer than allowed. Go back, shorten it and save again; your text is still on that page."),
        _MESSAGE_PAGE)  # fmt: skip
declare("not-chosen", 404, text("Aktivitas belum dipilih", "No activity is chosen yet"),
        text("Pengajar belum memilih aktivitas untuk tautan ini.", "Your teacher has not chosen an activity for this link yet."),
        _MESSAGE_PAGE)  # fmt: skip
declare("not-open-yet", 403, text("Belum dibuka", "Not open yet"),
        text("Aktivitas ini dibuka pada waktu yang ditetapkan pengajar. Kembali lagi nanti.",
             "This activity opens at the time your teacher has set. Come back later."),
        "pages/not_open.html")  # fmt: skip
