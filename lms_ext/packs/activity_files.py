"""One file of a pack to one activity: head, body, config checked by its type, texts looked through."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from marshmallow import ValidationError

from lms_ext.domain.activities import Json
from lms_ext.domain.activity_types import ActivityType, PackFormat, Reading
from lms_ext.domain.problems import Problem, Severity
from lms_ext.packs.assets import Use
from lms_ext.packs.markdown import raw_html, references
from lms_ext.packs.maths import Formulas
from lms_ext.packs.paths import Refused
from lms_ext.packs.rules import nearest, problem
from lms_ext.packs.schema_errors import Reader, wrong_kind
from lms_ext.packs.schemas import ActivitySchema, FrontSchema
from lms_ext.packs.snapshots import PLUGIN_FAULTS, load_config
from lms_ext.packs.sources import Source, open_source, without_comments
from lms_ext.packs.yaml_tree import Place, Tree, line_of, parse

YAML_SUFFIXES = (".yaml", ".yml")
_MARK = "---"


@dataclass
class ActivityFile:
    """What was made of a file; `head` (with ``config``) is None while it has errors."""

    file: str
    source: Source | None = None
    head: dict[str, Any] | None = None
    config: object = None
    id_line: int = 0
    claimed_id: str | None = None
    """The id as written, valid or not, so that duplicates are seen beside other errors."""
    uses: list[Use] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass
class _Parts:
    """A file taken apart, before any schema saw it."""

    tree: Tree
    kind: str
    config: dict[str, Json]
    lines: dict[Place, int]
    """Path into the config to line."""
    texts: Mapping[Place, int]
    """Where texts of the config begin, if not on their own line."""


class ActivityReader:
    """Reads activity files with the types and formats of the enabled plugins."""

    def __init__(self, folder: Path, types: Mapping[str, ActivityType], formats: Mapping[str, PackFormat]) -> None:
        self.folder = folder
        self.types = types
        self.formats = {one.suffix: one for one in formats.values()}

    def read(self, name: str, named_at: int) -> ActivityFile:
        """Read the file `name`, which pack.yaml names on line `named_at`."""
        result = ActivityFile(name)
        suffix = self._suffix(name)
        if suffix is None:
            known = ", ".join([*sorted(self.formats), *YAML_SUFFIXES])
            result.problems.append(problem("unknown-format", "pack.yaml", named_at, path=name, known=known))
            return result
        try:
            result.source, result.problems = open_source(self.folder, name)
        except Refused as why:
            result.problems.append(why.at("pack.yaml", named_at))
        if result.source:
            parts = self._yaml(result) if suffix in YAML_SUFFIXES else self._markdown(result, self.formats[suffix])
            if parts:
                self._finish(result, parts, suffix)
        return result

    def _suffix(self, name: str) -> str | None:
        fitting = [one for one in (*self.formats, *YAML_SUFFIXES) if name.endswith(one)]
        return max(fitting, key=len, default=None)

    def _yaml(self, result: ActivityFile) -> _Parts | None:
        tree = self._tree(result, result.source.text if result.source else "", 1)
        if tree is None or not isinstance(tree.value, dict):
            return None
        config = tree.value.get("config")
        lines = _below(tree.lines, "config")
        if isinstance(config, dict):
            config = tree.value["config"] = _uncommented(config)
        kind = tree.value.get("type")
        return _Parts(
            tree,
            kind if isinstance(kind, str) else "",
            config if isinstance(config, dict) else {},
            lines,
            _below(tree.texts, "config"),
        )

    def _tree(self, result: ActivityFile, text: str, first_line: int) -> Tree | None:
        tree, problems = parse(text, result.file, first_line=first_line)
        result.problems += problems
        if tree is not None and not isinstance(tree.value, dict):
            result.problems.append(wrong_kind(result.file, first_line, result.file, "mapping"))
        return tree

    def _markdown(self, result: ActivityFile, reader: PackFormat) -> _Parts | None:
        lines = result.source.lines if result.source else []
        end = next((index for index, line in enumerate(lines) if index and line.rstrip() == _MARK), None)
        if not lines or lines[0].rstrip() != _MARK or end is None:
            result.problems.append(problem("front-matter", result.file, 1))
            return None
        tree = self._tree(result, "\n".join(lines[1:end]), 2)
        body = self._body(result, reader, "\n".join(lines[end + 1 :]), end + 2)
        if tree is None or not isinstance(tree.value, dict) or body is None:
            return None
        kind = tree.value.get("type", reader.type)
        if kind != reader.type:
            line = line_of(tree.lines, ("type",))
            result.problems.append(problem("type-mismatch", result.file, line, expected=reader.type, value=kind))
        settings = tree.value.get("settings")
        merged = {**body.config, **(settings if isinstance(settings, dict) else {})}
        places = {**body.lines, **_below(tree.lines, "settings"), (): end + 2}
        return _Parts(tree, reader.type, merged, places, _below(tree.texts, "settings"))

    def _body(self, result: ActivityFile, reader: PackFormat, body: str, first_line: int) -> Reading | None:
        try:
            reading = reader.read(without_comments(body), result.file, first_line)
            plain = json.loads(json.dumps(dict(reading.config), allow_nan=False))
            result.problems += reading.problems
            return Reading(plain, dict(reading.lines))
        except PLUGIN_FAULTS as error:
            result.problems.append(
                problem("plugin-crashed", result.file, first_line, value=reader.type, error=type(error).__name__)
            )
            return None

    def _finish(self, result: ActivityFile, parts: _Parts, suffix: str) -> None:
        head = parts.tree.value if isinstance(parts.tree.value, dict) else {}
        result.id_line = line_of(parts.tree.lines, ("id",))
        claimed = head.get("id")
        result.claimed_id = claimed if isinstance(claimed, str) else None
        schema = ActivitySchema() if suffix in YAML_SUFFIXES else FrontSchema()
        loaded: dict[str, Any] = {}
        try:
            loaded = schema.load(head)
        except ValidationError as error:
            result.problems += Reader(schema, head, parts.tree.lines, result.file).problems(error.messages)
        if parts.kind:
            self._check_type(result, parts, has_rubric="rubric" in head)
        self._look_through(result, parts)
        if not any(one.severity == Severity.ERROR for one in result.problems):
            loaded.pop("settings", None)
            result.head = loaded | {"type": parts.kind, "config": parts.config}

    def _check_type(self, result: ActivityFile, parts: _Parts, *, has_rubric: bool) -> None:
        kind = self.types.get(parts.kind)
        line = line_of(parts.tree.lines, ("type",))
        if kind is None:
            known = ", ".join(sorted(self.types)) or "-"
            near = nearest(parts.kind, self.types)
            result.problems.append(problem("unknown-type", result.file, line, value=parts.kind, known=known, near=near))
            return
        if has_rubric and not kind.wants.marking:
            line = line_of(parts.tree.lines, ("rubric",))
            result.problems.append(problem("rubric-unused", result.file, line, value=parts.kind))
        try:
            result.config = load_config(kind, parts.config)
        except ValidationError as error:
            schema = type(kind).config_schema()
            result.problems += Reader(schema, parts.config, parts.lines, result.file).problems(error.messages)
        except PLUGIN_FAULTS as error:
            result.problems.append(problem("plugin-crashed", result.file, line, value=parts.kind, error=type(error).__name__))

    def _look_through(self, result: ActivityFile, parts: _Parts) -> None:
        maths = Formulas()
        for place, value in _texts(parts.config):
            start = parts.texts.get(place) or line_of(parts.lines, place)
            for reference in references(value):
                result.uses.append(Use(result.file, self._line(result, start, reference.path, reference.line), reference))
            for tag, line in raw_html(value):
                where = self._line(result, start, tag.rstrip(">"), line)
                result.problems.append(problem("raw-html", result.file, where, tag=tag))
            if "$" in value:
                for one in maths.faults(value):
                    where = self._line(result, start, one.needle, one.line)
                    result.problems.append(problem(one.rule, result.file, where, **one.values))

    @staticmethod
    def _line(result: ActivityFile, start: int, needle: str, line: int) -> int:
        # A text's lines need not be the file's (folded YAML, a reader's own notation): look for the words themselves.
        guess = start + line - 1
        if result.source is None or any(needle in one for one in result.source.lines[max(guess - 1, 0) : guess]):
            return guess
        return result.source.line_with(needle, max(start, 1)) or guess


def _texts(value: Json, place: Place = ()) -> Iterator[tuple[Place, str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from _texts(one, (*place, key))
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from _texts(one, (*place, index))


def _below(places: Mapping[Place, int], key: str) -> dict[Place, int]:
    return {place[1:]: line for place, line in places.items() if place[:1] == (key,)}


def _uncommented(value: Any) -> Any:
    if isinstance(value, str):
        return without_comments(value)
    if isinstance(value, dict):
        return {key: _uncommented(one) for key, one in value.items()}
    return [_uncommented(one) for one in value] if isinstance(value, list) else value
