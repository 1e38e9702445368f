"""Problems and changes for a terminal, a page or a program."""

import json
from collections.abc import Iterable

from lms_ext.domain.problems import Problem, Severity
from lms_ext.domain.texts import pick, text
from lms_ext.packs.diffing import Change
from lms_ext.packs.rules import ordered

_CLEAN = text("Tidak ada masalah.", "No problems.")
_COUNT = text("{errors} galat, {warnings} peringatan.", "errors: {errors}, warnings: {warnings}.")
_FILES = text("{files} berkas diperiksa: {rest}", "{files} files checked: {rest}")
_SAME = text("Tidak ada perubahan.", "No changes.")


def counts(problems: Iterable[Problem]) -> tuple[int, int]:
    """Count (errors, warnings)."""
    kinds = [one.severity for one in problems]
    return kinds.count(Severity.ERROR), kinds.count(Severity.WARNING)


def render(problems: Iterable[Problem], locale: str, *, files: int = 0) -> str:
    """Write problems by file and line with their counts, in one language; `files` is how many files were read, 0 to not say."""
    found = ordered(problems)
    errors, warnings = counts(found)
    last = pick(_COUNT, locale).format(errors=errors, warnings=warnings) if found else pick(_CLEAN, locale)
    if files:
        rest = last if found else pick(_COUNT, locale).format(errors=0, warnings=0)
        last = pick(_FILES, locale).format(files=files, rest=rest)
    return "\n".join([*(one.line_for(locale) for one in found), last])


def render_json(problems: Iterable[Problem]) -> str:
    """Write problems as JSON for editors and other programs: ``{"errors", "warnings", "problems": [{file, line, rule, …}]}``."""
    found = ordered(problems)
    errors, warnings = counts(found)
    listed = [
        {
            "file": one.file,
            "line": one.line,
            "severity": one.severity.value,
            "rule": one.rule,
            "message": dict(one.message),
            "fix": dict(one.fix),
        }
        for one in found
    ]
    return json.dumps({"errors": errors, "warnings": warnings, "problems": listed}, ensure_ascii=False, indent=2)


def render_changes(changes: Iterable[Change], locale: str) -> str:
    """Write what changed between two versions, and under each what people at work will notice."""
    lines = []
    for one in changes:
        lines.append(f"- {pick(one.message, locale)}")
        if one.notice:
            lines.append(f"  {pick(one.notice, locale)}")
    return "\n".join(lines) or pick(_SAME, locale)
