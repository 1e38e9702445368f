"""The full form of a quiz in YAML; the shorthand of `lms_ext_quiz.shorthand` becomes the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from lms_ext.api import Localized, Markdown, RichText, StableId, Strict, text
from lms_ext_quiz.numbers import readings
from lms_ext_quiz.questions import (
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
_YES = {"benar", "true", "ya"}
_NO = {"salah", "false", "tidak"}


@dataclass(frozen=True, slots=True)
class QuizConfig:
    """A quiz as authored."""

    questions: tuple[Question, ...]
    stimuli: Mapping[str, RichText]
    immediate: bool
    shuffle: bool
    shuffle_choices: bool


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


class AnswerSchema(Strict):
    value = fields.Raw(required=True)
    tolerance = fields.Raw(load_default="0")
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
    partial = fields.Boolean(load_default=True)
    hints = fields.List(Markdown(), load_default=list, validate=validate.Length(max=10))
    solution = Markdown()
    stimulus = fields.String(load_default="")

    @validates_schema(skip_on_field_errors=True)
    def _fits_type(self, data: dict[str, Any], **kwargs: Any) -> None:
        del kwargs
        needed = _NEEDS[data["type"]]
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
                return Multiple(choices=tuple(data["choices"]), partial=data["partial"], **shared)
            case "truefalse":
                return TrueFalse(choices=_yes_no_choices(data["answers"][0]), **shared)
            case "numeric":
                return Numeric(keys=_keys(data["answers"], numbers=True), unit=data["unit"], **shared)
            case "text":
                return ShortText(keys=_keys(data["answers"], numbers=False), **shared)
            case _:
                return Matching(pairs=tuple(data["pairs"]), extra=tuple(data["extra"]), **shared)


class StimulusSchema(Strict):
    id = StableId(required=True)
    text = Markdown(required=True)


class QuizSchema(Strict):
    """A whole quiz."""

    feedback = fields.String(load_default="deferred", validate=validate.OneOf(["deferred", "immediate"]))
    shuffle = fields.Boolean(load_default=False)
    shuffle_choices = fields.Boolean(load_default=True)
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
        stimuli = {one["id"]: one["text"] for one in data["stimuli"]}
        return QuizConfig(
            tuple(data["questions"]), stimuli, data["feedback"] == "immediate", data["shuffle"], data["shuffle_choices"]
        )


def _no_twice(name: str, items: list[Any]) -> None:
    seen: set[str] = set()
    for index, one in enumerate(items):
        key = one.get("id") if isinstance(one, dict) else one.id
        if key is not None and key in seen:
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
    if len(data["answers"]) != 1 or _truth(data["answers"][0]["value"]) is None:
        raise ValidationError({"answers": [text("Tulis satu jawaban: benar atau salah.", "Write one answer: true or false.")]})


def _all_numbers(data: dict[str, Any]) -> None:
    for index, one in enumerate(data["answers"]):
        for name in ("value", "tolerance"):
            if not _is_number(one[name]):
                message = text(f"{one[name]} bukan bilangan.", f"{one[name]} is not a number.")
                raise ValidationError({"answers": {index: {name: [message]}}})
    _full_marks(data)


def _texts(data: dict[str, Any]) -> None:
    for index, one in enumerate(data["answers"]):
        if not str(one["value"]).replace("*", "").strip():
            raise ValidationError({"answers": {index: {"value": [text("Jawaban kosong.", "The answer is empty.")]}}})
    _full_marks(data)


def _full_marks(data: dict[str, Any]) -> None:
    if max(one["fraction"] for one in data["answers"]) < 1:
        raise ValidationError({"answers": [text("Tidak ada jawaban yang bernilai penuh.", "No answer earns full marks.")]})


def _is_number(value: object) -> bool:
    return not isinstance(value, bool) and bool(readings(str(value)))


def _truth(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    word = str(value).strip().casefold()
    return True if word in _YES else False if word in _NO else None


def _yes_no_choices(answer: Mapping[str, Any]) -> tuple[Choice, ...]:
    truth = "benar" if _truth(answer["value"]) else "salah"
    return tuple(
        Choice(one, RichText(YES_NO[one]["id"]), correct=one == truth, feedback=answer.get("feedback") if one == truth else None)
        for one in YES_NO
    )


def _keys(answers: list[dict[str, Any]], *, numbers: bool) -> tuple[Key, ...]:
    return tuple(
        Key(
            str(one["value"]).strip(),
            abs(min(readings(str(one["tolerance"])))) if numbers else Fraction(0),
            one["fraction"],
            one.get("feedback"),
        )
        for one in answers
    )


