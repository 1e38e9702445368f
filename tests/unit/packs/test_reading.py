"""A good folder becomes a pack; a broken one says everything at once, by file and line."""

import hashlib
import os
from pathlib import Path

import pytest

from lms_ext.domain.activities import Experience, Keep
from lms_ext.packs.paths import FILES_LIMIT
from lms_ext.packs.reading import read_pack
from lms_ext.packs.rules import problem
from tests.unit.packs.kinds import CARDS, FORMATS, GOOD, PACK, PNG, TYPES, WRITE, Deck, found, load, put


def test_a_good_folder_becomes_a_pack_without_a_problem(tmp_path: Path) -> None:
    loaded = load(tmp_path)
    assert loaded.problems == ()
    assert loaded.pack is not None
    cards, write = loaded.pack.activities
    assert (cards.ref, cards.type, cards.points, cards.attempts, cards.keep) == ("contoh/kartu", "cards", 100, 1, Keep.BEST)
    assert isinstance(cards.config, Deck)
    assert cards.config.shuffle, "settings of the head reach the config"
    assert [one.back for one in cards.config.cards] == ["Jakarta", "kuadrat"]
    assert (write.experience, write.attempts) == (Experience.MEREFLEKSI, None)
    assert write.title == {"id": "Tulis", "en": "Write"}
    assert write.rubric is not None
    assert [one.maximum for one in write.rubric.aspects] == [2, 4]
    assert [(one.value, one.label["id"]) for one in write.rubric.level_names] == [(2, "Baik"), (1, "Cukup")]
    assert loaded.files == {"kartu": "kartu.cards.md", "tulis": "tulis.yaml"}


def test_named_pictures_are_packed_with_their_bytes(tmp_path: Path) -> None:
    loaded = load(tmp_path)
    assert loaded.pack is not None
    picture = loaded.pack.assets["assets/peta.png"]
    assert (picture.media_type, picture.size) == ("image/png", len(PNG))
    assert loaded.blobs == {"assets/peta.png": PNG}
    assert picture.sha256 == hashlib.sha256(PNG).hexdigest()


def swap(old: str, new: str, text: str = PACK) -> str:
    assert old in text
    return text.replace(old, new)


