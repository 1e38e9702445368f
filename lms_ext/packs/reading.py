"""A folder to a pack, or to everything that is wrong with it at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from marshmallow import ValidationError

from lms_ext.domain.activities import Json
from lms_ext.domain.activity_types import ActivityType, PackFormat
from lms_ext.domain.packs import Pack
from lms_ext.domain.problems import Problem, Severity
from lms_ext.packs.activity_files import ActivityFile, ActivityReader
from lms_ext.packs.assets import Assets, collect
from lms_ext.packs.building import build_pack
from lms_ext.packs.lint import lint_sources, lint_units
from lms_ext.packs.paths import FILES_LIMIT, Refused, walk
from lms_ext.packs.rules import ordered, problem
from lms_ext.packs.schema_errors import Reader, wrong_kind
from lms_ext.packs.schemas import PackSchema
from lms_ext.packs.sources import Source, open_source
from lms_ext.packs.yaml_tree import Tree, line_of, parse

PACK_FILE = "pack.yaml"
_UNNAMED = ("readme", "license", "licence", "changelog")


@dataclass(frozen=True, slots=True)
class Loaded:
    """What reading a folder gave: a pack when there is no error, and all problems either way."""

    pack: Pack | None
    problems: tuple[Problem, ...]
    blobs: Mapping[str, bytes] = field(default_factory=dict)
    """Contents of the pack's assets by path, for publishing."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Activity id to the file that wrote it, so that later checks can name the file."""
    read: int = 0
    """How many files were read: pack.yaml, activities, pictures and attachments."""

    def with_problems(self, more: Iterable[Problem]) -> "Loaded":
        """Add what plugins found in the whole pack (`check_pack`); an error among it takes the pack away.

        Plugins know activities, not files: a problem whose ``file`` is an activity's id gets the file that wrote it.
        """
        placed = [replace(one, file=self.files.get(one.file, one.file) or PACK_FILE) for one in more]
        broken = any(one.severity == Severity.ERROR for one in placed)
        return replace(self, pack=None if broken else self.pack, problems=ordered([*self.problems, *placed]))


@dataclass
class _Outline:
    """pack.yaml as far as it could be read."""

    tree: Tree | None = None
    head: dict[str, Any] | None = None
    units: list[list[tuple[str, int]]] = field(default_factory=list)
    """For each unit, the files it names with the line that names them."""


def read_pack(folder: Path, types: Mapping[str, ActivityType], formats: Mapping[str, PackFormat]) -> Loaded:
    """Read and check a pack folder with the types and formats of the enabled plugins; never raises on an author's mistake."""
    problems: list[Problem] = []
    try:
        source, problems = open_source(folder, PACK_FILE)
    except Refused as why:
        found = problem("no-pack", PACK_FILE) if why.rule == "file-missing" else why.at(PACK_FILE)
        return Loaded(None, (found,))
    if source is None:
        return Loaded(None, ordered(problems), read=1)
    outline = _outline(source, problems)
    reader = ActivityReader(folder, types, formats)
    units = [[reader.read(name, line) for name, line in unit] for unit in outline.units]
    files = [one for unit in units for one in unit]
    assets = collect(folder, [use for one in files for use in one.uses])
    problems += [found for one in files for found in one.problems] + assets.problems
    problems += _duplicate_ids(files) + _unused(folder, files, assets)
    problems += lint_sources([source, *(one.source for one in files if one.source)])
    if outline.tree:
        problems += lint_units(outline.tree, [[one.head for one in unit] for unit in units])
    count = 1 + sum(one.source is not None for one in files) + len(assets.assets)
    named = {one.claimed_id: one.file for one in files if one.claimed_id}
    if outline.head is None or any(one.severity == Severity.ERROR for one in problems):
        return Loaded(None, ordered(problems), files=named, read=count)
    return Loaded(_build(outline.head, units, assets), ordered(problems), assets.blobs, named, count)


def _outline(source: Source, problems: list[Problem]) -> _Outline:
    tree, found = parse(source.text, source.file)
    problems += found
    outline = _Outline(tree)
    if tree is None:
        return outline
    if not isinstance(tree.value, dict):
        problems.append(wrong_kind(source.file, 1, source.file, "mapping"))
        return outline
    schema = PackSchema()
    try:
        outline.head = schema.load(tree.value)
    except ValidationError as error:
        problems += Reader(schema, tree.value, tree.lines, source.file).problems(error.messages)
    if not tree.value.get("sources"):
        problems.append(problem("sources-missing", source.file, line_of(tree.lines, ("sources",))))
    outline.units = _named_files(tree, problems)
    return outline


def _named_files(tree: Tree, problems: list[Problem]) -> list[list[tuple[str, int]]]:
    """List the files of each unit, as far as pack.yaml makes sense, so that they are checked beside its own faults."""
    seen: set[str] = set()
    result = []
    units = tree.value.get("units") if isinstance(tree.value, dict) else None
    for index, unit in enumerate(units if isinstance(units, list) else []):
        named = []
        activities = unit.get("activities") if isinstance(unit, dict) else None
        for place, name in enumerate(activities if isinstance(activities, list) else []):
            line = line_of(tree.lines, ("units", index, "activities", place))
            if not isinstance(name, str):
                continue  # the schema says so
            if name.casefold() in seen:
                problems.append(problem("listed-twice", PACK_FILE, line, path=name))
            else:
                seen.add(name.casefold())
                named.append((name, line))
        result.append(named)
    return result


def _duplicate_ids(files: list[ActivityFile]) -> list[Problem]:
    first: dict[str, ActivityFile] = {}
    found = []
    for one in files:
        if one.claimed_id is None:
            continue
        other = first.setdefault(one.claimed_id, one)
        if other is not one:
            where = f"{other.file}:{other.id_line}"
            found.append(problem("duplicate-id", one.file, one.id_line, value=one.claimed_id, other=where))
    return found


def _unused(folder: Path, files: list[ActivityFile], assets: Assets) -> list[Problem]:
    used = {PACK_FILE} | {one.file for one in files} | {use.reference.path for one in files for use in one.uses}
    found = []
    for number, name in enumerate(walk(folder), start=1):
        if number > FILES_LIMIT:
            return [problem("too-many-files", PACK_FILE, limit=FILES_LIMIT)]
        stem = name.rpartition("/")[2].lower()
        if name not in used and name not in assets.assets and not stem.startswith(_UNNAMED):
            found.append(problem("unused-file", name))
    return found


def _build(head: Mapping[str, Any], units: list[list[ActivityFile]], assets: Assets) -> Pack:
    document: dict[str, Json] = dict(head)
    document["units"] = [
        {**unit, "activities": [one.head for one in files]} for unit, files in zip(head["units"], units, strict=True)
    ]
    document["assets"] = {
        path: {"media_type": one.media_type, "sha256": one.sha256, "size": one.size}
        for path, one in sorted(assets.assets.items())
    }
    configs = {one.head["id"]: one.config for files in units for one in files if one.head}
    return build_pack(document, configs)
