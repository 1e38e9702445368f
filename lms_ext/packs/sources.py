"""Text files of a pack: decoded, with ends of lines made one, comments taken out where the reader must not see them."""

import re
from dataclasses import dataclass
from pathlib import Path

from lms_ext.domain.problems import Problem
from lms_ext.packs.paths import TEXT_LIMIT, read
from lms_ext.packs.rules import problem

_BOM = b"\xef\xbb\xbf"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_MARK = re.compile(r"^ {0,3}(?P<fence>`{3,}|~{3,})|(?P<ticks>`+)|(?P<comment><!--)", re.MULTILINE)
_SPAN_LIMIT = 2_000
"""Most characters of code between backticks; keeps the search linear."""


@dataclass(frozen=True, slots=True)
class Source:
    """A text file as written; `lines` count from 1 in problems."""

    file: str
    text: str

    @property
    def lines(self) -> list[str]:
        """Give the lines without their ends."""
        return self.text.split("\n")

    def line_with(self, needle: str, start: int = 1) -> int | None:
        """Find the first line, at or after `start`, that holds `needle`."""
        for number, line in enumerate(self.lines[start - 1 :], start=start):
            if needle in line:
                return number
        return None


def control_character(value: str) -> tuple[int, str] | None:
    """Find a character that must not be in a text: (its place, its code)."""
    found = _CONTROL.search(value)
    return (found.start(), f"U+{ord(found[0]):04X}") if found else None


def open_source(folder: Path, name: str) -> tuple[Source | None, list[Problem]]:
    """Read a text file of the pack. Raises Refused when the file itself cannot be used."""
    data = read(folder, name, TEXT_LIMIT)
    problems = []
    if data.startswith(_BOM):
        problems.append(problem("bom", name, 1))
        data = data[len(_BOM) :]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return None, [problem("not-utf8", name, data.count(b"\n", 0, error.start) + 1)]
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    control = control_character(text)
    if control:
        place, code = control
        return None, [*problems, problem("control-character", name, text.count("\n", 0, place) + 1, code=code)]
    return Source(name, text), problems


def without_comments(markdown: str) -> str:
    """Blank out ``<!-- … -->`` outside code, keeping every line where it was, so authors may leave notes for each other."""
    kept: list[str] = []
    place, comment_end = 0, markdown.rfind("-->")
    while (mark := _MARK.search(markdown, place)) is not None:
        end = _end(markdown, mark)
        if mark["comment"] is None:
            kept.append(markdown[place:end])
        elif mark.end() > comment_end:
            break
        else:
            before = markdown[place : mark.start()]
            kept.append(before.rstrip(" \t") if markdown[end : end + 1] in {"", "\n"} else before)
            kept.append("\n" * markdown.count("\n", mark.start(), end))
        place = end
    return "".join([*kept, markdown[place:]])


def _end(markdown: str, mark: re.Match[str]) -> int:
    """Give the place behind a comment or code, or behind its opening mark when it is never closed."""
    if mark["comment"]:
        return markdown.find("-->", mark.end()) + 3
    if mark["fence"]:
        fence = mark["fence"]
        closing = re.compile(rf"^ {{0,3}}{fence[0]}{{{min(len(fence), 100)},}}[ \t]*$", re.MULTILINE).search(markdown, mark.end())
        return closing.end() if closing else len(markdown)
    paragraph = markdown.find("\n\n", mark.end())
    limit = min(len(markdown) if paragraph < 0 else paragraph, mark.end() + _SPAN_LIMIT)
    ticks = mark["ticks"]
    found = re.compile(rf"(?<!`)`{{{len(ticks)}}}(?!`)").search(markdown, mark.end(), limit) if len(ticks) <= 8 else None
    return found.end() if found else mark.end()
