"""Quizzes as people write them in a text editor, ``.quiz.md``, to the plain config of the full form.

    # Bubur kacang hijau {#resep}                    a shared text (stimulus), until the next heading
    Resep untuk 8 orang: …

    ## Gula aren {#gula points=2 stimulus=resep}     a question: title, id; also type=, unit=, partial=
    Berapa gram gula aren untuk 40 orang?            the question in CommonMark; without it the title is the question
    - [x] 750 gram ::: Tepat.                        a right choice and its feedback
    - [ ] 190 gram ::: Anda menambah. {misconception=menambah}
    = 3,14 ± 0,01 {fraction=0,5} ::: Lebih teliti.   an accepted number or text; ``*`` in a text stands for anything
    - Memahami => lipatan kertas                     a pair to match; ``- => …`` is a right-hand side without a partner
    ? Resepnya diulang berapa kali?                  a hint
    ! 150 x 5 = 750.                                 the solution

Indented lines continue the line before. Without ``type=`` the answers tell: one ``[x]`` single, more multiple, pairs
matching, ``= benar`` truefalse, numbers numeric, else text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from lms_ext.api import Problem, Reading
from lms_ext_quiz import faults
from lms_ext_quiz.attributes import Marked, id_from, marked
from lms_ext_quiz.numbers import readings
from lms_ext_quiz.schema import truth

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_HEADING = re.compile(r"(#{1,2})[ \t]+(.*)\Z")
_CHOICE = re.compile(r"[-*+] \[([ xX])\](?:[ \t]+(.*))?\Z")
_BOX = re.compile(r"[-*+] ?\[[^\]]{0,2}\](?!\()")
_PAIR = re.compile(r"[-*+][ \t]+(?:(.*?)[ \t]+)?=>(?:[ \t]+(.*))?\Z")
_LINE = re.compile(r"([=?!])(?:[ \t]+(.*))?\Z")
_FEEDBACK = re.compile(r"(?:^|(?<=\s)):::(?:\s+|$)")
_TOLERANCE = re.compile(r"\s*(?:±|\+/-|\+-)\s*")
_HEAD_KEYS = ("type", "points", "partial", "unit", "stimulus")


@dataclass
class _Item:
    """One marked line with its continuation."""

    mark: str
    line: int
    text: str
    more: str = ""


@dataclass
class _Block:
    """What stands under one heading."""

    head: Marked
    level: int
    line: int
    text: list[str] = field(default_factory=list)
    text_line: int = 0
    items: list[_Item] = field(default_factory=list)

    def words(self) -> str:
        """Give the free text."""
        return "\n".join(self.text).strip()


class _Reader:
    def __init__(self, file: str, first_line: int) -> None:
        self.file = file
        self.first = first_line
        self.problems: list[Problem] = []
        self.lines: dict[tuple[str | int, ...], int] = {}

    def fault(self, rule: str, line: int, **values: object) -> None:
        self.problems.append(faults.problem(rule, self.file, line, **values))

    # From lines to blocks

    def blocks(self, body: str) -> list[_Block]:
        found: list[_Block] = []
        told = False
        for number, line, code in _lines(body):
            heading = None if code else _HEADING.match(line)
            if heading:
                found.append(_Block(marked(heading[2]), len(heading[1]), self.first + number))
            elif found:
                self._take(found[-1], line, self.first + number, code=code)
            elif line.strip() and not told:
                told = True
                self.fault("quiz-before-first", self.first + number)
        return found

    def _take(self, block: _Block, line: str, number: int, *, code: bool) -> None:
        item = None if code or block.level == 1 else self._item(line, number)
        if item:
            block.items.append(item)
        elif not block.items:
            if line.strip() and not block.text_line:
                block.text_line = number
            if block.text_line:
                block.text.append(line)
        elif code or not line.strip() or line[0] in " \t":
            block.items[-1].text += "\n" + line.removeprefix("  ")
        else:
            self.fault("quiz-stray", number, value=line)

    def _item(self, line: str, number: int) -> _Item | None:
        if choice := _CHOICE.match(line):
            return _Item("x" if choice[1] in "xX" else "o", number, choice[2] or "")
        if _BOX.match(line):
            self.fault("quiz-box", number, value=line)
            return _Item("o", number, line.partition("]")[2].strip())
        if pair := _PAIR.match(line):
            return _Item("-", number, pair[1] or "", pair[2] or "")
        if written := _LINE.match(line):
            return _Item(written[1], number, written[2] or "")
        return None

    # From blocks to config

    def config(self, blocks: list[_Block]) -> dict[str, Any]:
        stimuli: list[dict[str, Any]] = []
        questions: list[dict[str, Any]] = []
        for one in blocks:
            if one.level == 1:
                self.lines["stimuli", len(stimuli)] = one.line
                self.lines["stimuli", len(stimuli), "text"] = one.text_line or one.line
                stimuli.append(self._stimulus(one))
            else:
                self.lines["questions", len(questions)] = one.line
                questions.append(self._question(one, ("questions", len(questions))))
        config: dict[str, Any] = {"questions": questions}
        return config | ({"stimuli": stimuli} if stimuli else {})

    def _head(self, block: _Block, keys: tuple[str, ...]) -> dict[str, Any]:
        self._known(block.head, keys, block.line)
        if not block.head.id:
            self.fault("quiz-no-id", block.line, value=block.head.text, near=id_from(block.head.text, plain=True) or "soal-1")
        return {"id": block.head.id} if block.head.id else {}

    def _known(self, head: Marked, keys: tuple[str, ...], line: int) -> None:
        for name in head.twice:
            self.fault("quiz-attribute-twice", line, value=name)
        for name in head.values.keys() - set(keys):
            near = get_close_matches(name, keys, 1)
            self.fault("quiz-attribute", line, value=name, known=", ".join(keys) or "-", near=near[0] if near else "")

    def _stimulus(self, block: _Block) -> dict[str, Any]:
        shared = self._head(block, ()) | {"text": block.words()}
        return shared | ({"title": block.head.text} if block.head.text else {})

    def _question(self, block: _Block, place: tuple[str | int, ...]) -> dict[str, Any]:
        head = block.head
        asked = self._head(block, _HEAD_KEYS) | {name: head.values[name] for name in _HEAD_KEYS if name in head.values}
        asked["type"] = head.values.get("type") or _kind(block.items)
        if re.fullmatch(r"[0-9]{1,9}", str(asked.get("points", ""))):
            asked["points"] = int(asked["points"])
        stem = block.words()
        asked |= {"title": head.text, "stem": stem} if stem and head.text else {"stem": stem or head.text}
        self.lines[*place, "stem"] = block.text_line or block.line
        for item in block.items:
            self._add(asked, item, place)
        return asked

    def _add(self, asked: dict[str, Any], item: _Item, place: tuple[str | int, ...]) -> None:
        words = item.text.strip()
        if item.mark in "xo":
            self._append(asked, "choices", self._choice(item), item, place)
        elif item.mark == "=":
            self._append(asked, "answers", self._answer(item, numeric=asked["type"] == "numeric"), item, place)
        elif item.mark == "?":
            self._append(asked, "hints", words, item, place)
        elif item.mark == "-" and words:
            self._append(asked, "pairs", self._pair(item), item, place)
        elif item.mark == "-":
            self._append(asked, "extra", item.more.strip(), item, place)
        elif "solution" in asked:
            self.fault("quiz-second-solution", item.line)
        else:
            asked["solution"] = words
            self.lines[*place, "solution"] = item.line

    def _append(self, asked: dict[str, Any], name: str, value: Any, item: _Item, place: tuple[str | int, ...]) -> None:
        rows = asked.setdefault(name, [])
        self.lines[*place, name, len(rows)] = item.line
        self.lines.setdefault((*place, name), item.line)
        rows.append(value)

    def _split(self, item: _Item, keys: tuple[str, ...]) -> tuple[Marked, dict[str, Any]]:
        """Take feedback and attributes off a line; attributes may stand before or after the feedback."""
        parts = _FEEDBACK.split(item.text, maxsplit=1)
        words, said = marked(parts[0]), marked(parts[1] if len(parts) > 1 else "")
        both = words.with_more(said)
        self._known(both, keys, item.line)
        if len(parts) > 1 and not said.text:
            self.fault("quiz-empty-feedback", item.line)
        return both, {"feedback": said.text} if said.text else {}

    def _choice(self, item: _Item) -> dict[str, Any]:
        words, feedback = self._split(item, ("misconception",))
        made: dict[str, Any] = {"id": words.id or id_from(words.text), "text": words.text} | words.values | feedback
        return made | ({"correct": True} if item.mark == "x" else {})

    def _answer(self, item: _Item, *, numeric: bool) -> dict[str, Any]:
        words, feedback = self._split(item, ("fraction", "tolerance"))
        if words.id:
            self.fault("quiz-attribute", item.line, value="#" + words.id, known="fraction, tolerance", near="")
        made: dict[str, Any] = {"value": words.text} | words.values | feedback
        parts = _TOLERANCE.split(words.text, maxsplit=1)
        if numeric and len(parts) == 2:
            made |= {"value": parts[0], "tolerance": parts[1]}
        share = readings(str(made.get("fraction", "")))
        if share:
            made["fraction"] = float(share[-1])
        return made

    def _pair(self, item: _Item) -> dict[str, Any]:
        left = marked(item.text)
        self._known(left, (), item.line)
        return {"id": left.id or id_from(left.text), "left": left.text, "right": item.more.strip()}


def read(body: str, file: str, first_line: int) -> Reading:
    """Read a quiz; an author's mistakes come back as problems."""
    reader = _Reader(file, first_line)
    blocks = reader.blocks(body)
    if not any(one.level > 1 for one in blocks):
        reader.fault("quiz-no-question", first_line)
        return Reading({}, {}, tuple(reader.problems))
    config = reader.config(blocks)
    return Reading(config, reader.lines, tuple(reader.problems))


def _lines(body: str) -> Iterator[tuple[int, str, bool]]:
    """Give every line with its place and whether it is inside a fenced code block."""
    fence = ""
    for number, line in enumerate(body.split("\n")):
        found = _FENCE.match(line)
        if fence:
            yield number, line, True
            if found and found[1].startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
        else:
            fence = found[1] if found else ""
            yield number, line, bool(found)


def _kind(items: list[_Item]) -> str:
    marks = [one.mark for one in items]
    if "-" in marks:
        return "matching"
    if "x" in marks or "o" in marks:
        return "multiple" if marks.count("x") > 1 else "single"
    written = [marked(_FEEDBACK.split(one.text, maxsplit=1)[0]).text for one in items if one.mark == "="]
    if written and all(truth(one) is not None for one in written):
        return "truefalse"
    numbers = written and all(readings(_TOLERANCE.split(one, maxsplit=1)[0]) for one in written)
    return "numeric" if numbers else "text"
