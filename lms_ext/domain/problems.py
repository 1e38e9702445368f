"""What is wrong, where, and what to do about it."""

import enum
from dataclasses import dataclass

from lms_ext.domain.texts import Text, pick


class Severity(enum.StrEnum):
    """An error stops publishing; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault in something a person wrote, found by a rule that has a name."""

    rule: str
    """Stable name of the rule, ``kebab-case``; documented in the pack reference."""
    message: Text
    fix: Text
    file: str = ""
    """Path inside the pack, with ``/``."""
    line: int = 0
    """1-based; 0 when the whole file is meant."""
    severity: Severity = Severity.ERROR

    def line_for(self, locale: str) -> str:
        """Give ``file:line: severity [rule] message. Fix: …`` in one language."""
        where = f"{self.file}:{self.line}" if self.line else self.file
        word, todo = ("peringatan", "Perbaikan") if self.severity == Severity.WARNING else ("galat", "Perbaikan")
        if locale == "en":
            word, todo = self.severity.value, "Fix"
        return f"{where}: {word} [{self.rule}] {pick(self.message, locale)} {todo}: {pick(self.fix, locale)}"
