"""A source file as the word rules see it: prose without addresses, ids and wrong answers, and who opted out where."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from lms_ext.packs.sources import Source

_OPT_OUT = re.compile(r"(?:<!--|(?:^|\s)#)\s*lint:\s*ok\b(?P<words>[^\n>]*?)\s*(?:-->|$)")
_NOT_PROSE = re.compile(
    r"<!--.*?(?:-->|$)"  # notes between authors
    r"|(?:^|\s)#\s*lint:.*$"
    r"|https?://\S+"
    r"|\]\([^)\s]*"  # the address of a link or picture
    r"|^\s*(?:-\s*)?(?:id|tags|url|activities|experience|type|stimulus):.*$"
)
_ATTRIBUTES = re.compile(r"\{[^{}\n]*\}")  # {#id points=2}, {misconception=slug}
_WRONG_CHOICE = re.compile(r"^\s*[-*] \[ \](?P<said>.*?)(?=:::|$)|^\s*-(?P<distractor>\s*=>.*)$")
_HEADING = re.compile(r"^#{1,6}\s")
REACH = 3
"""How many lines of the same paragraph, before and after, count as the context of a line."""


@dataclass(frozen=True)
class LintText:
    """Lines to look at, the same in number as the file's."""

    source: Source

    @cached_property
    def lines(self) -> list[str]:
        """Give the prose of each line; what is left out becomes spaces, so that places in a line stay."""
        return [_prose(line) for line in self.source.lines]

    @cached_property
    def _opt_outs(self) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        for number, line in enumerate(self.source.lines, start=1):
            mark = _OPT_OUT.search(line)
            if mark:
                words = mark["words"].lower().split()
                found.setdefault(number, []).extend(words or ["*"])
                if not _OPT_OUT.sub("", line).strip():  # a line of its own speaks for the next
                    found.setdefault(number + 1, []).extend(words or ["*"])
        return found

    def allows(self, line: int, rule: str, found: str) -> bool:
        """Tell whether the author marked this line as meant, for this rule or these words."""
        words = self._opt_outs.get(line, ())
        return "*" in words or rule in words or any(one in found.lower() for one in words)

    def context(self, line: int) -> str:
        """Give the text around a line: its paragraph, at most REACH lines each way."""
        first = last = line - 1
        while first > 0 and line - 1 - first < REACH and self.lines[first - 1].strip():
            first -= 1
        while last + 1 < len(self.lines) and last - (line - 1) < REACH and self.lines[last + 1].strip():
            last += 1
        return "\n".join(self.lines[first : last + 1])

    def paragraphs(self) -> Iterator[tuple[int, str]]:
        """Give each run of lines that are not blank, with the number of its first line."""
        yield from self._runs(lambda line: not line.strip(), keep=False)

    def sections(self) -> Iterator[tuple[int, str]]:
        """Give each stretch of a Markdown file from heading to heading, with the number of its first line."""
        yield from self._runs(lambda line: bool(_HEADING.match(line)), keep=True)

    def _runs(self, ends: Callable[[str], bool], *, keep: bool) -> Iterator[tuple[int, str]]:
        start, run = 1, list[str]()
        for number, line in enumerate(self.lines, start=1):
            if ends(line):
                if run:
                    yield start, "\n".join(run)
                start, run = (number, [line]) if keep else (number + 1, [])
            else:
                run.append(line)
        if run:
            yield start, "\n".join(run)


def _prose(line: str) -> str:
    line = _NOT_PROSE.sub(_spaces, line)
    line = _ATTRIBUTES.sub(lambda found: _spaces(found) if "#" in found[0] or "=" in found[0] else found[0], line)
    return _WRONG_CHOICE.sub(_spaces, line)


def _spaces(found: re.Match[str]) -> str:
    return " " * len(found[0])
