"""Tables of people's words as CSV, in which a spreadsheet finds nothing to run."""

import csv
import io
from collections.abc import Iterable
from typing import Any

_TRIGGERS = frozenset("=+-@\t\r\n\0＝＋－＠")
"""What a spreadsheet takes for the beginning of a formula, the wide forms of East Asian keyboards too (OWASP, CSV Injection)."""


def csv_text(rows: Iterable[Iterable[Any]]) -> str:
    """Write rows; a cell that begins like a formula gets an apostrophe in front, None is empty."""
    target = io.StringIO()
    writer = csv.writer(target)
    for row in rows:
        writer.writerow([_cell(one) for one in row])
    return "\ufeff" + target.getvalue()  # the mark by which spreadsheets know UTF-8


def _cell(value: Any) -> str:
    if isinstance(value, (int, float)):
        return str(value)
    text = "" if value is None else str(value).replace("\0", "")
    return f"'{text}" if text.lstrip(" ")[:1] in _TRIGGERS and text.strip(" ") else text
