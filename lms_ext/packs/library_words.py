"""What marshmallow says in English, said again in two languages: what is wrong and what to write instead."""

import re
from dataclasses import dataclass

from lms_ext.domain.texts import LOCALES, Text, text


@dataclass(frozen=True, slots=True)
class Said:
    """A fault as an author reads it; `fix` is None where what is wrong already says what to do."""

    detail: Text
    fix: Text | None = None


_LIMIT = {
    "greater than or equal to": text("paling kecil {0}", "{0} or more"),
    "greater than": text("lebih besar dari {0}", "more than {0}"),
    "less than or equal to": text("paling besar {0}", "{0} or less"),
    "less than": text("lebih kecil dari {0}", "less than {0}"),
}
_OPERATOR = "|".join(_LIMIT)
_BETWEEN = re.compile(rf"Must be ({_OPERATOR}) (\S+?)(?: and ({_OPERATOR}) (\S+?))?\.\Z")
_LENGTHS = (
    (re.compile(r"Shorter than minimum length (\d+)\.\Z"), text("perlu paling sedikit {0} {unit}", "needs at least {0} {unit}")),
    (re.compile(r"Longer than maximum length (\d+)\.\Z"), text("paling banyak {0} {unit}", "may have at most {0} {unit}")),
    (
        re.compile(r"Length must be between (\d+) and (\d+)\.\Z"),
        text("perlu {0} sampai {1} {unit}", "needs {0} to {1} {unit}"),
    ),
    (re.compile(r"Length must be (\d+)\.\Z"), text("perlu tepat {0} {unit}", "needs exactly {0} {unit}")),
)
_UNITS: dict[type, Text] = {str: text("karakter", "characters"), list: text("butir", "items"), dict: text("kunci", "keys")}
_ANY_UNIT = text("bagian", "parts")
_LINK = text("Tulis alamat lengkap yang diawali https://.", "Write a full address that begins with https://.")
_DATE = text("Tulis seperti `2026-11-24`, atau `2026-11-24T08:00:00` bila memakai jam.",
             "Write it like `2026-11-24`, or `2026-11-24T08:00:00` with a time.")  # fmt: skip
_PHRASES = (
    (r"Must be equal to (.*)\.", Said(text("harus sama dengan {0}", "must be equal to {0}"))),
    (r"One or more of the choices you made was not in: (.*)\.",
     Said(text("memuat pilihan yang tidak ada", "holds a choice that does not exist"),
          text("Pilih hanya dari: {0}.", "Choose from these only: {0}."))),
    (r"One or more of the choices you made was in: (.*)\.",
     Said(text("memuat pilihan yang tidak boleh dipakai", "holds a choice that may not be used"),
          text("Hapus yang ini: {0}.", "Remove these: {0}."))),
    (r"Not a valid URL\.", Said(text("bukan alamat yang sah", "is no valid address"), _LINK)),
    (r"Not a valid email address\.",
     Said(text("bukan alamat surel yang sah", "is no valid e-mail address"),
          text("Tulis seperti `nama@sekolah.sch.id`.", "Write it like `name@school.org`."))),
    (r"Not a valid (?:naive |aware )?(?:date|datetime)\.", Said(text("bukan tanggal yang sah", "is no valid date"), _DATE)),
    (r"Not a valid time\.",
     Said(text("bukan waktu yang sah", "is no valid time"), text("Tulis seperti `08:30`.", "Write it like `08:30`."))),
    (r"Not a valid period of time\.",
     Said(text("bukan lama waktu yang sah", "is no valid length of time"),
          text("Tulis sebuah bilangan.", "Write a number."))),
    (r"Not a valid UUID\.", Said(text("bukan UUID yang sah", "is no valid UUID"))),
    (r"Not a valid IP(?:v[46])? (?:address|interface)\.", Said(text("bukan alamat IP yang sah", "is no valid IP address"))),
    (r"Not a valid tuple\.",
     Said(text("harus berupa daftar", "must be a list"), text("Tulis seperti `[a, b]`.", "Write it like `[a, b]`."))),
    (r"Not a valid utf-8 string\.", Said(text("bukan teks UTF-8", "is no UTF-8 text"))),
    (r"(?:Special numeric values \(nan or infinity\) are not permitted|Number too large)\.",
     Said(text("bukan bilangan yang dapat dipakai", "is no number that can be used"),
          text("Tulis bilangan biasa.", "Write an ordinary number."))),
    (r"Not a valid choice\.", Said(text("bukan pilihan yang ada", "is not one of the choices"))),
    (r"String does not match expected pattern\.",
     Said(text("bentuknya tidak sesuai", "does not have the right form"))),
    (r"Invalid (?:value|input|type)\.", Said(text("tidak memenuhi syarat jenis ini", "does not meet what this type asks for"))),
)  # fmt: skip
_KNOWN = tuple((re.compile(rf"{phrase}\Z", re.DOTALL), said) for phrase, said in _PHRASES)


def limits(message: str, value: object) -> Text | None:
    """Say which size or length was wanted, None when `message` is about something else; `value` is what was written."""
    between = _BETWEEN.match(message)
    if between:
        first, low, second, high = between.groups()
        said = [(_LIMIT[first], low), *([(_LIMIT[second], high)] if second else [])]
        joined = {language: [one[language].format(size) for one, size in said] for language in LOCALES}
        return text("harus " + " dan ".join(joined["id"]), "must be " + " and ".join(joined["en"]))
    unit = _UNITS.get(type(value), _ANY_UNIT)
    for pattern, words in _LENGTHS:
        found = pattern.match(message)
        if found:
            return {language: one.format(*found.groups(), unit=unit[language]) for language, one in words.items()}
    return None


def fault(message: str) -> Said:
    """Give any other fault; what is not of the library are a plugin's own words and stay as they are."""
    for pattern, said in _KNOWN:
        found = pattern.match(message)
        if found:
            return Said(_filled(said.detail, found), _filled(said.fix, found) if said.fix else None)
    return Said(text(message, message))


def _filled(words: Text, found: re.Match[str]) -> Text:
    return {language: one.format(*found.groups()) for language, one in words.items()}
