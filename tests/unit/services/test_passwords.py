"""Passwords of admins: which are refused, and that checking one takes as long for nobody."""

import time

import pytest

from lms_ext.services import passwords


@pytest.mark.parametrize("password", [
    "kuda lari pagi sekali", "correct horse battery", "Tr0mbon&Kijang!", "sungai mahakam biru", "äöü ćčž ßþð łøå",
    "ibu pergi ke pasar",
])  # fmt: skip
def test_good_ones(password: str) -> None:
    assert passwords.fault(password, "dewi@bgtk.example", "Dewi Rumbiak") == ""


@pytest.mark.parametrize(("password", "code"), [
    ("", "password-short"), ("elevenchars", "password-short"), ("x" * 201, "password-long"),
    ("aaaaaaaaaaaaaa", "password-easy"), ("123456789012", "password-easy"), ("abcdefghijkl", "password-easy"),
    ("qwertyuiopasdf", "password-easy"), ("dewi@bgtk.example", "password-easy"), ("DewiRumbiak2026", "password-easy"),
    ("password12345", "password-easy"), ("KataSandi12345", "password-easy"), ("rahasiarahasia", "password-easy"),
    ("            ", "password-easy"), ("zyxwvutsrqponm", "password-easy"),
])  # fmt: skip
def test_easy_ones(password: str, code: str) -> None:
    assert passwords.fault(password, "dewi@bgtk.example", "Dewi Rumbiak") == code


def test_what_is_kept_tells_nothing_and_fits_only_its_own() -> None:
    kept = passwords.hashed("kuda lari pagi sekali")
    assert kept.startswith("$argon2id$v=19$m=32768,t=3,p=1$")
    assert kept != passwords.hashed("kuda lari pagi sekali")
    assert passwords.fits(kept, "kuda lari pagi sekali")
    assert not passwords.fits(kept, "kuda lari pagi sekal")
    assert not passwords.fits("", "")
    assert not passwords.fits("not a hash", "x")
    assert not passwords.is_outdated(kept)
    assert passwords.is_outdated(kept.replace("t=3", "t=2"))
    assert passwords.fits(passwords.hashed("caf\u00e9 di tepi sungai"), "cafe\u0301 di tepi sungai")  # typed on another keyboard


def test_an_account_that_is_not_there_takes_as_long() -> None:
    def cost(kept: str) -> float:
        spent = []
        for _ in range(3):
            begun = time.process_time()
            passwords.fits(kept, "wrong but long enough")
            spent.append(time.process_time() - begun)
        return min(spent)

    known, unknown = cost(passwords.hashed("kuda lari pagi sekali")), cost("")
    assert 0.5 < unknown / known < 2