PACK_FAULTS = [
    ("unknown key", swap("title: Contoh", "titel: Contoh"), {("unknown-key", 4), ("missing-key", 1)}),
    ("wrong format", swap("format: 1", "format: 2"), {("bad-format", 1)}),
    ("format as text", swap("format: 1", "format: '1'"), {("wrong-kind", 1)}),
    ("text without words", swap("title: Contoh", "title: {id: Contoh, en: ''}"), {("bad-text", 4)}),
    ("bad id", swap("id: contoh", "id: Contoh Saya"), {("bad-id", 2)}),
    ("version with two parts", swap("1.0.0", "1.0"), {("wrong-kind", 3)}),
    ("version with a word", swap("1.0.0", "1.0.0-beta"), {("bad-version", 3)}),
    ("empty title", swap("title: Contoh", "title: ''"), {("bad-text", 4)}),
    ("title in a third language", swap("title: Contoh", "title: {jv: Conto}"), {("bad-text", 4)}),
    ("unknown language", swap("language: id", "language: jw"), {("bad-choice", 5)}),
    ("authors as text", swap("[Seseorang]", "Seseorang"), {("wrong-kind", 7)}),
    ("null", swap("licence: CC0-1.0", "licence:"), {("empty-value", 6)}),
    ("audience", PACK + "audience: [guru, dosen]\n", {("bad-choice", 13)}),
    ("date", PACK + "updated: 2026-13-01\n", {("bad-date", 13)}),
    ("address", swap("{title: Buku}", "{title: Buku, url: 'javascript:x'}"), {("bad-url", 8)}),
    ("no sources", swap("sources: [{title: Buku}]\n", ""), {("sources-missing", 1)}),
    ("named twice", swap("tulis.yaml]", "tulis.yaml, tulis.yaml]"), {("listed-twice", 12)}),
    ("missing file", swap("tulis.yaml]", "tulis.yaml, hilang.yaml]"), {("file-missing", 12)}),
    ("outside", swap("tulis.yaml]", "tulis.yaml, ../rahasia.yaml]"), {("bad-path", 12)}),
    ("absolute", swap("tulis.yaml]", "tulis.yaml, /etc/rahasia.yaml]"), {("bad-path", 12)}),
    ("backslash", swap("tulis.yaml]", r"tulis.yaml, a\b.yaml]"), {("bad-path", 12)}),
    ("unknown ending", swap("tulis.yaml]", "tulis.yaml, a.docx]"), {("unknown-format", 12)}),
    ("number in the outline", swap("tulis.yaml]", "tulis.yaml, 3]"), {("wrong-kind", 12)}),
    ("duplicate unit",
     PACK + "  - {id: satu, title: Dua, activities: [tulis2.yaml]}\n", {("duplicate-here", 13), ("file-missing", 13)}),
    ("duplicate key", PACK + "licence: MIT\n", {("duplicate-key", 13)}),
    ("alias", swap("title: Contoh", "title: &t Contoh"), {("yaml-alias", 4)}),
    ("tag", swap("title: Contoh", "title: !!python/none x"), {("yaml-tag", 4)}),
    ("colon", swap("title: Contoh", "title: Unit 1: Contoh"), {("yaml-colon", 4)}),
    ("tab", swap("    title: Unit satu", "\ttitle: Unit satu"), {("yaml-tab", 11)}),
    ("open quote", swap("title: Contoh", "title: 'Contoh"), {("yaml-quote", 4)}),
    ("bracket", swap("[Seseorang]", "[Seseorang"), {("yaml-syntax", 8)}),
    ("two documents", PACK + "---\na: 1\n", {("yaml-documents", 13)}),
    ("a list", "- a\n- b\n", {("wrong-kind", 1)}),
    ("empty", "", {("wrong-kind", 1)}),
    ("control character", swap("Contoh", "Con\x07toh"), {("control-character", 4)}),
    ("escaped NUL", swap("title: Contoh", r'title: "a\0b"'), {("control-character", 4), ("bad-text", 4)}),
    ("half a character", swap("title: Contoh", r'title: "\ud800"'), {("control-character", 4), ("bad-text", 4)}),
    ("infinite", swap("format: 1", "format: .inf"), {("yaml-number", 1), ("empty-value", 1)}),
    ("mapping as key", PACK + "? {a: b}\n: c\n", {("yaml-key", 13)}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), [pytest.param(one[1], one[2], id=one[0]) for one in PACK_FAULTS])
def test_faults_of_pack_yaml(tmp_path: Path, text: str, expected: set[tuple[str, int]]) -> None:
    loaded = load(tmp_path, {"pack.yaml": text})
    got = {(one.rule, one.line) for one in loaded.problems if one.file == "pack.yaml" and one.rule != "unit-without-reflection"}
    assert expected <= got
    assert got - expected <= {("sources-missing", 1)}, "nothing else is blamed"
    if expected != {("sources-missing", 1)}:
        assert loaded.pack is None


