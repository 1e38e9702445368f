"""The notation: the same config as the full form, every mistake with its line, and no text that breaks the reader."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from lms_ext_quiz.attributes import id_from, marked
from lms_ext_quiz.schema import QuizSchema
from lms_ext_quiz.shorthand import read
from tests.plugins.quiz.samples import FULL, config, question


def test_shorthand_and_full_form_are_the_same_quiz() -> None:
    assert config() == QuizSchema().load(FULL)


@pytest.mark.parametrize(
    ("body", "rule", "line"),
    [
        ("", "quiz-no-question", 5),
        ("# Bacaan {#a}\nx", "quiz-no-question", 5),
        ("\nhalo\n## A {#a}\n= 1", "quiz-before-first", 6),
        ("## A\n= 1", "quiz-no-id", 5),
        ("## A {#a}\n- [x] a\n- [ ] b\nlanjutan", "quiz-stray", 8),
        ("## A {#a}\n- [x] a\n-[ ] b", "quiz-box", 7),
        ("## A {#a}\n- [x] a\n- [benar] b", "quiz-stray", 7),
        ("## A {#a poin=2}\n= 1", "quiz-attribute", 5),
        ("## A {#a}\n= 1 {#b}", "quiz-attribute", 6),
        ("## A {#a}\n- [x] a {misconcepton=x}\n- [ ] b", "quiz-attribute", 6),
        ("## A {#a points=1 points=2}\n= 1", "quiz-attribute-twice", 5),
        ("## A {#a #b}\n= 1", "quiz-attribute-twice", 5),
        ("## A {#a}\n= 1 {fraction=1} ::: ya {fraction=1}", "quiz-attribute-twice", 6),
        ("## A {#a}\n= 1 :::", "quiz-empty-feedback", 6),
        ("## A {#a}\n= 1\n! a\n! b", "quiz-second-solution", 8),
    ],
)
def test_mistakes_of_notation(body: str, rule: str, line: int) -> None:
    found = read(body, "a.quiz.md", 5).problems
    assert [(one.rule, one.file, one.line) for one in found] == [(rule, "a.quiz.md", line)]
    assert all(set(said) == {"id", "en"} and "{" not in said["id"].replace("{#", "") for said in (found[0].message, found[0].fix))


def leaf(errors: Any) -> Any:
    """Give the first message of marshmallow's tree."""
    while isinstance(errors, (dict, list)) and not (
        isinstance(errors, dict) and "id" in errors and isinstance(errors["id"], str)
    ):
        errors = next(iter(errors.values())) if isinstance(errors, dict) else errors[0]
    return errors


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("## A {#a}\n- [ ] a\n- [ ] b", "tepat satu"),
        ("## A {#a type=single}\n- [x] a\n- [x] b", "tepat satu"),
        ("## A {#a type=multiple}\n- [ ] a\n- [ ] b", "pilihan yang benar"),
        ("## A {#a}\n- [x] a", "paling sedikit 2"),
        ("## A {#a}\n- [x] a\n- [ ] a", "dipakai dua kali"),
        ("## A {#a}\n= 1\n## B {#a}\n= 1", "dipakai dua kali"),
        ("## A {#isi}\n= 1", "dipakai halaman"),
        ("## A {#a}\n= 1\n- [x] a", "tidak memakai"),
        ("## A {#a}\nx", "paling sedikit 1"),
        ("## A {#a unit=cm}\n= kata", "Hanya soal numeric"),
        ("## A {#a partial=false}\n= 1", "Hanya soal multiple"),
        ("## A {#a}\n= 1.500", "dua cara"),
        ("## A {#a type=numeric}\n= banyak", "bukan bilangan"),
        ("## A {#a}\n= 1 ± -2", "bukan bilangan"),
        ("## A {#a}\n= *", "kosong"),
        ("## A {#a}\n= kata {tolerance=2}", "toleransi"),
        ("## A {#a}\n= 1 {fraction=0,5}", "bernilai penuh"),
        ("## A {#a}\n= benar\n= salah", "satu jawaban"),
        ("## A {#a type=truefalse}\n= mungkin", "satu jawaban"),
        ("## A {#a stimulus=b}\n= 1", "Tidak ada stimulus b"),
        ("# B {#b}\nx\n# B {#b}\ny\n## A {#a stimulus=b}\n= 1", "dipakai dua kali"),
        (f"## A {{#a}}\n= {'x' * 201}", "paling panjang"),
    ],
)
def test_mistakes_of_content(body: str, said: str) -> None:
    reading = read(body, "a.quiz.md", 1)
    assert reading.problems == ()
    with pytest.raises(ValidationError) as caught:
        QuizSchema().load(dict(reading.config))
    message = leaf(caught.value.messages)
    assert said in message["id"]
    assert message["en"]


