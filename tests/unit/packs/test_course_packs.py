"""The packs we ship read without a single problem, and fast."""

from pathlib import Path
from typing import Any, ClassVar

import pytest
from marshmallow import INCLUDE, Schema

from lms_ext.api import ActivityType, PackFormat, Reading, Wants
from lms_ext.defaults import builtin_plugins
from lms_ext.domain.activity_types import ConfigSchema
from lms_ext.packs.reading import read_pack
from lms_ext.packs.report import render
from lms_ext.packs.snapshots import pack_from_document
from lms_ext.plugin_host import load_plugins
from tests.unit.packs.kinds import FORMATS, PACK, TYPES, Cards, put

ROOT = Path(__file__).parents[3]
SHIPPED = sorted(path.parent.name for path in (ROOT / "course_packs").glob("*/pack.yaml"))


class _Anything(Schema):
    class Meta:
        unknown = INCLUDE


def stand_in(kind: str, *, marking: bool) -> ActivityType:
    """Make a type that reads any config, for a plugin that is not installed."""

    class StandIn(Cards):
        name = kind
        wants: ClassVar[Wants] = Wants(marking=marking)
        config_schema: ClassVar[type[ConfigSchema]] = _Anything

    return StandIn()


def read_any(body: str, file: str, first_line: int) -> Reading:
    return Reading({"body": body}, {("body",): first_line})


def enabled() -> tuple[dict[str, ActivityType], dict[str, PackFormat]]:
    """Give the types and formats of the plugins in this checkout; a plugin that brings none yet has a stand-in."""
    host = load_plugins(["module", "quiz", "journal"], builtin=builtin_plugins(), strict=True)
    types: dict[str, Any] = {name: stand_in(name, marking=name == "journal") for name in ("module", "quiz", "journal")}
    formats = {suffix: PackFormat(suffix, kind, read_any) for suffix, kind in ((".module.md", "module"), (".quiz.md", "quiz"))}
    return types | host.activity_types, formats | host.pack_formats


@pytest.mark.parametrize("name", SHIPPED)
def test_a_pack_we_ship_has_no_problem(name: str) -> None:
    types, formats = enabled()
    loaded = read_pack(ROOT / "course_packs" / name, types, formats)
    assert loaded.problems == (), render(loaded.problems, "id")
    assert loaded.pack is not None
    again = pack_from_document(loaded.pack.document, types)
    assert again == loaded.pack
    assert all(one.config is not None for one in again.activities)


def test_the_starter_is_shipped() -> None:
    assert "starter" in SHIPPED


def test_a_pack_of_ordinary_size_reads_without_a_problem(tmp_path: Path) -> None:
    """Nine activities of 25 KiB with formulas, tables and pictures: three units of an ordinary course."""
    paragraph = "Guru mengajak murid membandingkan hasil panen di dua desa, lalu menuliskan $\\frac{a}{b}$ dan artinya. " * 6
    lines = [f"{paragraph} **Bagian {number}** ![Peta](assets/peta.png) = jawaban {number}" for number in range(40)]
    files: dict[str, str | bytes] = {"assets/peta.png": b"\x89PNG\r\n\x1a\n" + bytes(100_000)}
    for unit in range(3):
        for place in range(3):
            front = f"---\nid: a{unit}{place}\ntitle: Judul\nexperience: merefleksi\n---\n"
            files[f"u{unit}/a{place}.cards.md"] = front + "\n\n".join(lines) + "\n"
    units = "".join(
        f"  - {{id: u{unit}, title: Unit, activities: [{', '.join(f'u{unit}/a{place}.cards.md' for place in range(3))}]}}\n"
        for unit in range(3)
    )
    head = PACK.partition("  - id:")[0]
    files["pack.yaml"] = head + units
    folder = put(tmp_path, files)
    loaded = read_pack(folder, TYPES, FORMATS)
    assert loaded.problems == ()
    assert loaded.pack is not None
    assert sum(len(str(one)) for one in files.values()) > 200_000
