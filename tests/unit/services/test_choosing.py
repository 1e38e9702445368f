"""Finding activities by the words people type."""

import pytest

from lms_ext.domain.texts import text
from lms_ext.services.choosing import Item, Wish, find, fold, nearest_word, read_points, tag_groups


def item(ref: str, title: str, *tags: str, kind: str = "quiz", summary: str = "") -> Item:
    told = text(summary, "") if summary else None
    return Item(ref, ref.partition("/")[0], {"id": title}, told, kind, text("Kuis", "Quiz"), None, 10, None, tags)


ITEMS = [
    item("a/satu", "Soal-soal Jum’at", "prinsip:bermakna"),
    item("a/dua", "Refleksi Déwan Guru", "dimensi:penalaran-kritis", "pengalaman:merefleksi", kind="journal"),
    item("b/tiga", "Merefleksikan pembelajaran", summary="Tentang KKTP, bukan KKM."),
]


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Soal-soal", "soal soal"),
        ("JUM'AT", "jumat"),
        ("Jum’at", "jumat"),
        ("Déwan  Guru!", "dewan guru"),
        ("ﬁsika", "fisika"),
        ("a/b_c", "a b c"),
        ("  ", ""),
    ],
)
def test_what_people_type_is_reduced(written: str, folded: str) -> None:
    assert fold(written) == folded


@pytest.mark.parametrize(
    ("wish", "refs"),
    [
        (Wish(), ["a/satu", "a/dua", "b/tiga"]),
        (Wish("jumat"), ["a/satu"]),
        (Wish("soal"), ["a/satu"]),
        (Wish("REFLEKSI"), ["a/dua", "b/tiga"]),
        (Wish("refleksinya"), ["a/dua", "b/tiga"]),
        (Wish("guru refleksi"), ["a/dua"]),
        (Wish("dewan"), ["a/dua"]),
        (Wish("kritis penalaran"), ["a/dua"]),
        (Wish("kktp"), ["b/tiga"]),
        (Wish("quiz"), ["a/satu", "a/dua", "b/tiga"]),
        (Wish(pack="b"), ["b/tiga"]),
        (Wish(kind="journal"), ["a/dua"]),
        (Wish(tag="prinsip:bermakna"), ["a/satu"]),
        (Wish("soal", pack="b"), []),
        (Wish("%"), ["a/satu", "a/dua", "b/tiga"]),
    ],
)
def test_every_word_and_filter_counts(wish: Wish, refs: list[str]) -> None:
    assert [one.ref for one in find(ITEMS, wish)] == refs


def test_a_short_word_that_ends_like_a_particle_stays_whole() -> None:
    assert find([item("a/x", "Punya")], Wish("punya"))
    assert not find([item("a/x", "Pu")], Wish("punya"))


@pytest.mark.parametrize(
    ("words", "near"),
    [
        ("refleski", "refleksi"),
        ("soal refleski", "refleksi"),
        ("guru", ""),
        ("pembelajarn", "pembelajaran"),
        ("xyz", ""),
        ("", ""),
    ],
)
def test_a_near_word_is_offered(words: str, near: str) -> None:
    assert nearest_word(ITEMS, words) == near


def test_only_tags_in_use_are_filters_in_official_order() -> None:
    groups = [(title["id"], [tag for tag, _ in options]) for title, options in tag_groups(ITEMS)]
    assert groups == [
        ("Prinsip pembelajaran", ["prinsip:bermakna"]),
        ("Pengalaman belajar", ["pengalaman:merefleksi"]),
        ("Dimensi profil lulusan", ["dimensi:penalaran-kritis"]),
    ]


@pytest.mark.parametrize(
    ("written", "points"),
    [("1", 1), ("100", 100), (" 80 ", 80), ("", 0), ("0", None), ("101", None), ("7.5", None), ("-1", None), ("٣", None),
     ("1000000000", None), ("x", None)],
)  # fmt: skip
def test_points_are_whole_numbers_a_gradebook_takes(written: str, points: int | None) -> None:
    assert read_points(written) == points
