"""YAML to plain JSON with the line of every part; nothing is built from a document that could blow up.

Works on the parser's events in one pass, so that a bomb is refused at its first alias and depth and size are bounded before
anything is made of them. Scalars follow YAML 1.2: ``ya``, ``no`` and dates stay texts; keys are always texts.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentStartEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from lms_ext.domain.activities import Json
from lms_ext.domain.problems import Problem
from lms_ext.packs.rules import problem
from lms_ext.packs.sources import control_character

NODES_LIMIT = 50_000
DEPTH_LIMIT = 20

Place = tuple[str | int, ...]
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_ODD_NUMBER = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_WORDS: Mapping[str, Json] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip


def _joined(value: str) -> str:
    """Join the two halves in which JSON writes characters beyond U+FFFF; a half that stands alone stays, to be reported."""
    try:
        return value.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        return value


@dataclass(frozen=True, slots=True)
class Tree:
    """Plain JSON and, for every path into it, the 1-based line where that part stands."""

    value: Json
    lines: Mapping[Place, int]
    texts: Mapping[Place, int] = field(default_factory=dict)
    """Where a text begins on a later line than its key: below ``|``, for instance."""


def line_of(lines: Mapping[Place, int], place: Place) -> int:
    """Give the line of a part, or of the nearest part around it; 0 when none is known."""
    for length in range(len(place), -1, -1):
        if place[:length] in lines:
            return lines[place[:length]]
    return 0


class _Stop(Exception):
    """Ends the reading of one file; never leaves this module."""

    def __init__(self, found: Problem) -> None:
        self.found = found


@dataclass
class _Open:
    """A mapping or list that is being filled."""

    place: Place
    into: dict[str, Json] | list[Json]
    key: str | None = None
    skip: bool = False
    """The key is a duplicate: its value is read and dropped."""


@dataclass
class _Builder:
    file: str
    offset: int
    problems: list[Problem] = field(default_factory=list)
    lines: dict[Place, int] = field(default_factory=dict)
    texts: dict[Place, int] = field(default_factory=dict)
    stack: list[_Open] = field(default_factory=list)
    root: Json = None
    nodes: int = 0
    documents: int = 0

    def take(self, event: Any) -> None:
        line = event.start_mark.line + 1 + self.offset
        if isinstance(event, DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise _Stop(problem("yaml-documents", self.file, line))
        elif isinstance(event, NodeEvent):
            self._guard(event, line)
            self._node(event, line)
        elif isinstance(event, CollectionEndEvent):
            self.stack.pop()

    def _guard(self, event: NodeEvent, line: int) -> None:
        if isinstance(event, AliasEvent) or event.anchor is not None:
            raise _Stop(problem("yaml-alias", self.file, line))
        if getattr(event, "tag", None) is not None:
            raise _Stop(problem("yaml-tag", self.file, line))
        self.nodes += 1
        if self.nodes > NODES_LIMIT:
            raise _Stop(problem("yaml-too-large", self.file, line, limit=f"{NODES_LIMIT} bagian (parts)"))
        if len(self.stack) >= DEPTH_LIMIT and not isinstance(event, ScalarEvent):
            raise _Stop(problem("yaml-too-large", self.file, line, limit=f"{DEPTH_LIMIT} tingkat (levels)"))

    def _node(self, event: NodeEvent, line: int) -> None:
        top = self.stack[-1] if self.stack else None
        if top and isinstance(top.into, dict) and top.key is None:
            self._key(top, event, line)
            return
        place = self._place(top)
        if not (top and isinstance(top.into, dict)):  # a mapping's value keeps the line of its key
            self.lines[place] = line
        begins = line + (getattr(event, "style", None) in {"|", ">"})
        if isinstance(event, ScalarEvent) and begins != self.lines.get(place):
            self.texts[place] = begins
        value = self._value(event, line)
        self._attach(top, value)
        if isinstance(value, (dict, list)):
            self.stack.append(_Open(place, value))

    def _key(self, top: _Open, event: NodeEvent, line: int) -> None:
        if not isinstance(event, ScalarEvent):
            raise _Stop(problem("yaml-key", self.file, line))
        key = str(event.value)
        top.key, place = key, (*top.place, key)
        top.skip = isinstance(top.into, dict) and key in top.into
        if top.skip:
            self.problems.append(problem("duplicate-key", self.file, line, key=key, first=self.lines[place]))
        else:
            self.lines[place] = line

    @staticmethod
    def _place(top: _Open | None) -> Place:
        if top is None:
            return ()
        if isinstance(top.into, dict):
            # The parts of a dropped duplicate get a place of their own, so that they cannot move the first one's lines.
            return (*top.place, f"\0{top.key}" if top.skip else str(top.key))
        return (*top.place, len(top.into))

    def _attach(self, top: _Open | None, value: Json) -> None:
        if top is None:
            self.root = value
        elif isinstance(top.into, list):
            top.into.append(value)
        else:
            if not top.skip:
                top.into[str(top.key)] = value
            top.key, top.skip = None, False

    def _value(self, event: NodeEvent, line: int) -> Json:
        if isinstance(event, MappingStartEvent):
            return {}
        if isinstance(event, SequenceStartEvent):
            return []
        value = _joined(str(getattr(event, "value", "")))
        control = control_character(value)
        if control:
            self.problems.append(problem("control-character", self.file, line, code=control[1]))
            return ""
        plain = bool(getattr(event, "implicit", (False, False))[0])
        return self._scalar(value, line) if plain else value

    def _scalar(self, value: str, line: int) -> Json:
        if value in _WORDS:
            return _WORDS[value]
        if _INTEGER.fullmatch(value):
            return int(value)
        if _ODD_NUMBER.fullmatch(value):
            self.problems.append(problem("yaml-number", self.file, line, value=value))
            return None
        if len(value) < 60 and _FLOAT.fullmatch(value):
            number = float(value)
            if math.isfinite(number):
                return number
            self.problems.append(problem("yaml-number", self.file, line, value=value))
            return None
        return value


def parse(text: str, file: str, *, first_line: int = 1) -> tuple[Tree | None, list[Problem]]:
    """Read YAML; gives (tree, problems), no tree when the text cannot be read at all. Lines count from `first_line`."""
    builder = _Builder(file, first_line - 1)
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            builder.take(event)
    except _Stop as stop:
        return None, [*builder.problems, stop.found]
    except MarkedYAMLError as error:
        return None, [*builder.problems, _syntax(error, file, first_line)]
    except YAMLError as error:
        return None, [*builder.problems, problem("yaml-syntax", file, first_line, detail=error)]
    builder.lines.setdefault((), first_line)
    return Tree(builder.root, builder.lines, builder.texts), builder.problems


def _syntax(error: MarkedYAMLError, file: str, first_line: int) -> Problem:
    mark = error.problem_mark or error.context_mark
    line = first_line + mark.line if mark else first_line
    detail = " ".join(str(part) for part in (error.context, error.problem) if part)
    if "quoted scalar" in detail and error.context_mark:
        return problem("yaml-quote", file, first_line + error.context_mark.line)
    if "mapping values are not allowed" in detail:
        return problem("yaml-colon", file, line)
    if "'\\t'" in detail:
        return problem("yaml-tab", file, line)
    return problem("yaml-syntax", file, line, detail=detail)
