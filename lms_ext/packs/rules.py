"""Every rule a pack is held to, under its stable name: what a reader is told, and what to do about it.

One table (filled by the rulebooks), so that an author meets the same words everywhere and the reference of rules
can be written from it. Templates take ``str.format`` names; values are clipped and cleared of control characters before they
reach a terminal or a page.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from lms_ext.domain.problems import Problem, Severity
from lms_ext.domain.texts import Text, text

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")
_CLIP = 120


@dataclass(frozen=True, slots=True)
class Rule:
    """What a rule says. `message` and `fix` are templates."""

    name: str
    message: Text
    fix: Text
    severity: Severity = Severity.ERROR


RULES: dict[str, Rule] = {}


def declare(name: str, message_id: str, message_en: str, fix_id: str, fix_en: str, *, warning: bool = False) -> None:
    """Add a rule to the table."""
    if name in RULES:
        raise ValueError(f"rule {name} is declared twice")
    severity = Severity.WARNING if warning else Severity.ERROR
    RULES[name] = Rule(name, text(message_id, message_en), text(fix_id, fix_en), severity)


def shown(value: object) -> str:
    """Give a value as it may be shown: one line, at most 120 characters, nothing a terminal would obey."""
    plain = _CONTROL.sub(" ", str(value)).strip()
    return plain if len(plain) <= _CLIP else plain[: _CLIP - 1] + "…"


def problem(rule: str, file: str, line: int = 0, *, near: str | None = None, **values: object) -> Problem:
    """Make the problem of a declared rule; `near` adds "did you mean" before the fix."""
    one = RULES[rule]
    plain = {name: shown(value) for name, value in values.items()}
    fix = {language: template.format(**plain) for language, template in one.fix.items()}
    if near:
        fix = {"id": f"Maksudnya `{shown(near)}`? {fix['id']}", "en": f"Did you mean `{shown(near)}`? {fix['en']}"}
    message = {language: template.format(**plain) for language, template in one.message.items()}
    return Problem(rule, message, fix, shown(file), line, one.severity)


def nearest(word: object, known: Iterable[str]) -> str | None:
    """Give the known word that looks most like `word`, or None."""
    found = get_close_matches(str(word)[:80].lower(), list(known), n=1, cutoff=0.6)
    return found[0] if found else None


def ordered(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Give problems once each, by file and line, errors first on one line."""
    unique = {(one.file, one.line, one.severity, one.rule, one.message.get("id", "")): one for one in problems}
    return tuple(unique[key] for key in sorted(unique))
