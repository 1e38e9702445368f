"""Text files of a pack: decoded, with ends of lines made one, comments taken out where the reader must not see them."""

import re
from dataclasses import dataclass
from pathlib import Path

from lms_ext.domain.problems import Problem
from lms_ext.packs.paths import TEXT_LIMIT, read
from lms_ext.packs.rules import problem

_BOM = b"\xef\xbb\xbf"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_CODE_OR_COMMENT = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)|<!--.*?-->", re.DOTALL)


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
        if not needle:
            return None
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
    if "<!--" not in markdown:
        return markdown
    kept: list[str] = []
    prose: list[str] = []
    fence = ""
    for line in markdown.split("\n"):
        mark = _FENCE.match(line)
        if fence:
            kept.append(line)
            fence = "" if mark and mark[1].startswith(fence) and not line.strip().strip(fence[0]) else fence
        elif mark and not _inside_comment(prose):
            kept.extend(_blanked(prose))
            prose, fence = [], mark[1]
            kept.append(line)
        else:
            prose.append(line)
    return "\n".join([*kept, *_blanked(prose)])


def _inside_comment(lines: list[str]) -> bool:
    text = "\n".join(lines)
    return text.rfind("<!--") > text.rfind("-->")


def _blanked(lines: list[str]) -> list[str]:
    if not lines:
        return []
    blank = _CODE_OR_COMMENT.sub(lambda found: found[0] if found[1] else "\n" * found[0].count("\n"), "\n".join(lines))
    return [line.rstrip() if line != old else line for line, old in zip(blank.split("\n"), lines, strict=True)]
