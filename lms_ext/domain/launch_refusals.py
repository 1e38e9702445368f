"""Refusals of login and launch, by the rows of the refusal matrix. Importing this declares them."""

from lms_ext.domain.refusals import declare
from lms_ext.domain.texts import Text, text

_NOT_READABLE = text("Pesan dari LMS tidak terbaca", "The message from the LMS is not readable")
_NOT_PROVEN = text("Pembukaan tidak dapat dipastikan", "This launch could not be verified")
_NOT_ALLOWED = text("Belum diizinkan", "Not allowed yet")
_TOO_LATE = text("Tautan pembuka sudah kedaluwarsa", "The launch link has expired")

_ROWS: list[tuple[str, int, Text, str, str]] = [
    (
        "login-iss-missing",
        400,
        _NOT_READABLE,
        "Tautan tidak menyebut LMS asalnya.",
        "The link did not say which platform it came from.",
    ),
    ("login-hint-missing", 400, _NOT_READABLE, "LMS tidak mengirim petunjuk masuk.", "The platform did not send a login hint."),
    ("login-target-missing", 400, _NOT_READABLE, "Tautan tidak punya tujuan.", "The link has no target."),
    ("target-elsewhere", 400, _NOT_READABLE, "Tautan menunjuk ke luar alat ini.", "The link points outside this tool."),
    (
        "platform-unknown",
        403,
        _NOT_ALLOWED,
        "LMS ini belum terdaftar. Hubungi admin.",
        "This platform is not registered. Ask your admin.",
    ),
    (
        "client-unknown",
        403,
        _NOT_ALLOWED,
        "Client ID ini belum terdaftar untuk LMS Anda.",
        "This client id is not registered for the platform.",
    ),
    ("client-missing", 400, _NOT_READABLE, "LMS harus mengirim client_id.", "The platform must send client_id."),
    ("platform-inactive", 403, _NOT_ALLOWED, "LMS ini terdaftar tetapi belum diaktifkan.", "Registered but not activated yet."),
    ("deployment-blocked", 403, _NOT_ALLOWED, "Deployment ini diblokir.", "This deployment is blocked."),
    ("malformed", 400, _NOT_READABLE, "Permintaan dari LMS tidak berbentuk benar.", "The request is not well formed."),
    (
        "platform-error",
        400,
        _NOT_READABLE,
        "LMS Anda menolak pembukaan. Muat ulang halaman kursus.",
        "Your platform refused the launch. Reload the course page.",
    ),
    (
        "state-missing",
        400,
        _NOT_READABLE,
        "Jawaban LMS tidak lengkap. Mulai lagi dari kursus.",
        "The answer had no state. Start again from the course.",
    ),
    (
        "state-unknown",
        401,
        _NOT_PROVEN,
        "Pembukaan ini tidak dimulai di sini. Mulai lagi dari kursus.",
        "This launch was not started here. Start again.",
    ),
    (
        "state-expired",
        401,
        _TOO_LATE,
        "Tautan dari LMS hanya berlaku beberapa menit. Buka lagi aktivitas ini dari kursus Anda.",
        "The launch took too long. Start again from the course.",
    ),
    (
        "already-used",
        401,
        _TOO_LATE,
        "Tautan pembuka ini sudah dipakai. Buka lagi aktivitas ini dari kursus Anda.",
        "This launch was already used. Start again from the course.",
    ),
    ("wrong-launch", 401, _NOT_PROVEN, "Jawaban LMS bukan untuk pembukaan ini.", "The answer does not belong to this launch."),
    ("token-missing", 400, _NOT_READABLE, "LMS tidak mengirim token.", "The platform sent no token."),
    ("token-unreadable", 400, _NOT_READABLE, "Token dari LMS tidak terbaca.", "The token is not readable."),
    ("token-too-large", 413, _NOT_READABLE, "Token dari LMS terlalu besar.", "The token is too large."),
    ("kid-missing", 401, _NOT_PROVEN, "Token tidak menyebut kuncinya.", "The token names no key."),
    (
        "key-unknown",
        401,
        _NOT_PROVEN,
        "Kunci LMS tidak dikenal. Admin: periksa alamat key set.",
        "The platform key is unknown. Admin: check the key set URL.",
    ),
    ("signature-wrong", 401, _NOT_PROVEN, "Tanda tangan token tidak sah.", "The signature is not valid."),
    (
        "keys-unreadable",
        503,
        text("LMS sedang tidak menjawab", "The platform does not answer"),
        "Kunci LMS tidak dapat dibaca. Coba lagi satu menit lagi.",
        "The platform key could not be read; try again in a minute.",
    ),
    (
        "token-expired",
        401,
        _TOO_LATE,
        "Token sudah kedaluwarsa. Muat ulang halaman kursus.",
        "The token has expired. Reload the course page.",
    ),
    ("token-no-times", 401, _NOT_PROVEN, "Token tidak punya batas waktu.", "The token has no time limits."),
    ("clock-skew", 401, _NOT_PROVEN, "Jam LMS dan alat ini berbeda. Beri tahu admin.", "The clocks differ. Tell your admin."),
    (
        "token-too-old",
        401,
        _TOO_LATE,
        "Token terlalu lama. Muat ulang halaman kursus.",
        "The token is too old. Reload the course page.",
    ),
    ("token-malformed", 400, _NOT_READABLE, "Isi token tidak berbentuk benar.", "The token is not well formed."),
    ("aud-missing", 401, _NOT_PROVEN, "Token tidak menyebut penerimanya.", "The token is for nobody."),
    ("aud-wrong", 401, _NOT_PROVEN, "Token ini untuk alat lain.", "The token is for another tool."),
    (
        "azp-missing",
        401,
        _NOT_PROVEN,
        "Token tidak menyebut alat mana yang dituju.",
        "The token does not say which tool it is for.",
    ),
    ("version-wrong", 400, _NOT_READABLE, "Hanya LTI 1.3 yang didukung.", "Only LTI 1.3 is supported."),
    ("type-missing", 400, _NOT_READABLE, "Jenis pesan tidak disebut.", "The message type is missing."),
    ("type-unsupported", 400, _NOT_READABLE, "Jenis pesan ini tidak didukung.", "This kind of message is not supported."),
    ("deployment-missing", 400, _NOT_READABLE, "Deployment tidak disebut.", "The deployment is missing."),
    ("deployment-malformed", 400, _NOT_READABLE, "Deployment tidak berbentuk benar.", "The deployment is not well formed."),
    (
        "deployment-unknown",
        403,
        _NOT_ALLOWED,
        "Deployment ini belum disetujui. Minta admin membukanya.",
        "Not approved yet. Ask your admin to accept the deployment.",
    ),
    ("person-missing", 403, _NOT_ALLOWED, "LMS tidak menyebut siapa Anda.", "Your platform did not say who you are."),
    (
        "person-malformed",
        400,
        _NOT_READABLE,
        "LMS tidak menyebut siapa Anda dengan benar.",
        "Your platform did not say who you are properly.",
    ),
    ("roles-missing", 400, _NOT_READABLE, "Peran Anda tidak disebut.", "The roles are missing."),
    ("roles-malformed", 400, _NOT_READABLE, "Peran Anda tidak berbentuk benar.", "The roles are not well formed."),
    ("link-missing", 400, _NOT_READABLE, "Aktivitas tidak disebut.", "The activity is missing."),
    ("link-malformed", 400, _NOT_READABLE, "Aktivitas tidak berbentuk benar.", "The activity is not well formed."),
    (
        "claim-malformed",
        400,
        _NOT_READABLE,
        "Satu bagian pesan tidak berbentuk benar.",
        "One part of the message is not well formed.",
    ),
    ("selection-incomplete", 400, _NOT_READABLE, "Permintaan pemilihan tidak lengkap.", "The selection request is not complete."),
    ("selection-no-return", 400, _NOT_READABLE, "LMS tidak memberi alamat kembali.", "The platform gave no return address."),
    ("selection-type", 400, _NOT_READABLE, "Tempat ini tidak menerima aktivitas.", "This place does not take activities."),
    ("teachers-only", 403, _NOT_ALLOWED, "Hanya pengajar yang dapat menambah aktivitas.", "Only teachers can add activities."),
    ("selection-sent", 409, _TOO_LATE, "Pilihan ini sudah dikirim.", "This selection was already sent."),
]

for _code, _status, _title, _indonesian, _english in _ROWS:
    declare(_code, _status, _title, text(_indonesian, _english))
declare(
    "cookie-blocked",
    401,
    text("Peramban memblokir kuki", "Your browser blocked the cookie"),
    text("Buka di tab baru: di sana kuki diizinkan.", "Open it in a new tab: cookies work there."),
    "pages/launch_blocked.html",
)