ACTIVITY_FAULTS = [
    ("unknown type", swap("type: cards", "type: card", WRITE), {("unknown-type", 2)}),
    ("no type", swap("type: cards\n", "", WRITE), {("missing-key", 1)}),
    ("unknown key", swap("attempts:", "attemps:", WRITE), {("unknown-key", 5)}),
    ("points", swap("attempts: unlimited", "points: 101", WRITE), {("bad-range", 5)}),
    ("points true", swap("attempts: unlimited", "points: true", WRITE), {("wrong-kind", 5)}),
    ("attempts", swap("unlimited", "banyak", WRITE), {("bad-attempts", 5)}),
    ("experience", swap("merefleksi", "merefleksikan", WRITE), {("bad-choice", 4)}),
    ("tag", swap("attempts: unlimited", "tags: [dimensi:bernalar-kritis]", WRITE), {("unknown-tag", 5)}),
    ("both kinds of aspect",
     swap("      levels:", "      indicators: [{id: c, label: C}]\n      levels:", WRITE), {("one-of-two", 12)}),
    ("duplicate indicator", swap("{id: b, label: B}", "{id: a, label: B}", WRITE), {("duplicate-here", 11)}),
    ("duplicate aspect", swap("id: bahasa", "id: isi", WRITE), {("duplicate-here", 12)}),
    ("level out of reach", swap("{2: Baik", "{9: Baik", WRITE), {("bad-level-name", 7)}),
    ("level that is a word", swap("{2: Baik", "{baik: Baik", WRITE), {("bad-level-name", 7)}),
    ("config key", swap("back: pulau", "belakang: pulau", WRITE), {("unknown-key", 22), ("missing-key", 17)}),
    ("config value", swap("config:\n", "config:\n  style: garis\n", WRITE), {("bad-choice", 16)}),
    ("config kind", swap("config:\n", "config:\n  shuffle: mungkin\n", WRITE), {("wrong-kind", 16)}),
    ("config text",
     swap("config:\n", "config: apa\nxyz:\n", WRITE), {("wrong-kind", 15), ("unknown-key", 16), ("missing-key", 15)}),
    ("plugin's own words", swap("back: pulau", "back: lelucon", WRITE), {("bad-value", 22)}),
    ("html", swap("**ini**", "<script>x</script>", WRITE), {("raw-html", 19)}),
    ("formula", swap("**ini**", r"$\frac$", WRITE), {("math", 19)}),
    ("formula too long", swap("**ini**", f"${'x+' * 1000}x$", WRITE), {("math-too-long", 19)}),
    ("picture from outside", swap("(assets/peta.png)", "(https://example.com/x.png)", WRITE), {("asset-external", 21)}),
    ("picture outside the folder", swap("(assets/peta.png)", "(../peta.png)", WRITE), {("bad-path", 21)}),
    ("picture missing", swap("(assets/peta.png)", "(assets/hilang.png)", WRITE), {("file-missing", 21)}),
    ("no alternative text", swap("![Peta pulau]", "![]", WRITE), {("alt-missing", 21)}),
    ("settings in the full form", WRITE + "settings: {}\n", {("unknown-key", 23)}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), [pytest.param(one[1], one[2], id=one[0]) for one in ACTIVITY_FAULTS])
def test_faults_of_an_activity(tmp_path: Path, text: str, expected: set[tuple[str, int]]) -> None:
    loaded = load(tmp_path, {"tulis.yaml": text})
    assert {(one.rule, one.line) for one in loaded.problems if one.file == "tulis.yaml"} == expected
    assert (loaded.pack is None) == any(one.severity == "error" for one in loaded.problems)


HEAD_FAULTS = [
    ("no head", "Ibu kota = Jakarta\n", {("front-matter", 1)}),
    ("open head", "---\nid: kartu\n", {("front-matter", 1)}),
    ("reader's own", CARDS + "tanpa tanda\n", {("card", 9)}),
    ("schema of the body", CARDS + "  = kosong\n", {("bad-text", 9)}),
    ("html in the body", CARDS + "<div>a</div> = b\n", {("raw-html", 9)}),
    ("other type", swap("title: Kartu", "title: Kartu\ntype: quiz", CARDS), {("type-mismatch", 4)}),
    ("settings key", swap("shuffle: true", "acak: true", CARDS), {("unknown-key", 5)}),
    ("settings value", swap("shuffle: true", "style: garis", CARDS), {("bad-choice", 5)}),
    ("config in the head", swap("points: 100", "config: {}", CARDS), {("unknown-key", 4)}),
    ("syntax", swap("title: Kartu", "title: 'Kartu", CARDS), {("yaml-quote", 3)}),
    ("bom", "\ufeff" + CARDS, {("bom", 1)}),
]


@pytest.mark.parametrize(("text", "expected"), [pytest.param(one[1], one[2], id=one[0]) for one in HEAD_FAULTS])
def test_faults_of_a_file_with_a_head(tmp_path: Path, text: str, expected: set[tuple[str, int]]) -> None:
    loaded = load(tmp_path, {"kartu.cards.md": text})
    assert {(one.rule, one.line) for one in loaded.problems if one.file == "kartu.cards.md"} == expected


