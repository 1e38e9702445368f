"""The framework linter: exact terms, by file and line, with a way to say "meant so"."""

from pathlib import Path

import pytest

from lms_ext.packs.framework import DIMENSIONS
from lms_ext.packs.lint import lint_sources
from lms_ext.packs.sources import Source
from tests.unit.packs.kinds import PACK, WRITE, found, load


def words(text: str, file: str = "x.md") -> list[tuple[str, int]]:
    return [(one.rule, one.line) for one in lint_sources([Source(file, text)])]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Ajak siswa berdiskusi.", "term-murid"),
        ("Para siswa-siswi berkumpul.", "term-murid"),
        ("Guru dan siswanya.", "term-murid"),
        ("Sesuai Profil Pelajar Pancasila.", "term-old"),
        ("Proyek P5 di sekolah.", "term-old"),
        ("Kurikulum prototipe dicoba.", "term-old"),
        ("Lihat Permendikbudristek Nomor 5 Tahun 2022.", "regulation-replaced"),
        ("Lihat Permendikbudristek 16/2022.", "regulation-replaced"),
        ("Prinsipnya berkesadaran, bermakna, dan menyenangkan.", "principle-name"),
        ("Prinsip menyenangkan itu penting.", "principle-name"),
        ("Dimensi: penalaran kritis, kreatifitas.", "dimension-name"),
        ("Kreatifitas anak.", "dimension-name"),
        ("Dimensi pelaran kritis.", "dimension-name"),
        ("Dimensi penalaran kritik.", "dimension-name"),
        ("Dimensi bernalar kritis.", "dimension-name"),
        ("Dimensi profil lulusan: kolaburasi.", "dimension-name"),
        ("Dimensi komunikassi.", "dimension-name"),
        ("Dimensi kewarganegaraan.", "dimension-name"),
        ("Keimanan dan ketaqwaan.", "dimension-name"),
        ("Keimanan dan ketakwaan kepada Tuhan Yang Maha Esa.", "dimension-name"),
        ("kolaborasi, kemandirian, kesehatan, komunikassi", "dimension-name"),
        ("Memahami, mengaplikasikan, dan merefleksi.", "experience-name"),
        ("Memahami – mengaplikasi – merefleksikan.", "experience-name"),
        ("memahami, menerapkan, merefleksi", "experience-name"),
        ("Pengalaman belajar **mengaplikasikan** tampak di sini.", "experience-name"),
        ("## Merefleksikan {#r}", "experience-name"),
        ("| **Mengaplikasikan** | membagi kue |", "experience-name"),
        ("Sesuai profil pelajar  pancasila.", "term-old"),
        ("Dimensi bergotong royong.", "dimension-name"),
        ("Dimensi beriman dan bertakwa.", "dimension-name"),
        ("Dimensi komunikasih.", "dimension-name"),
    ],
)
def test_wrong_terms_are_found(text: str, rule: str) -> None:
    assert words(f"Judul\n\n{text}\n") == [(rule, 3)]


@pytest.mark.parametrize(
    "text",
    [
        "Murid dan mahasiswa berdiskusi.",
        "Suasana kelas yang menyenangkan.",
        "Prinsipnya menggembirakan, bukan menyenangkan.",
        "Berkesadaran, bermakna, menggembirakan.",
        "Murid mengaplikasikan rumus, lalu merefleksikan hasilnya.",
        "Memahami, mengaplikasi, dan merefleksi.",
        "## Merefleksikan pelajaran hari ini",
        "Unduh aplikasi Rumah Pendidikan.",
        "Dimensi komunikasinya tampak saat murid bergotong royong.",
        "| Murid mengaplikasikan rumus | ya |",
        "Delapan dimensi: pilih penalaran kritis, kolaborasi, atau komunikasi.",
        "Murid berpikir kritis dan komunikatif dalam komunitas; dimensi kolaborasi tampak.",
        "Dimensi kemandiriannya terlihat; murid berkolaborasi.",
        "Pendidikan kewarganegaraan.",
        "- [ ] Berkesadaran, bermakna, menyenangkan",
        "- => menyenangkan (prinsip)",
        "## Judul {#untuk-siswa points=2}",
        "Lihat [contoh](https://contoh.id/siswa) dan https://siswa.id/P5.",
        "![Murid](assets/siswa.png)",
        "id: siswa-1",
        "Ada delapan dimensi profil lulusan.",
        f"Delapan dimensi: {', '.join(DIMENSIONS.values())}.",
    ],
)
def test_right_uses_are_left_alone(text: str) -> None:
    assert words(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Dulu disebut Profil Pelajar Pancasila. <!-- lint: ok pancasila -->",
        "<!-- lint: ok -->\nDulu disebut P5.",
        "<!-- lint: ok term-old -->\nDulu disebut P5.",
        "title: Profil Pelajar Pancasila # lint: ok pancasila",
        "# lint: ok siswa\ntitle: OSIS, Organisasi Siswa Intra Sekolah",
        "Prinsip menyenangkan? <!-- lint: ok menyenangkan -->",
    ],
)
def test_a_line_may_say_that_it_is_meant(text: str) -> None:
    assert words(text) == []


