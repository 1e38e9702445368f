"""Passwords of admins: Argon2id, never kept otherwise; which ones are too easy."""

import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from lms_ext.domain.refusals import declare
from lms_ext.domain.texts import text

SHORTEST, LONGEST = 12, 200
_HASHER = PasswordHasher(time_cost=3, memory_cost=32 * 1024, parallelism=1)
"""32 MiB and three passes, about 0.1 s: far above the usual minimum (19 MiB, two passes), little enough for a small server."""
_TURNS = threading.BoundedSemaphore(2)
"""So that a flood of tries takes 64 MiB of a process and not all there is."""
_NOBODYS = "$argon2id$v=19$m=32768,t=3,p=1$c29tZSBmaXhlZCBzYWx0$b2YgYSBwYXNzd29yZCB0aGF0IG5vYm9keSBoYXM"
"""Costs as much to check as a real one: the time of an answer does not tell which accounts exist."""

_PAGE = "admin/message.html"
declare("password-short", 422, text("Kata sandi terlalu pendek", "The password is too short"),
        text(f"Pakai paling sedikit {SHORTEST} huruf; beberapa kata yang tidak berhubungan mudah diingat.",
             f"Use at least {SHORTEST} letters; a few unrelated words are easy to remember."), _PAGE)  # fmt: skip
declare("password-long", 422, text("Kata sandi terlalu panjang", "The password is too long"),
        text(f"Pakai paling banyak {LONGEST} huruf.", f"Use at most {LONGEST} letters."), _PAGE)  # fmt: skip
declare("password-easy", 422, text("Kata sandi terlalu mudah ditebak", "The password is too easy to guess"),
        text("Jangan pakai nama atau alamat Anda, urutan, atau huruf yang itu-itu saja.",
             "Do not use your name or address, a sequence, or the same few letters."), _PAGE)  # fmt: skip
declare("password-differs", 422, text("Kedua isian tidak sama", "The two entries differ"),
        text("Tulis kata sandi baru yang sama dua kali.", "Write the same new password twice."), _PAGE)  # fmt: skip

_ROWS = ("0123456789" * 2, "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")
_COMMON = ("password", "katasandi", "passw0rd", "rahasia", "indonesia", "merdeka", "bismillah", "sayang", "admin", "qwerty",
           "iloveyou", "letmein", "welcome", "sekolah", "guru", "12345")  # fmt: skip


def fault(password: str, *about: str) -> str:
    """Give the code of what is wrong with a new password, or ""; `about` are words an attacker knows (login, name)."""
    if len(password) < SHORTEST:
        return "password-short"
    if len(password) > LONGEST:
        return "password-long"
    left = _folded(password)
    known = [_folded(part) for one in about for part in (one, one.partition("@")[0], *one.split())]
    for word in (*sorted({one for one in known if len(one) > 3}, key=len, reverse=True), *_COMMON):
        left = left.replace(word, "")
    for row in _ROWS:
        for part in (row, row[::-1]):
            left = _without_runs(left, part)
    # what is left when all that is known or follows a row is taken out must still be worth guessing
    return "" if len(left) >= 6 and len(set(left)) >= 5 else "password-easy"


def _folded(words: str) -> str:
    return unicodedata.normalize("NFKC", words).casefold()


def _without_runs(word: str, row: str) -> str:
    """Take out runs of five or more letters that stand so in a row of the keyboard or the alphabet."""
    kept, at = "", 0
    while at < len(word):
        end = at
        while end < len(word) and word[at : end + 1] in row:
            end += 1
        kept, at = (kept, end) if end - at >= 5 else (kept + word[at], at + 1)
    return kept


def hashed(password: str) -> str:
    """Give what is kept of a password."""
    with _TURNS:
        return _HASHER.hash(unicodedata.normalize("NFKC", password))


def fits(kept: str, password: str) -> bool:
    """Check a password; it takes as long when `kept` is "" (no such account)."""
    with _TURNS:
        try:
            same = _HASHER.verify(kept or _NOBODYS, unicodedata.normalize("NFKC", password[: LONGEST + 1]))
        except (Argon2Error, InvalidHashError):
            return False
    return same and bool(kept)


def is_outdated(kept: str) -> bool:
    """Tell whether a password was hashed with weaker settings than today's."""
    return _HASHER.check_needs_rehash(kept)
