"""The full form of a quiz in YAML; the shorthand of `lms_ext_quiz.shorthand` becomes the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import isfinite
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from lms_ext.api import Localized, Markdown, RichText, StableId, Strict, Text, text
from lms_ext_quiz import patterns
from lms_ext_quiz.numbers import ambiguous, readings, shown
from lms_ext_quiz.questions import (
    WRITTEN_LIMIT,
    YES_NO,
    Choice,
    Key,
    Matching,
    Multiple,
    Numeric,
    Pair,
    Question,
    ShortText,
    Single,
    TrueFalse,
)

KINDS = ("single", "multiple", "truefalse", "numeric", "text", "matching")
_NEEDS = {"single": "choices", "multiple": "choices", "truefalse": "answers", "numeric": "answers", "text": "answers",
          "matching": "pairs"}  # fmt: skip
_ENOUGH = {"choices": 2, "answers": 1, "pairs": 2}
_ONLY: Mapping[str, tuple[str, object]] = {"unit": ("numeric", ""), "by_parts": ("multiple", True), "extra": ("matching", [])}
_TAKEN = {"isi", "kerja", "percakapan", "tanggapan"}
"""Anchors of the page around the quiz."""
_WORDS = (("benar", True), ("salah", False))
_YES = {"benar", "true", "ya"}
_NO = {"salah", "false", "tidak"}


@dataclass(frozen=True, slots=True)
class Stimulus:
    """A text, table or picture that several questions share."""

    title: str
    text: RichText


@dataclass(frozen=True, slots=True)
class QuizConfig:
    """A quiz as authored."""

    questions: tuple[Question, ...]
    stimuli: Mapping[str, "Stimulus"]
    immediate: bool
    shuffle: bool
    shuffle_choices: bool
    key_after_last: bool = True
    """The right answers appear when no further attempt is left; else after each attempt."""


class ChoiceSchema(Strict):
    id = StableId(required=True)
    text = Markdown(required=True)
    correct = fields.Boolean(load_default=False)
    feedback = Markdown()
    misconception = fields.String(load_default="", validate=validate.Length(max=64))

    @post_load
    def _make(self, data: dict[str, Any], **kwargs: Any) -> Choice:
        del kwargs
        return Choice(**data)


class Scalar(fields.Field[str]):
    """A number or a short text, kept as text; a YAML number keeps its own decimal sign."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        del attr, data, kwargs
        if isinstance(value, bool):
            return "benar" if value else "salah"
        if isinstance(value, int) and abs(value) < 10**30:
            return str(value)
        if isinstance(value, float) and isfinite(value):
            return shown(Fraction(repr(value)))["id"]
        if isinstance(value, str) and value.strip() and len(value) <= WRITTEN_LIMIT:
            return value.strip()
        raise ValidationError([text(f"Tulis satu bilangan atau teks pendek, paling panjang {WRITTEN_LIMIT} huruf.",
                                    f"Write one number or a short text of at most {WRITTEN_LIMIT} characters.")])  # fmt: skip


class AnswerSchema(Strict):
    value = Scalar(required=True)
    tolerance = Scalar(load_default="0")
    fraction = fields.Float(load_default=1.0, validate=validate.Range(0, 1))
    feedback = Markdown()


class PairSchema(Strict):
    id = StableId(required=True)
    left = Markdown(required=True)
    right = Localized(required=True)

    @post_load
    def _make(self, data: dict[str, Any], **kwargs: Any) -> Pair:
        del kwargs
        return Pair(**data)