def test_saying_so_covers_only_that_line_and_those_words() -> None:
    assert words("siswa <!-- lint: ok pancasila -->\nsiswa") == [("term-murid", 1), ("term-murid", 2)]
    assert words("<!-- lint: ok siswa -->\nsiswa\nsiswa") == [("term-murid", 3)]


def test_feedback_behind_a_wrong_choice_is_checked() -> None:
    assert words("- [ ] Siswa ::: Tulis untuk murid.\n- [ ] Guru ::: Pikirkan siswa.") == [("term-murid", 2)]


def test_a_list_of_eight_that_lacks_one_names_it() -> None:
    names = [one for one in DIMENSIONS.values() if one != "kesehatan"]
    text = "# A\n\nAda delapan dimensi:\n\n" + "".join(f"1. {one}\n" for one in names) + "\n# B\n\nkesehatan\n"
    problems = lint_sources([Source("x.md", text)])
    assert [(one.rule, one.line) for one in problems] == [("dimension-missing", 3)]
    assert "kesehatan" in problems[0].message["id"]


def test_a_list_in_yaml_is_checked_too() -> None:
    names = ", ".join(one for one in DIMENSIONS.values() if one != "kewargaan")
    assert words(f"a: 1\nlabel: 'Delapan dimensi: {names}'\n", "x.yaml") == [("dimension-missing", 2)]


@pytest.mark.parametrize(
    ("tag", "near"),
    [("dimensi:kreatifitas", "dimensi:kreativitas"), ("prinsip:menyenangkan", "prinsip:menggembirakan"), ("dimensi:x", "")],
)
def test_a_tag_that_is_not_exact_is_an_error_that_names_the_right_one(tmp_path: Path, tag: str, near: str) -> None:
    loaded = load(tmp_path, {"tulis.yaml": WRITE.replace("attempts:", f"tags: [{tag}]\nattempts:")})
    assert found(loaded) == {("unknown-tag", "tulis.yaml", 5)}
    assert loaded.pack is None
    if near:
        assert f"`{near}`" in loaded.problems[0].fix["id"]


def test_context_reaches_a_paragraph_not_the_page() -> None:
    assert words("Tiga prinsip:\nberkesadaran,\nbermakna,\nmenyenangkan.") == [("principle-name", 4)]
    assert words("Tiga prinsip.\n\nPermainan yang menyenangkan.") == []


def test_names_across_lines_are_found_where_they_stand() -> None:
    assert words("Tahap: memahami,\nmengaplikasikan, dan\nmerefleksikan.") == [("experience-name", 2), ("experience-name", 3)]


def test_a_unit_without_reflection_is_warned_of(tmp_path: Path) -> None:
    loaded = load(tmp_path, {"tulis.yaml": WRITE.replace("experience: merefleksi", "experience: memahami")})
    assert found(loaded) == {("unit-without-reflection", "pack.yaml", 10)}
    assert loaded.pack is not None, "a warning does not stop publishing"


def test_words_in_every_file_of_a_pack_are_checked(tmp_path: Path) -> None:
    loaded = load(tmp_path, {
        "pack.yaml": PACK.replace("title: Unit satu", "title: Untuk siswa"),
        "tulis.yaml": WRITE.replace("back: pulau", "back: siswa"),
    })  # fmt: skip
    assert found(loaded) == {("term-murid", "pack.yaml", 11), ("term-murid", "tulis.yaml", 22)}