def test_everything_is_reported_at_once(tmp_path: Path) -> None:
    loaded = load(tmp_path, {
        "pack.yaml": swap("id: contoh", "id: Contoh"),
        "kartu.cards.md": swap("title: Kartu", "titel: Kartu", CARDS),
        "tulis.yaml": swap("id: tulis", "id: kartu", WRITE),
    })  # fmt: skip
    assert found(loaded) >= {
        ("bad-id", "pack.yaml", 2),
        ("unknown-key", "kartu.cards.md", 3),
        ("duplicate-id", "tulis.yaml", 1),
    }


def test_a_fix_names_the_key_that_was_meant(tmp_path: Path) -> None:
    loaded = load(tmp_path, {"tulis.yaml": swap("attempts:", "attemps:", WRITE)})
    one = next(one for one in loaded.problems if one.rule == "unknown-key")
    assert one.fix["en"].startswith("Did you mean `attempts`?")
    assert one.fix["id"].startswith("Maksudnya `attempts`?")


def test_a_plugins_message_in_two_languages_is_kept(tmp_path: Path) -> None:
    loaded = load(tmp_path, {"tulis.yaml": swap("back: pulau", "back: lelucon", WRITE)})
    assert next(one.message["en"] for one in loaded.problems) == "`cards[1].back`: No jokes."


def test_a_rubric_nobody_uses_is_a_warning(tmp_path: Path) -> None:
    loaded = load(tmp_path, {"tulis.yaml": swap("type: cards", "type: machine", WRITE)})
    assert found(loaded) == {("rubric-unused", "tulis.yaml", 6)}
    assert loaded.pack is not None


def test_a_crashing_plugin_becomes_a_problem(tmp_path: Path) -> None:
    loaded = load(tmp_path, {
        "pack.yaml": swap("kartu.cards.md", "kartu.crash.md"),
        "kartu.crash.md": CARDS,
        "tulis.yaml": swap("type: cards", "type: broken", WRITE),
    })  # fmt: skip
    assert {("plugin-crashed", "kartu.crash.md", 7), ("plugin-crashed", "tulis.yaml", 2)} <= found(loaded)


def test_what_plugins_find_in_the_whole_pack_gets_a_file(tmp_path: Path) -> None:
    loaded = load(tmp_path)
    warning = problem("alt-missing", "tulis", path="x")
    warned = loaded.with_problems([warning])
    assert found(warned) == {("alt-missing", "tulis.yaml", 0)}
    assert warned.pack is loaded.pack
    broken = warned.with_problems([problem("no-pack", "")])
    assert found(broken) == {("alt-missing", "tulis.yaml", 0), ("no-pack", "pack.yaml", 0)}
    assert broken.pack is None


def test_files_that_nothing_names_are_warned_of(tmp_path: Path) -> None:
    loaded = load(tmp_path, {"catatan.md": "x", "README.md": "x", ".git/config": "x", "assets/lain.png": PNG})
    assert found(loaded) == {("unused-file", "catatan.md", 0), ("unused-file", "assets/lain.png", 0)}
    assert loaded.pack is not None
    assert set(loaded.pack.assets) == {"assets/peta.png"}


def test_the_line_of_a_slip_in_a_folded_text_is_the_files(tmp_path: Path) -> None:
    folded = swap("front: |\n        Lihat **ini**.", "front: >\n        Lihat\n        semua\n        <b>ini</b>.", WRITE)
    assert found(load(tmp_path, {"tulis.yaml": folded})) == {("raw-html", "tulis.yaml", 21)}


def test_an_activity_that_is_a_list_is_told(tmp_path: Path) -> None:
    assert ("wrong-kind", "tulis.yaml", 1) in found(load(tmp_path, {"tulis.yaml": "- a\n- b\n"}))


def test_hidden_files_are_passed_over_and_too_many_files_are_told(tmp_path: Path) -> None:
    put(tmp_path, GOOD | {".rahasia": "x"})
    many = tmp_path / "arsip"
    many.mkdir()
    for number in range(FILES_LIMIT):
        (many / f"{number}.txt").touch()
    loaded = read_pack(tmp_path, TYPES, FORMATS)
    assert found(loaded) == {("too-many-files", "pack.yaml", 0)}