class QuestionSchema(Strict):
    """One question; which keys it needs depends on its type."""

    id = StableId(required=True)
    type = fields.String(required=True, validate=validate.OneOf(KINDS))
    title = fields.String(load_default="", validate=validate.Length(max=200))
    stem = Markdown(required=True)
    points = fields.Integer(load_default=1, strict=True, validate=validate.Range(1, 100))
    choices = fields.List(fields.Nested(ChoiceSchema), validate=validate.Length(max=30))
    answers = fields.List(fields.Nested(AnswerSchema), validate=validate.Length(max=30))
    pairs = fields.List(fields.Nested(PairSchema), validate=validate.Length(max=30))
    extra = fields.List(Localized(), load_default=list, validate=validate.Length(max=10))
    unit = fields.String(load_default="", validate=validate.Length(max=20))
    # Not named `partial`, which is an attribute of every schema.
    by_parts = fields.Boolean(load_default=True, data_key="partial")
    hints = fields.List(Markdown(), load_default=list, validate=validate.Length(max=10))
    solution = Markdown()
    stimulus = fields.String(load_default="")

    @validates_schema(skip_on_field_errors=True)
    def _fits_type(self, data: dict[str, Any], **kwargs: Any) -> None:
        del kwargs
        needed = _NEEDS[data["type"]]
        if data["id"] in _TAKEN:
            raise ValidationError({"id": [text(f"Id {data['id']} dipakai halaman; pilih id lain.",
                                               f"The page itself uses the id {data['id']}; choose another.")]})  # fmt: skip
        for name, (kind, default) in _ONLY.items():
            if data["type"] != kind and data[name] != default:
                key = self.fields[name].data_key or name
                said = text(f"Hanya soal {kind} yang memakai {key}.", f"Only a {kind} question has {key}.")
                raise ValidationError({key: [said]})
        for name in _ENOUGH:
            if name in data and name != needed:
                raise ValidationError({name: [text(f"Soal {data['type']} tidak memakai {name}.",
                                                   f"A {data['type']} question has no {name}.")]})  # fmt: skip
        if len(data.get(needed, ())) < _ENOUGH[needed]:
            least = _ENOUGH[needed]
            raise ValidationError({needed: [text(f"Soal {data['type']} memerlukan paling sedikit {least} {needed}.",
                                                 f"A {data['type']} question needs at least {least} {needed}.")]})  # fmt: skip
        _no_twice(needed, data[needed])
        check = {"single": _one_right, "multiple": _some_right, "truefalse": _yes_or_no, "numeric": _all_numbers, "text": _texts}
        if data["type"] in check:
            check[data["type"]](data)

    @post_load
    def _make(self, data: dict[str, Any], **kwargs: Any) -> Question:
        del kwargs
        shared = {name: data[name] for name in ("id", "stem", "title", "points", "stimulus")}
        shared |= {"hints": tuple(data["hints"]), "solution": data.get("solution")}
        match data["type"]:
            case "single":
                return Single(choices=tuple(data["choices"]), **shared)
            case "multiple":
                return Multiple(choices=tuple(data["choices"]), partial=data["by_parts"], **shared)
            case "truefalse":
                return TrueFalse(choices=_yes_no_choices(data["answers"]), **shared)
            case "numeric":
                return Numeric(keys=_keys(data["answers"], numbers=True), unit=data["unit"], **shared)
            case "text":
                return ShortText(keys=_keys(data["answers"], numbers=False), **shared)
            case _:
                return Matching(pairs=tuple(data["pairs"]), extra=tuple(data["extra"]), **shared)


class StimulusSchema(Strict):
    id = StableId(required=True)
    title = fields.String(load_default="", validate=validate.Length(max=200))
    text = Markdown(required=True)


class QuizSchema(Strict):
    """A whole quiz."""

    feedback = fields.String(load_default="deferred", validate=validate.OneOf(["deferred", "immediate"]))
    shuffle = fields.Boolean(load_default=False)
    shuffle_choices = fields.Boolean(load_default=True)
    key = fields.String(load_default="after-last", validate=validate.OneOf(["after-last", "always"]))
    stimuli = fields.List(fields.Nested(StimulusSchema), load_default=list, validate=validate.Length(max=50))
    questions = fields.List(fields.Nested(QuestionSchema), required=True, validate=validate.Length(1, 200))

    @validates_schema(skip_on_field_errors=True)
    def _ids(self, data: dict[str, Any], **kwargs: Any) -> None:
        del kwargs
        _no_twice("questions", data["questions"])
        _no_twice("stimuli", data["stimuli"])
        known = {one["id"] for one in data["stimuli"]}
        for index, one in enumerate(data["questions"]):
            if one.stimulus and one.stimulus not in known:
                message = text(f"Tidak ada stimulus {one.stimulus}.", f"There is no stimulus {one.stimulus}.")
                raise ValidationError({"questions": {index: {"stimulus": [message]}}})

    @post_load
    def _make(self, data: dict[str, Any], **kwargs: Any) -> QuizConfig:
        del kwargs
        stimuli = {one["id"]: Stimulus(one["title"], one["text"]) for one in data["stimuli"]}
        return QuizConfig(
            tuple(data["questions"]), stimuli, data["feedback"] == "immediate", data["shuffle"], data["shuffle_choices"],
            data["key"] == "after-last",
        )  # fmt: skip


