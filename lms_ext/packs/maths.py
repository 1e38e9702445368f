"""What is wrong with the formulas of one file, within a limit on how much of them is tried."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lms_ext import richtext

TOTAL_LIMIT = 50_000
"""Most characters of formulas in a file: they take about a second to read."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A broken rule; `needle` are words of its line, `line` counts from 1 inside the text, `values` go into the rule's words."""

    rule: str
    needle: str
    line: int
    values: dict[str, Any]


class Formulas:
    """Goes through the texts of one file and remembers how many characters of formulas there were."""

    def __init__(self) -> None:
        self._total = 0

    def faults(self, source: str) -> Iterator[Fault]:
        """Give what will not show as a formula in one text."""
        found = richtext.dollars(source)
        for rest, line in found.lonely:
            yield Fault("math-open", rest, line, {"found": rest})
        for latex, line in found.formulas:
            needle = next((one for one in latex.split("\n") if one.strip()), "")
            for rule, values in self._one(latex):
                yield Fault(rule, needle, line, values)

    def _one(self, latex: str) -> Iterator[tuple[str, dict[str, Any]]]:
        if len(latex) > richtext.FORMULA_LIMIT:
            yield "math-too-long", {"size": len(latex), "limit": richtext.FORMULA_LIMIT}
            return
        before, self._total = self._total, self._total + len(latex)
        if self._total <= TOTAL_LIMIT:
            if not richtext.readable(latex):
                yield "math", {"latex": latex.strip()}
        elif before <= TOTAL_LIMIT:  # said once a file
            yield "math-too-much", {"limit": TOTAL_LIMIT}
