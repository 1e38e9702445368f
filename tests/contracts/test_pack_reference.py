"""The pack reference is true: its examples are one clean pack, and it names every rule and every command."""

import re
from pathlib import Path

import pytest

from lms_ext.cli_packs import pack as pack_commands
from lms_ext.defaults import builtin_plugins
from lms_ext.domain.problems import Severity
from lms_ext.packs.framework import TAGS
from lms_ext.packs.reading import Loaded
from lms_ext.packs.report import render
from lms_ext.packs.rules import RULES
from lms_ext.packs.schemas import ActivitySchema, FrontSchema, PackSchema, RubricSchema, SourceSchema, UnitSchema
from lms_ext.plugin_host import load_plugins
from lms_ext.services import publishing
from lms_ext.settings import Settings
from lms_ext_module import reader
from lms_ext_quiz import faults

_BLOCK = re.compile(r"^`([\w./]+)`\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FENCE = re.compile(r"^```\w+$", re.MULTILINE)
_RULE = re.compile(r"^\| `([a-z0-9-]+)`( \(P\))? \|", re.MULTILINE)


@pytest.fixture(scope="module")
def reference() -> str:
    return (Path(__file__).parents[2] / "docs/packs.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def example(reference: str, tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    """Read the pack that the examples are together."""
    folder = tmp_path_factory.mktemp("rujukan")
    for name, body in _BLOCK.findall(reference):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(body, encoding="utf-8")
    return publishing.read(folder, load_plugins(Settings.plugins, builtin=builtin_plugins(), strict=True))


def test_every_example_is_a_file_of_one_clean_pack(reference: str, example: Loaded) -> None:
    assert len(_BLOCK.findall(reference)) == len(_FENCE.findall(reference)) == example.read
    assert example.problems == (), render(example.problems, "id")


def test_the_examples_show_every_kind_of_question(example: Loaded) -> None:
    assert example.pack is not None
    quiz = next(one for one in example.pack.document["units"][0]["activities"] if one["type"] == "quiz")  # type: ignore[index,call-overload,union-attr]  # plain JSON
    kinds = {one["type"] for one in quiz["config"]["questions"]}  # type: ignore[index,call-overload,union-attr]  # plain JSON
    assert kinds == {"single", "multiple", "truefalse", "numeric", "text", "matching"}


def test_every_rule_is_named_with_its_severity(reference: str) -> None:
    written = {name: bool(warns) for name, warns in _RULE.findall(reference.partition("## Semua aturan")[2])}
    from_plugins = dict.fromkeys(faults.RULES, False)
    modules = (Path(reader.__file__)).read_text(encoding="utf-8")
    from_plugins |= {name: name == "module-section-id" for name in re.findall(r'"(module-[a-z-]+)"', modules)}
    assert written == from_plugins | {name: one.severity == Severity.WARNING for name, one in RULES.items()}


def test_every_key_tag_and_command_is_named(reference: str) -> None:
    for schema in (PackSchema, UnitSchema, SourceSchema, ActivitySchema, FrontSchema, RubricSchema):
        for key in schema().fields:
            assert re.search(rf"\b{key}\b", reference), key
    for tag in TAGS:
        kind, _, name = tag.partition(":")
        assert f"`{kind}:`" in reference
        assert f"`{name}`" in reference
    for command in pack_commands.commands:
        assert f"`lms-ext pack {command}" in reference