def _no_twice(name: str, items: list[Any]) -> None:
    seen: set[str] = set()
    for index, one in enumerate(items):
        key = one.get("id") if isinstance(one, dict) else one.id
        if key is None:
            continue
        if key in seen:
            raise ValidationError({name: {index: {"id": [text(f"Id {key} dipakai dua kali.", f"Id {key} is used twice.")]}}})
        seen.add(key)


def _one_right(data: dict[str, Any]) -> None:
    if sum(one.correct for one in data["choices"]) != 1:
        raise ValidationError({"choices": [text("Tandai tepat satu pilihan benar dengan [x].",
                                                "Mark exactly one choice right with [x].")]})  # fmt: skip


def _some_right(data: dict[str, Any]) -> None:
    if not any(one.correct for one in data["choices"]):
        raise ValidationError({"choices": [text("Tandai pilihan yang benar dengan [x].", "Mark the right choices with [x].")]})


def _yes_or_no(data: dict[str, Any]) -> None:
    truths = [truth(one["value"]) for one in data["answers"]]
    full = [one["fraction"] for one in data["answers"]]
    if None in truths or len(set(truths)) != len(truths) or sorted(full) not in ([1], [0, 1]):
        raise ValidationError({"answers": [text(
            "Tulis satu jawaban: benar atau salah. Umpan balik untuk jawaban lain ditulis dengan fraction 0.",
            "Write one answer: benar (true) or salah (false). Feedback for the other one goes with fraction 0.")]})  # fmt: skip


def _all_numbers(data: dict[str, Any]) -> None:
    for index, one in enumerate(data["answers"]):
        for name in ("value", "tolerance"):
            fault = _number_fault(one[name], percent=name == "tolerance")
            if fault:
                raise ValidationError({"answers": {index: {name: [fault]}}})
    _full_marks(data)


def _number_fault(written: str, *, percent: bool) -> Text | None:
    if ambiguous(written):
        bare, comma = written.replace(".", ""), written.replace(".", ",", 1)
        return text(f"{written} dapat dibaca dengan dua cara; tulis {bare} atau {comma}.",
                    f"{written} can be read in two ways; write {bare} or {comma}.")  # fmt: skip
    found = readings(written)
    if not found or (percent and min(found) < 0):
        return text(
            f"{written} bukan bilangan; tulis misalnya 12, 1,5 atau 2/3.",
            f"{written} is not a number; write 12, 1,5 or 2/3, say.",
        )
    return None


def _texts(data: dict[str, Any]) -> None:
    for index, one in enumerate(data["answers"]):
        if patterns.empty(one["value"]):
            message = text("Jawaban kosong: setiap tulisan akan diterima.", "The answer is empty: anything would fit it.")
            raise ValidationError({"answers": {index: {"value": [message]}}})
        if one["tolerance"] != "0":
            message = text("Hanya bilangan yang memiliki toleransi.", "Only numbers have a tolerance.")
            raise ValidationError({"answers": {index: {"tolerance": [message]}}})
    _full_marks(data)


def _full_marks(data: dict[str, Any]) -> None:
    if max(one["fraction"] for one in data["answers"]) < 1:
        raise ValidationError({"answers": [text("Tidak ada jawaban yang bernilai penuh.", "No answer earns full marks.")]})


def truth(written: str) -> bool | None:
    """Read benar or salah in either language; None for anything else."""
    word = written.casefold()
    return True if word in _YES else False if word in _NO else None


def _yes_no_choices(answers: list[dict[str, Any]]) -> tuple[Choice, ...]:
    right = next(truth(one["value"]) for one in answers if one["fraction"] == 1)
    said = {truth(one["value"]): one.get("feedback") for one in answers}
    return tuple(Choice(one, YES_NO[one], correct=truth == right, feedback=said.get(truth)) for one, truth in _WORDS)


def _keys(answers: list[dict[str, Any]], *, numbers: bool) -> tuple[Key, ...]:
    return tuple(
        Key(
            one["value"],
            _authored(one["value"]) if numbers else None,
            _tolerance(one["value"], one["tolerance"]) if numbers else Fraction(0),
            one["fraction"],
            one.get("feedback"),
        )
        for one in answers
    )


def _tolerance(value: str, tolerance: str) -> Fraction:
    """Give how far off an answer may be; per cent are of the number."""
    if tolerance.endswith("%"):
        return abs(_authored(value)) * _authored(tolerance[:-1]) / 100
    return _authored(tolerance)


def _authored(written: str) -> Fraction:
    # An author's comma is the decimal sign; schema errors have named what can be read in two ways.
    return readings(written)[0]
