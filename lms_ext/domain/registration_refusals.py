"""Refusals of a registration by invitation: ours, and those of the LMS put into a sentence. Importing this declares them."""

from lms_ext.domain.refusals import declare
from lms_ext.domain.texts import Text, text

PAGE = "pages/register_refused.html"
_INVITE = text("Undangan ini tidak dapat dipakai", "This invitation cannot be used")
_ADDRESS = text("Alamat LMS tidak dapat dipakai", "The LMS's address cannot be used")
_NO_ANSWER = text("LMS tidak menjawab dengan benar", "The LMS did not answer properly")
_REFUSED = text("LMS menolak pendaftaran", "The LMS refused the registration")

_ROWS: list[tuple[str, int, Text, str, str]] = [
    (
        "invite-unknown",
        403,
        _INVITE,
        "Alamat pendaftaran ini tidak dikenal. Salin lagi alamat lengkapnya, atau buat undangan baru.",
        "This registration address is unknown. Copy the whole address again, or make a new invitation.",
    ),
    (
        "invite-expired",
        403,
        _INVITE,
        "Masa berlaku undangan ini sudah habis. Buat undangan baru di halaman Platform.",
        "This invitation has expired. Make a new one on the page Platforms.",
    ),
    (
        "invite-used",
        403,
        _INVITE,
        "Undangan ini sudah dipakai satu kali. Buat undangan baru bila LMS perlu didaftarkan lagi.",
        "This invitation was used already. Make a new one if the LMS has to register again.",
    ),
    (
        "invite-busy",
        409,
        _INVITE,
        "Pendaftaran dengan undangan ini sedang berjalan. Tunggu satu menit, lalu lihat halaman Platform.",
        "A registration with this invitation is under way. Wait a minute, then look at the page Platforms.",
    ),
    (
        "invite-for-another",
        403,
        _INVITE,
        "Undangan ini dibuat untuk mendaftarkan ulang LMS lain.",
        "This invitation was made for another LMS to register again.",
    ),
    (
        "registration-from-lms",
        400,
        text("Tempel alamat ini di LMS", "Paste this address into the LMS"),
        "Alamat ini tidak dibuka di peramban. Tempel di halaman pendaftaran alat LTI pada LMS Anda; LMS lalu membukanya sendiri.",
        "This address is not for a browser. Paste it where your LMS registers LTI tools; the LMS opens it itself.",
    ),
    (
        "registration-url-bad",
        400,
        _ADDRESS,
        "LMS mengirim alamat konfigurasi yang tidak terbaca.",
        "The LMS sent a configuration address that cannot be read.",
    ),
    (
        "registration-not-https",
        400,
        _ADDRESS,
        "Alamat konfigurasi LMS harus diawali https. Pasang sertifikat pada LMS, lalu ulangi.",
        "The LMS's configuration address must begin with https. Set up a certificate on the LMS, then try again.",
    ),
    (
        "registration-address",
        400,
        _ADDRESS,
        "Alamat LMS menunjuk ke jaringan dalam, bukan ke internet. Alat ini hanya menghubungi alamat umum.",
        "The LMS's address leads into a private network. This tool only contacts public addresses.",
    ),
    (
        "registration-unreachable",
        502,
        _NO_ANSWER,
        "LMS tidak dapat dihubungi dari server alat ini. Periksa alamat, DNS, dan sertifikatnya.",
        "The LMS cannot be reached from this tool's server. Check its address, DNS and certificate.",
    ),
    (
        "registration-timeout",
        502,
        _NO_ANSWER,
        "LMS tidak menjawab dalam 10 detik. Bila alat sudah tampak di sana, hapus dahulu, lalu ulangi.",
        "The LMS did not answer within 10 seconds. If the tool already shows up there, delete it there first, then try again.",
    ),
    (
        "registration-too-large",
        502,
        _NO_ANSWER,
        "Jawaban LMS terlalu besar untuk sebuah konfigurasi.",
        "The LMS's answer is too large for a configuration.",
    ),
    (
        "registration-redirect",
        502,
        _NO_ANSWER,
        "LMS mengalihkan ke alamat lain. Isi alamat situs LMS yang sebenarnya (misalnya wwwroot Moodle), lalu ulangi.",
        "The LMS redirects to another address. Set the site's real address in the LMS (Moodle: wwwroot), then try again.",
    ),
    (
        "registration-not-config",
        502,
        _NO_ANSWER,
        "Yang dijawab LMS bukan konfigurasi OpenID, atau isinya tidak lengkap.",
        "What the LMS answered is no OpenID configuration, or not a complete one.",
    ),
    (
        "registration-issuer-differs",
        400,
        _ADDRESS,
        "Penerbit (issuer) dalam konfigurasi bukan situs yang mengirimnya. Periksa alamat situs di setelan LMS.",
        "The issuer in the configuration is not the site that sent it. Check the site's address in the LMS's settings.",
    ),
    (
        "registration-endpoint-elsewhere",
        400,
        _ADDRESS,
        "Konfigurasi LMS menunjuk ke situs lain untuk kunci, token, atau pendaftaran.",
        "The LMS's configuration points to another site for keys, tokens or registration.",
    ),
    (
        "registration-unsupported",
        400,
        text("LMS ini belum didukung", "This LMS is not supported"),
        "LMS tidak menawarkan tanda tangan RS256 atau private_key_jwt yang diperlukan LTI 1.3.",
        "The LMS offers no RS256 signatures or no private_key_jwt, which LTI 1.3 needs.",
    ),
    (
        "registration-token-used",
        502,
        _REFUSED,
        "Token pendaftaran sudah dipakai. Mulai lagi di LMS: tempel alamat undangan yang sama.",
        "The registration token was used already. Start again in the LMS: paste the same invitation address.",
    ),
    (
        "registration-token-refused",
        502,
        _REFUSED,
        "LMS tidak menerima token pendaftarannya; biasanya lewat satu jam. Mulai lagi di LMS dengan undangan yang sama.",
        "The LMS did not accept its own token, usually after an hour. Start again in the LMS with the same invitation.",
    ),
    (
        "registration-domain",
        502,
        _REFUSED,
        "LMS tidak menerima domain alat ini. Hapus pendaftaran lama untuk domain yang sama di LMS, lalu ulangi.",
        "The LMS did not accept this tool's domain. Delete an older registration for the same domain in the LMS, then try again.",
    ),
    (
        "registration-data",
        502,
        _REFUSED,
        "LMS tidak menerima satu bagian data alat. Daftarkan secara manual, dan kirim jawaban LMS kepada kami.",
        "The LMS did not accept a part of the tool's data. Register by hand, and send us the LMS's answer.",
    ),
    (
        "registration-forbidden",
        502,
        _REFUSED,
        "Akun Anda di LMS tidak boleh mendaftarkan alat. Minta admin situs LMS.",
        "Your account in the LMS may not register tools. Ask the LMS's site admin.",
    ),
    (
        "registration-lms-fault",
        502,
        _NO_ANSWER,
        "LMS mengalami gangguan saat mendaftarkan alat. Coba lagi sebentar lagi.",
        "The LMS had a fault while it registered the tool. Try again in a moment.",
    ),
    (
        "registration-refused",
        502,
        _REFUSED,
        "LMS menolak tanpa alasan yang kami kenal. Coba sekali lagi, atau daftarkan secara manual.",
        "The LMS refused for a reason we do not know. Try once more, or register by hand.",
    ),
    (
        "registration-known",
        409,
        text("LMS ini sudah terdaftar dengan alamat lain", "This LMS is registered with other addresses"),
        "Buka platformnya di halaman Platform, buat alamat pendaftaran dari sana, lalu daftarkan lagi dengan alamat itu.",
        "Open it on the page Platforms, make a registration address there, and register again with that one.",
    ),
    (
        "registration-name-taken",
        409,
        text("Client ID ini milik LMS lain", "This client id is another LMS's"),
        "LMS lain sudah memakai client ID ini di alamat token yang sama. Periksa mana yang benar di halaman Platform.",
        "Another LMS has this client id at the same token address. See on the page Platforms which of them is right.",
    ),
    (
        "registration-answer-unreadable",
        502,
        _NO_ANSWER,
        "Jawaban LMS tidak memuat client ID. Bila alat sudah tampak di LMS, hapus di sana, lalu ulangi.",
        "The LMS's answer has no client id. If the tool shows up there already, delete it there, then try again.",
    ),
]

for _code, _status, _title, _indonesian, _english in _ROWS:
    declare(_code, _status, _title, text(_indonesian, _english), PAGE)
CODES = tuple(row[0] for row in _ROWS)
