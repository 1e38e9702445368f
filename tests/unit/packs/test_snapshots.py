"""A snapshot is the pack: reading it back gives the same, its digest knows every change, one broken type harms no other."""

import copy
import json
import operator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms_ext.packs.reading import Loaded
from lms_ext.packs.schemas import DocumentSchema
from lms_ext.packs.snapshots import SnapshotBroken, canonical, digest, pack_from_document
from tests.unit.packs.kinds import TYPES, load


@pytest.fixture
def loaded(tmp_path: Path) -> Loaded:
    return load(tmp_path)


def test_reading_a_snapshot_gives_the_pack_again(loaded: Loaded) -> None:
    assert loaded.pack is not None
    stored = json.loads(json.dumps(loaded.pack.document))
    assert pack_from_document(stored, TYPES) == loaded.pack


def test_the_digest_is_of_the_content_not_of_the_order_of_keys(loaded: Loaded) -> None:
    assert loaded.pack is not None
    document = dict(loaded.pack.document)
    assert digest(document) == digest(dict(reversed(document.items())))
    assert len(digest(document)) == 64
    assert digest(document) != digest({**document, "version": "1.0.1"})


def test_the_same_folder_gives_the_same_digest(tmp_path: Path) -> None:
    first, second = load(tmp_path / "a").pack, load(tmp_path / "b").pack
    assert first is not None
    assert second is not None
    assert digest(first.document) == digest(second.document)


def test_a_changed_picture_changes_the_digest(tmp_path: Path, loaded: Loaded) -> None:
    other = load(tmp_path / "b", {"assets/peta.png": b"\x89PNG\r\n\x1a\n lain"}).pack
    assert loaded.pack is not None
    assert other is not None
    assert digest(other.document) != digest(loaded.pack.document)


@pytest.mark.parametrize("change", ["type", "config"])
def test_one_unavailable_activity_leaves_the_others(loaded: Loaded, change: str) -> None:
    assert loaded.pack is not None
    document: Any = copy.deepcopy(dict(loaded.pack.document))
    activity = document["units"][0]["activities"][0]
    activity[change] = "gone" if change == "type" else {"cards": "broken"}
    faults: list[tuple[str, str]] = []
    pack = pack_from_document(document, TYPES, lambda place, error: faults.append((place, type(error).__name__)))
    assert [one.config is None for one in pack.activities] == [True, False]
    assert faults == [("kartu", "KeyError" if change == "type" else "ValidationError")]


def test_a_crashing_schema_leaves_the_others(loaded: Loaded) -> None:
    assert loaded.pack is not None
    document: Any = copy.deepcopy(dict(loaded.pack.document))
    document["units"][0]["activities"][0]["type"] = "broken"
    assert [one.config is None for one in pack_from_document(document, TYPES).activities] == [True, False]


@pytest.mark.parametrize("change", [{"format": 2}, {"units": None}, {"extra": 1}, {"version": "x"}, {"assets": {"a": {}}}])
def test_what_is_no_snapshot_is_refused(loaded: Loaded, change: dict[str, object]) -> None:
    assert loaded.pack is not None
    with pytest.raises(SnapshotBroken) as caught:
        pack_from_document({**loaded.pack.document, **change}, TYPES)
    assert caught.value.errors


words = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=20).filter(str.strip)
texts = words | st.fixed_dictionaries({"id": words}, optional={"en": words})
ids = st.from_regex(r"\A[a-z0-9][a-z0-9-]{0,20}\Z")
by_id = operator.itemgetter("id")
indicators = st.fixed_dictionaries({"id": ids, "label": texts})
aspects: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"id": ids, "title": texts, "indicators": st.lists(indicators, min_size=1, max_size=3, unique_by=by_id)}
)
rubrics: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"aspects": st.lists(aspects, min_size=1, max_size=2, unique_by=by_id)},
    optional={"names": st.dictionaries(st.just("1"), texts, max_size=1)},
)
activities = st.fixed_dictionaries(
    {
        "id": ids, "type": st.just("cards"), "title": texts,
        "config": st.fixed_dictionaries({"cards": st.lists(
            st.fixed_dictionaries({"id": ids, "front": words, "back": words}), min_size=1, max_size=3)}),
    },
    optional={
        "summary": texts, "minutes": st.integers(1, 600), "points": st.integers(0, 100), "rubric": rubrics,
        "experience": st.sampled_from(["memahami", "mengaplikasi", "merefleksi"]),
        "tags": st.lists(st.sampled_from(["dimensi:kreativitas", "prinsip:bermakna", "topik:apa-saja"]), max_size=3),
        "attempts": st.integers(1, 100) | st.just("unlimited"), "keep": st.sampled_from(["best", "last", "first", "mean"]),
    },
)  # fmt: skip
documents = st.fixed_dictionaries(
    {
        "format": st.just(1), "id": ids, "version": st.from_regex(r"\A[1-9]\.[1-9][0-9]?\.0\Z"), "title": texts,
        "language": st.sampled_from(["id", "en"]), "licence": words, "authors": st.lists(words, min_size=1, max_size=2),
        "units": st.lists(st.fixed_dictionaries(
            {"id": ids, "title": texts, "activities": st.lists(activities, min_size=1, max_size=3)}, optional={"summary": texts},
        ), min_size=1, max_size=2),
    },
    optional={
        "summary": texts, "audience": st.lists(st.sampled_from(["guru", "murid"]), max_size=2),
        "sources": st.lists(st.fixed_dictionaries({"title": words}, optional={"note": words}), max_size=2),
        "assets": st.dictionaries(st.just("a.png"), st.fixed_dictionaries(
            {"media_type": st.just("image/png"), "sha256": st.just("0" * 64), "size": st.integers(0, 9)}), max_size=1),
    },
)  # fmt: skip


@given(documents)
def test_any_snapshot_read_once_reads_the_same_for_ever(document: dict[str, Any]) -> None:
    once = DocumentSchema().load(document)
    assert DocumentSchema().load(json.loads(canonical(once))) == once
    pack = pack_from_document(document, TYPES)
    again = pack_from_document(json.loads(canonical(pack.document)), TYPES)
    assert again == pack
    assert digest(again.document) == digest(pack.document)
