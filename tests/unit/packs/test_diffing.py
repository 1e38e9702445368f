"""What changed between two versions, and what people at work notice."""

import copy
from pathlib import Path
from typing import Any

import pytest

from lms_ext.packs.diffing import diff
from lms_ext.packs.report import render_changes
from tests.unit.packs.kinds import load


@pytest.fixture
def old(tmp_path: Path) -> dict[str, Any]:
    pack = load(tmp_path).pack
    assert pack is not None
    return dict(pack.document)


@pytest.fixture
def new(old: dict[str, Any]) -> dict[str, Any]:
    return {**copy.deepcopy(old), "version": "1.1.0"}


def kinds(old: dict[str, Any], new: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one.kind, one.place) for one in diff(old, new)]


def activity(document: dict[str, Any], index: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = document["units"][0]["activities"][index]
    return found


def test_nothing_changed(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert diff(old, new) == []
    assert render_changes([], "id") == "Tidak ada perubahan."


def test_added_and_removed(old: dict[str, Any], new: dict[str, Any]) -> None:
    activity(new)["id"] = "lain"
    activity(new)["title"] = {"id": "Lain"}
    assert kinds(old, new) == [("added", "lain"), ("removed", "kartu")]
    assert "Tautan LMS" in render_changes(diff(old, new), "id")


def test_a_changed_id_is_recognised(old: dict[str, Any], new: dict[str, Any]) -> None:
    activity(new)["id"] = "kartu-baru"
    removed = next(one for one in diff(old, new) if one.kind == "removed")
    assert "kartu-baru" in removed.message["en"]


@pytest.mark.parametrize(
    ("key", "value", "kind", "noticed"),
    [
        ("title", {"id": "B"}, "changed", False),
        ("attempts", 5, "changed", True),
        ("points", 50, "points", True),
        ("experience", "memahami", "changed", False),
        ("type", "machine", "changed", True),
    ],
)
def test_heads(old: dict[str, Any], new: dict[str, Any], *, key: str, value: object, kind: str, noticed: bool) -> None:
    activity(new)[key] = value
    (change,) = diff(old, new)
    assert (change.kind, change.place, change.notice is not None) == (kind, "kartu", noticed)


def quiz(document: dict[str, Any], items: list[dict[str, Any]]) -> None:
    activity(document)["config"] = {"items": items}


ITEM = {
    "id": "a",
    "stem": "Apa?",
    "choices": [{"id": "x", "text": "X", "correct": True}, {"id": "y", "text": "Y", "correct": False}],
}


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({"stem": "Apakah?"}, "changed"),
        ({"points": 2}, "key"),
        ({"choices": [{"id": "x", "text": "X", "correct": False}, {"id": "y", "text": "Y", "correct": True}]}, "key"),
        ({"choices": [{"id": "x", "text": "Xx", "correct": True}, {"id": "y", "text": "Y", "correct": False}]}, "changed"),
        ({"choices": [{"id": "x", "text": "X", "correct": True}]}, "key"),
    ],
)
def test_a_key_is_told_from_a_text(old: dict[str, Any], new: dict[str, Any], changed: dict[str, Any], kind: str) -> None:
    quiz(old, [ITEM])
    quiz(new, [{**ITEM, **changed}])
    assert kinds(old, new) == [(kind, "kartu")]


def test_parts_that_come_go_and_move(old: dict[str, Any], new: dict[str, Any]) -> None:
    second = {**ITEM, "id": "b"}
    quiz(old, [ITEM, second])
    quiz(new, [second, ITEM])
    assert kinds(old, new) == [("changed", "kartu")]
    quiz(new, [second, {**ITEM, "id": "c"}])
    assert kinds(old, new) == [("changed", "kartu"), ("key", "kartu")]


def test_settings(old: dict[str, Any], new: dict[str, Any]) -> None:
    activity(old)["config"] = {"shuffle": False, "pass": 0.7}
    activity(new)["config"] = {"shuffle": True, "pass": 0.8}
    assert kinds(old, new) == [("key", "kartu"), ("changed", "kartu")]


def test_moved_and_reordered(old: dict[str, Any], new: dict[str, Any]) -> None:
    new["units"][0]["activities"].reverse()
    assert kinds(old, new) == [("moved", "")]
    new["units"].append({"id": "dua", "title": {"id": "Dua"}, "activities": [new["units"][0]["activities"].pop()]})
    assert ("moved", "kartu") in kinds(old, new)


def test_pack_details_and_pictures(old: dict[str, Any], new: dict[str, Any]) -> None:
    new["title"] = {"id": "Baru"}
    new["assets"] = {}
    new["units"][0]["title"] = {"id": "Unit lain"}
    assert kinds(old, new) == [("pack", "")] * 3
    assert "assets/peta.png" in render_changes(diff(old, new), "en")


@pytest.mark.parametrize(
    ("version", "changed", "expected"), [("1.0.0", True, 1), ("1.0.0", False, 0), ("0.9.0", False, 1), ("1.0.1", True, 0)]
)
def test_versions(old: dict[str, Any], new: dict[str, Any], version: str, changed: bool, expected: int) -> None:
    new["version"] = version
    if changed:
        new["licence"] = "MIT"
    assert [one.kind for one in diff(old, new)].count("version") == expected


def test_both_languages_say_something(old: dict[str, Any], new: dict[str, Any]) -> None:
    quiz(new, [ITEM])
    activity(new)["points"] = 10
    for change in diff(old, new):
        assert change.message["id"] != change.message["en"]