def test_a_faulty_source_says_where_in_its_list(tmp_path: Path) -> None:
    bad = swap("sources: [{title: Buku}]", "sources: [{title: Buku}, {title: '', url: 'https://[x'}]")
    problems = [one for one in load(tmp_path, {"pack.yaml": bad}).problems if one.line == 8]
    assert {(one.rule, one.message["en"].split("`")[1]) for one in problems} >= {("bad-range", "sources[2].title")}
    assert "bad-url" in {one.rule for one in problems}


def test_a_fault_deep_in_a_rubric_knows_the_keys_there_are(tmp_path: Path) -> None:
    bad = swap("{id: b, label: B}", "{id: b, lable: B}", WRITE)
    one = next(one for one in load(tmp_path, {"tulis.yaml": bad}).problems if one.rule == "unknown-key")
    assert one.fix["en"] == "Did you mean `label`? The keys are: id, label."


def test_a_folder_without_pack_yaml(tmp_path: Path) -> None:
    loaded = read_pack(tmp_path, TYPES, FORMATS)
    assert found(loaded) == {("no-pack", "pack.yaml", 0)}
    assert found(read_pack(tmp_path / "tidak-ada", TYPES, FORMATS)) == {("no-pack", "pack.yaml", 0)}


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252"])
def test_other_encodings_are_refused_with_the_line(tmp_path: Path, encoding: str) -> None:
    loaded = load(tmp_path, {"tulis.yaml": (WRITE + "# é\n").encode(encoding)})
    assert ("not-utf8", "tulis.yaml", 23 if encoding == "cp1252" else 1) in found(loaded)


def test_windows_line_ends_do_not_move_lines(tmp_path: Path) -> None:
    loaded = load(tmp_path, {"tulis.yaml": swap("attempts:", "attemps:", WRITE).replace("\n", "\r\n")})
    assert found(loaded) == {("unknown-key", "tulis.yaml", 5)}


@pytest.mark.parametrize("target", ["tulis.yaml", "assets/peta.png", "pack.yaml"])
def test_links_are_not_followed(tmp_path: Path, target: str) -> None:
    folder = put(tmp_path / "paket", GOOD)
    outside = tmp_path / "rahasia"
    outside.write_bytes((folder / target).read_bytes())
    (folder / target).unlink()
    (folder / target).symlink_to(outside)
    loaded = read_pack(folder, TYPES, FORMATS)
    assert "symlink" in {one.rule for one in loaded.problems}
    assert loaded.pack is None


def test_a_linked_folder_is_not_followed(tmp_path: Path) -> None:
    folder = put(tmp_path / "paket", GOOD)
    (folder / "assets").rename(tmp_path / "luar")
    (folder / "assets").symlink_to(tmp_path / "luar")
    assert ("symlink", "tulis.yaml", 21) in found(read_pack(folder, TYPES, FORMATS))


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    folder = put(tmp_path, GOOD)
    (folder / "tulis.yaml").unlink()
    os.mkfifo(folder / "tulis.yaml")
    assert ("file-missing", "pack.yaml", 12) in found(read_pack(folder, TYPES, FORMATS))


def test_notes_between_authors_stay_out_of_the_pack(tmp_path: Path) -> None:
    noted = swap("Ibu kota = Jakarta", "<!-- cek lagi\nbesok -->\nIbu kota = Jakarta <!-- ya -->", CARDS)
    loaded = load(tmp_path, {"kartu.cards.md": noted, "tulis.yaml": swap("**ini**.", "**ini**.<!-- x -->", WRITE)})
    assert loaded.problems == ()
    assert loaded.pack is not None
    assert "cek" not in str(loaded.pack.document)
    assert [one.back for one in loaded.pack.activities[0].config.cards] == ["Jakarta", "kuadrat"]  # type: ignore[attr-defined]  # a Deck
    assert "x -->" not in str(loaded.pack.document)
