"""What an admin can do about a refused launch, by its code. People in a course read other words: `domain.launch_refusals`."""

from lms_ext.domain.texts import Text, text

_REGISTER = text(
    "Daftarkan LMS ini, atau samakan alamat issuer dan Client ID dengan yang ada di LMS.",
    "Register this LMS, or make issuer address and Client ID the same as in the LMS.",
)
_CLOCK = text(
    "Samakan jam server LMS dan server alat ini (NTP). Uji coba di halaman platform menyebut selisihnya.",
    "Set the clocks of the LMS's server and of this tool's server right (NTP). The check on the platform's page says how far.",
)
_KEYS = text(
    "Periksa alamat kunci (JWKS) platform ini; Uji coba mengambilnya saat itu juga.",
    "Look at this platform's key set address (JWKS); the check fetches it at once.",
)
_AGAIN = text(
    "Biasanya sekali saja: tombol kembali, halaman lama, atau tautan yang disalin. Jika sering, lihat cookie di peramban.",
    "Usually a single case: the back button, an old page, a copied address. When there are many, look at the browsers' cookies.",
)
_COOKIES = text(
    "Peramban memblokir cookie di dalam bingkai; orangnya mendapat tombol tab baru. Atur LMS agar membuka di tab baru.",
    "The browser blocks cookies inside the frame; the person got a button that opens a new tab. Let the LMS open in a new tab.",
)
_ATTACK = text(
    "Pesan ini tidak ditandatangani LMS yang disebutnya. Jika berulang, kabari pengelola keamanan.",
    "This message was not signed by the LMS it names. If it repeats, tell whoever looks after security.",
)
_LMS_FAULT = text(
    "LMS mengirim pesan yang tidak lengkap. Perbarui LMS, atau laporkan kode ini kepada pengelolanya.",
    "The LMS sent an incomplete message. Update the LMS, or report this code to those who run it.",
)

_HINTS = {
    "platform-unknown": _REGISTER,
    "client-unknown": _REGISTER,
    "client-missing": _REGISTER,
    "aud-wrong": _REGISTER,
    "platform-inactive": text("Setujui atau aktifkan platform ini.", "Approve or enable this platform."),
    "deployment-unknown": text("Setujui deployment ini di halaman platform.", "Approve this deployment on the platform's page."),
    "deployment-blocked": text(
        "Deployment ini diblokir di halaman platform.", "This deployment is blocked on the platform's page."
    ),
    "clock-skew": _CLOCK,
    "token-expired": _CLOCK,
    "token-too-old": _CLOCK,
    "key-unknown": _KEYS,
    "keys-unreadable": _KEYS,
    "kid-missing": _KEYS,
    "signature-wrong": _ATTACK,
    "state-unknown": _ATTACK,
    "wrong-launch": _ATTACK,
    "state-expired": _AGAIN,
    "already-used": _AGAIN,
    "cookie-blocked": _COOKIES,
    "target-elsewhere": text(
        "Alamat alat di LMS menunjuk ke tempat lain. Samakan dengan alamat di halaman pendaftaran.",
        "The tool's address in the LMS points elsewhere. Make it the one of the registration page.",
    ),
    "platform-error": text(
        "LMS menolak sendiri. Biasanya orangnya sudah keluar dari LMS, atau alamat pengalihan belum didaftarkan di LMS.",
        "The LMS itself refused. Usually the person had signed out there, or the redirect address is not registered in the LMS.",
    ),
}


def hint(code: str) -> Text:
    """Give the sentence for a code."""
    return _HINTS.get(code, _LMS_FAULT)