def test_lines_lead_to_the_file() -> None:
    reading = read("# S {#s}\n\nteks\n\n## A {#a stimulus=s}\n\nSoal\n- [x] a\n- [ ] b\n? h\n! s", "a.quiz.md", 11)
    at = reading.lines
    places: list[tuple[str | int, ...]] = [
        ("stimuli", 0, "text"),
        ("questions", 0),
        ("questions", 0, "stem"),
        ("questions", 0, "choices", 1),
        ("questions", 0, "hints", 0),
        ("questions", 0, "solution"),
    ]
    assert [at[place] for place in places] == [13, 15, 17, 19, 20, 21]


def test_code_blocks_and_indented_lines_belong_to_their_text() -> None:
    asked = question(
        "## A {#a}\n```\n## bukan judul\n- [x] bukan pilihan\n```\n\n- [x] a\n  lanjut\n\n  ```\n  = 3\n  ```\n- [ ] b\n"
    )
    assert "## bukan judul" in asked.stem.source
    assert asked.choices[0].text.source == "a\nlanjut\n\n```\n= 3\n```"


def test_the_kind_is_told_by_the_answers() -> None:
    kinds = {"= benar": "truefalse", "= 1,5 ± 0,1": "numeric", "= kata": "text", "- [x] a\n- [x] b": "multiple",
             "- [x] a\n- [ ] b": "single", "- a => b\n- c => d": "matching"}  # fmt: skip
    assert {body: question(f"## A {{#a}}\n{body}").kind for body in kinds} == kinds


def test_attributes() -> None:
    assert marked("$3{,}125$").text == "$3{,}125$"
    assert marked(r"\frac{1}{2}").text == r"\frac{1}{2}"
    assert marked('A {unit="m per s"}').values == {"unit": "m per s"}
    assert marked("{#a}").id == "a"
    assert id_from("Bermakna") == id_from("Bermakna") != id_from("bermakna")
    assert id_from("!") != id_from("?")


PIECES = [
    *("## A {#a", "}", "# S {#s}", "- [x] a", "- [ ] b", "- => c", "- a => b", "= 1", "= *", "= benar", "? h", "! s", ":::"),
    *("```", " {fraction=", "~~~", "  x", "{", "\n", "\n", "\n", " ", "type=", "multiple", "numeric", "±", "1.500", "points=9"),
]


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=40).map("".join))
def test_no_text_breaks_the_reader(body: str) -> None:
    reading = read(body, "a.quiz.md", 1)
    json.dumps(dict(reading.config), allow_nan=False)
    assert all(one.line >= 1 and one.message["id"] and one.fix["en"] for one in reading.problems)
    with suppress(ValidationError):
        QuizSchema().load(dict(reading.config))


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
KEYS = st.sampled_from(["questions", "id", "type", "stem", "answers", "choices", "pairs", "value", "tolerance"])


@given(st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner), max_leaves=8))
def test_no_answer_breaks_the_schema(value: Any) -> None:
    for kind in ("numeric", "text", "truefalse", "single"):
        part = "choices" if kind == "single" else "answers"
        with suppress(ValidationError):
            QuizSchema().load({"questions": [{"id": "a", "type": kind, "stem": "x", part: [{"value": value}, value]}, value]})
