"""Numbers and short texts as people write them."""

import time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms_ext_quiz import patterns
from lms_ext_quiz.numbers import ambiguous, readings, shown


@pytest.mark.parametrize(
    ("written", "values"),
    [
        ("1,5", ["3/2"]), ("1.5", ["3/2"]), (" -2 ", ["-2"]), ("−2", ["-2"]), ("+2", ["2"]), (",5", ["1/2"]), (".5", ["1/2"]),
        ("1.500", ["1500", "3/2"]), ("3.125", ["3125", "25/8"]), ("3,125", ["25/8", "3125"]), ("1.500.000", ["1500000"]),
        ("1.500,25", ["6001/4"]), ("1,500.25", ["6001/4"]), ("1 500", ["1500"]), ("1 500,5", ["3001/2"]),
        ("25/8", ["25/8"]), ("3 1/8", ["25/8"]), ("-3 1/8", ["-25/8"]), ("1/0", []), ("62,5%", ["125/2", "5/8"]), ("5%%", []),
        ("", []), ("  ", []), ("dua", []), ("1 5", []), ("1,2,3", []), ("1.2,3.4", []), ("15.00,2", []),
        ("9" * 41, []), (" " * 99, []),
        ("1e5", []), ("--1", []), ("1/2/3", []), ("½", []),
    ],
)  # fmt: skip
def test_readings(written: str, values: list[str]) -> None:
    assert list(readings(written)) == [Fraction(one) for one in values]


@given(st.text(max_size=60))
def test_any_text_is_read_or_not(written: str) -> None:
    assert all(isinstance(one, Fraction) for one in readings(written))


@given(st.decimals(min_value=-(10**6), max_value=10**6, places=4))
def test_what_is_shown_is_read_back(value: object) -> None:
    number = Fraction(str(value))
    assert number in readings(shown(number)["id"])
    assert number in readings(shown(number)["en"])


def test_shown() -> None:
    assert shown(Fraction(1, 3)) == {"id": "1/3", "en": "1/3"}
    assert shown(Fraction(-25, 8)) == {"id": "-3,125", "en": "-3.125"}
    assert shown(Fraction(1500))["id"] == "1500"


def test_only_points_leave_an_author_in_doubt() -> None:
    assert ambiguous("1.500")
    assert not any(ambiguous(one) for one in ("3,125", "1500", "1.5", "1.500.000", "1.500,0", "25/8"))


@pytest.mark.parametrize(
    ("written", "pattern"),
    [
        ("  Kerangka   PEMBELAJARAN. ", "kerangka pembelajaran"), ("café", "cafe"), ("cafe", "café"), ("jum’at", "jum'at"),
        ("merefleksikan", "*refleksi*"), ("refleksi", "*refleksi*"), ("a-b-c", "a*b*c"), ("kerangka x", "kerangka *"),
    ],
)  # fmt: skip
def test_fitting(written: str, pattern: str) -> None:
    assert patterns.fits(written, pattern)


@pytest.mark.parametrize(
    ("written", "pattern"), [("", "*"), ("aa", "aa*a"), ("refleks", "*refleksi*"), ("acb", "a*b*c"), ("b", "a"), ("ab", "b*")]
)
def test_not_fitting(written: str, pattern: str) -> None:
    assert not patterns.fits(written, pattern)


def test_stars_cannot_be_made_slow() -> None:
    began = time.monotonic()
    assert not patterns.fits("a" * 200, "*a" * 99 + "*b")
    assert time.monotonic() - began < 1


@given(st.text(max_size=30))
def test_the_example_fits(pattern: str) -> None:
    assert patterns.empty(pattern) or patterns.fits(patterns.example(pattern), pattern)
