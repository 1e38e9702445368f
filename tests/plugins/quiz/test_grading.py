"""What answers earn, for each kind and for every answer a form can send."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms_ext.api import FieldKind, Outcome, Work
from lms_ext_quiz.kktp import bands
from lms_ext_quiz.questions import verdict
from lms_ext_quiz.schema import QuizSchema
from tests.plugins.quiz.samples import QUIZ, config, plain, question

CONFIG = config()


def earned(asked: Any, *values: str) -> float:
    return float(asked.fraction(Work({}, {asked.name: values})))


@st.composite
def answers(draw: st.DrawFn) -> dict[str, tuple[str, ...]]:
    given_ = {}
    for name, one in QUIZ.fields(CONFIG, {}).items():
        if one.choices is None:
            given_[name] = tuple(
                draw(st.lists(st.sampled_from(["3,125", "3", "3.13 cm", "cafe", "x", " "]) | st.text(max_size=9), max_size=1))
            )
        else:
            most = 1 if one.kind == FieldKind.ONE else len(one.choices)
            given_[name] = tuple(draw(st.lists(st.sampled_from(sorted(one.choices)), max_size=most, unique=True)))
    return given_


@given(answers(), st.integers(), st.booleans(), st.booleans())
def test_every_answer_is_graded_the_same_in_any_order(
    answer: dict[str, tuple[str, ...]], seed: int, one: bool, other: bool
) -> None:
    shuffled = config(shuffle=one, shuffle_choices=other)
    work = Work(QUIZ.start(shuffled, seed), answer)
    outcome = QUIZ.grade(shuffled, work)
    assert outcome.fault() is None
    assert outcome.fraction is not None
    assert outcome.fraction == pytest.approx(QUIZ.grade(CONFIG, Work({}, answer)).fraction)
    review = QUIZ.review(shuffled, work, outcome)
    assert review["earned"] / review["total"] == pytest.approx(outcome.fraction)
    assert sum(review["counts"].values()) == 6
    assert {one["id"] for one in review["questions"]} == {one.id for one in CONFIG.questions}
    assert "KUNCI" not in str(QUIZ.view(shuffled, Work(work.state, {})))


def test_samples_earn_what_they_say_and_fit_their_fields() -> None:
    fields = QUIZ.fields(CONFIG, {})
    for sample in QUIZ.samples(CONFIG, {}):
        assert all(fields[name].accepts(values) for name, values in sample.answer.items())
        assert QUIZ.grade(CONFIG, Work({}, sample.answer)).fraction == sample.fraction


def test_the_same_seed_gives_the_same_order() -> None:
    shuffled = config(shuffle=True)
    assert QUIZ.start(shuffled, 7) == QUIZ.start(shuffled, 7)
    orders = {str(QUIZ.start(shuffled, seed)) for seed in range(20)}
    assert len(orders) > 10
    assert QUIZ.start(shuffled, 3)["choices"]["nama"] == ["benar", "salah"]  # type: ignore[index, call-overload]  # plain JSON


def test_a_state_of_another_version_still_shows_everything() -> None:
    shown = QUIZ.view(CONFIG, Work({"order": ["kata", "gone", 3], "choices": {"gula": ["gone"]}}))
    assert shown["questions"][0]["id"] == "kata"
    assert len(shown["questions"]) == 6
    assert len(QUIZ.view(CONFIG, Work({"order": None, "choices": 1}))["questions"]) == 6
    assert len(shown["questions"][1]["choices"]) == 3


def test_multiple() -> None:
    asked = CONFIG.questions[1]
    a, b, c, d = asked.ids()
    assert [earned(asked, *ids) for ids in ((a,), (a, b), (a, c), (a, b, c), (c, d), ())] == [0.5, 1, 0, 0.5, 0, 0]
    strict = question("## X {#x type=multiple partial=false}\n- [x] a\n- [x] b\n- [ ] c")
    first, second, third = strict.ids()
    assert [earned(strict, *ids) for ids in ((first,), (first, second), (first, second, third))] == [0, 1, 0]


def test_numeric() -> None:
    asked = CONFIG.questions[3]
    for right in ("3,125", "3.125", "3,12", "3,13", "25/8", "3 1/8", "3,125 cm", "cm 3,125", "3,125CM"):
        assert earned(asked, right) == 1, right
    assert [earned(asked, one) for one in ("3", "3,2", "", "tiga", "3,1301")] == [0.5, 0, 0, 0, 0]
    assert earned(question("## X {#x}\n= 200 ± 5%"), "190") == 1
    assert earned(question("## X {#x}\n= 200 +- 5%"), "189,9") == 0
    assert question("## X {#x}\n= 25/8").correct() == [{"id": "25/8"}]
    assert question("## X {#x}\n= 1,5").explain(Work({}, {"q.x": ("1.500",)}), [])["read"]["id"] == "1,5"
    assert question("## X {#x}\n= 7").explain(Work({}, {"q.x": ("1.500",)}), [])["read"]["id"] == "1500"


def test_text_and_matching() -> None:
    assert [earned(CONFIG.questions[4], one) for one in ("kuncirefleksikan", "Café", "lain", "")] == [1, 0.5, 0, 0]
    asked = CONFIG.questions[5]
    best = asked.perfect()
    assert best["q.pasang.menakar-resep-b4b01869"] == best["q.pasang.menghitung-cangkir-043875b3"]
    assert not any(values[0] in name for name, values in best.items())  # the form must not tell which belongs to which
    part = dict(list(best.items())[:2])
    assert asked.fraction(Work({}, part)) == pytest.approx(2 / 3)
    assert not asked.answered(Work({}, part))
    assert asked.begun(Work({}, part))


def test_only_checked_parts_are_explained() -> None:
    now = QuizSchema().load(plain(feedback="immediate"))
    assert {one.part for one in QUIZ.fields(now, {}).values()} == {one.id for one in now.questions}
    shown = QUIZ.view(now, Work({}, {"q.gula": ("tujuh",)}, frozenset({"gula"})))["questions"]
    assert [one["id"] for one in shown if "result" in one] == ["gula"]


def test_words() -> None:
    assert [verdict(one, begun=begun) for one, begun in ((1, True), (0.5, True), (0, True), (0, False))] == [
        "right", "part", "wrong", "empty"]  # fmt: skip
    now = [next(one["word"]["id"] for one in bands(score) if one["now"]) for score in (0, 0.4, 0.41, 0.65, 0.66, 0.85, 0.86, 1)]
    assert now == ["Baru berkembang", "Baru berkembang", "Layak", "Layak", "Cakap", "Cakap", "Mahir", "Mahir"]
    assert QUIZ.summary(CONFIG) == {"id": "6 soal", "en": "6 questions"}
    assert isinstance(QUIZ.grade(CONFIG, Work({})), Outcome)
