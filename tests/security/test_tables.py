"""A15: no cell of a table that people take along begins a formula, and what they wrote can be read back."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from lms_ext.web.tables import csv_text

HOSTILE = ["=1+1", "+A1", "-2", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "＋1", "－1", "＠A", '=HYPERLINK("http://x")', "\0=1"]
WORDS = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(exclude_categories=["Cs"]), max_size=40))


def cells(rows: list[list[str]]) -> list[list[str]]:
    text = csv_text(rows)
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:], newline="")))


@given(st.lists(st.lists(WORDS, min_size=2, max_size=4), max_size=4))
def test_no_cell_begins_a_formula(rows: list[list[str]]) -> None:
    for row, written in zip(rows, cells(rows), strict=True):
        for told, found in zip(row, written, strict=True):
            assert found.lstrip(" ")[:1] not in {"=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠"}
            assert found.removeprefix("'") == told.replace("\0", "").removeprefix("'"), "only an apostrophe is put in front"


def test_numbers_and_nothing_stay_as_they_are() -> None:
    assert csv_text([[-7.5, None, 3]]) == "\ufeff-7.5,,3\r\n"
