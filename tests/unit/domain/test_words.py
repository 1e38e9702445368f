"""Texts, refusals and rules: each is said in both languages and declared once."""

import pytest

from lms_ext import app as _everything  # refusals are declared where they belong
from lms_ext.domain import refusals
from lms_ext.domain.activities import Answer, Aspect, Indicator, Level, Rubric, Work
from lms_ext.domain.texts import nearest_locale, pick, text
from lms_ext.packs import rules
from tests.support.sum_plugin import Sum


def test_every_refusal_is_said_in_both_languages() -> None:
    assert _everything
    found = refusals.catalogue()
    assert len(found) > 30
    for code, one in found.items():
        assert one.code == code
        assert 400 <= one.status < 600
        for words in (one.title, one.message):
            assert words["id"].strip()
            assert words["en"].strip()
            assert words["id"] != words["en"]


def test_a_code_or_a_rule_is_declared_once() -> None:
    words = text("a", "b")
    with pytest.raises(ValueError, match="not-found"):
        refusals.declare("not-found", 404, words, words)
    with pytest.raises(ValueError, match="bad-id"):
        rules.declare("bad-id", "a", "b", "c", "d")


def test_a_text_is_shown_in_the_language_asked_for_or_the_one_it_has() -> None:
    assert pick("Kuis", "en") == "Kuis"
    assert pick({"id": "Kuis", "en": "Quiz"}, "en") == "Quiz"
    assert pick({"id": "Kuis"}, "en") == "Kuis"
    assert pick({"en": "Quiz"}, "id") == "Quiz"
    assert [nearest_locale(one) for one in ("en-US", "id_ID", "in", None, "fr")] == ["en", "id", "id", "id", "id"]


def test_a_level_counts_ticks_or_is_the_one_chosen() -> None:
    label = text("a", "b")
    ticks = Aspect("isi", label, indicators=(Indicator("a", label), Indicator("b", label)), levels=())
    levels = Aspect("bahasa", label, indicators=(), levels=(Level(1, label), Level(4, label)))
    rubric = Rubric((ticks, levels), ())
    assert rubric.level(ticks, {}) is None
    assert rubric.level(ticks, {"isi": ("a", "b", "hilang")}) == 2
    assert rubric.level(levels, {"bahasa": ("4",)}) == 4


def test_a_button_a_type_does_nothing_with_leaves_the_answer() -> None:
    answer: Answer = {"total": ("5",)}
    assert Sum().apply({}, Work({}, answer), "tombol", "x") == answer
