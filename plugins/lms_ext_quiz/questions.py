"""The six kinds of question: what may be filled in, what an answer earns, and what is said about it."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, ClassVar

from lms_ext.api import Answer, Field, FieldKind, RichText, Text, Work, pick, text
from lms_ext_quiz import patterns
from lms_ext_quiz.numbers import readings, shown

WRITTEN_LIMIT = 200
"""Most characters of a number or a short text."""


@dataclass(frozen=True, slots=True)
class Choice:
    id: str
    text: RichText | Text
    correct: bool = False
    feedback: RichText | None = None
    misconception: str = ""


@dataclass(frozen=True, slots=True)
class Key:
    """An accepted answer: a number with its tolerance, or a text in which ``*`` stands for anything."""

    value: str
    number: Fraction | None = None
    tolerance: Fraction = Fraction(0)
    fraction: float = 1.0
    feedback: RichText | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    id: str
    left: RichText
    right: Text


@dataclass(frozen=True, kw_only=True)
class Question:
    """What all kinds share."""

    kind: ClassVar[str]
    id: str
    stem: RichText
    title: str = ""
    points: int = 1
    hints: tuple[RichText, ...] = ()
    solution: RichText | None = None
    stimulus: str = ""

    @property
    def name(self) -> str:
        """Give the form field; the dot keeps it apart from the host's fields."""
        return f"q.{self.id}"

    def ids(self) -> list[str]:
        """List the ids that chance may reorder."""
        return []

    def fields(self, part: str | None) -> dict[str, Field]:
        """Declare the question's form fields."""
        return {self.name: Field(FieldKind.TEXT, limit=WRITTEN_LIMIT, part=part)}

    def answered(self, work: Work) -> bool:
        """Tell whether anything was filled in."""
        return any(work.one(name).strip() for name in self.fields(None))

    def begun(self, work: Work) -> bool:
        """Tell whether a part of the question was filled in."""
        return self.answered(work)

    def fraction(self, work: Work) -> float:
        """Grade: 0..1."""
        raise NotImplementedError

    def perfect(self) -> Answer:
        """Give an answer that earns everything."""
        raise NotImplementedError

    def ask(self, order: Sequence[str]) -> dict[str, Any]:
        """Give what the attempt page shows, without the key."""
        del order
        return {}

    def explain(self, work: Work, order: Sequence[str]) -> dict[str, Any]:
        """Give what the review shows, with the key."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Single(Question):
    """Choose one."""

    kind: ClassVar[str] = "single"
    choices: tuple[Choice, ...]

    def ids(self) -> list[str]:
        return [one.id for one in self.choices]

    def fields(self, part: str | None) -> dict[str, Field]:
        return {self.name: Field(FieldKind.ONE, frozenset(self.ids()), part=part)}

    def fraction(self, work: Work) -> float:
        return float(any(one.correct and one.id == work.one(self.name) for one in self.choices))

    def perfect(self) -> Answer:
        return {self.name: tuple(one.id for one in self.choices if one.correct)[:1]}

    def ask(self, order: Sequence[str]) -> dict[str, Any]:
        return {"choices": [(one.id, one.text) for one in self._in(order)]}

    def explain(self, work: Work, order: Sequence[str]) -> dict[str, Any]:
        taken = set(work.answer.get(self.name, ()))
        shown = [
            {"id": one.id, "text": one.text, "taken": one.id in taken, "correct": one.correct,
             "feedback": one.feedback if one.id in taken else None}
            for one in self._in(order)
        ]  # fmt: skip
        return {"choices": shown}

    def _in(self, order: Sequence[str]) -> list[Choice]:
        by_id = {one.id: one for one in self.choices}
        return [by_id[one] for one in order if one in by_id]


@dataclass(frozen=True, kw_only=True)
class TrueFalse(Single):
    """True or false: a single choice whose order never changes."""

    kind: ClassVar[str] = "truefalse"


@dataclass(frozen=True, kw_only=True)
class Multiple(Single):
    """Choose several: right ones count up, wrong ones down, never below nothing; or all or nothing."""

    kind: ClassVar[str] = "multiple"
    partial: bool = True

    def fields(self, part: str | None) -> dict[str, Field]:
        return {self.name: Field(FieldKind.MANY, frozenset(self.ids()), part=part)}

    def fraction(self, work: Work) -> float:
        taken = set(work.answer.get(self.name, ()))
        right = {one.id for one in self.choices if one.correct}
        if not self.partial:
            return float(taken == right)
        return max(0, len(taken & right) - len(taken - right)) / len(right)

    def perfect(self) -> Answer:
        return {self.name: tuple(one.id for one in self.choices if one.correct)}


@dataclass(frozen=True, kw_only=True)
class Written(Question):
    """Write something short; of the accepted answers that fit, the one that earns most counts."""

    keys: tuple[Key, ...]

    def fits(self, written: str, key: Key) -> bool:
        """Tell whether what was written is this accepted answer."""
        raise NotImplementedError

    def example(self, key: Key) -> str:
        """Write something that is this accepted answer."""
        raise NotImplementedError

    def correct(self) -> list[Text]:
        """List the answers that earn everything, as they are shown."""
        return [{"id": one.value} for one in self.keys if one.fraction == 1]

    def found(self, work: Work) -> Key | None:
        """Give the accepted answer that earns most among those that fit."""
        fitting = [one for one in self.keys if self.fits(work.one(self.name), one)]
        return max(fitting, key=lambda one: one.fraction, default=None)

    def fraction(self, work: Work) -> float:
        key = self.found(work)
        return key.fraction if key else 0.0

    def perfect(self) -> Answer:
        return {self.name: (self.example(max(self.keys, key=lambda one: one.fraction)),)}

    def explain(self, work: Work, order: Sequence[str]) -> dict[str, Any]:
        del order
        key = self.found(work)
        return {"written": work.one(self.name), "right": self.correct(), "feedback": key.feedback if key else None}


@dataclass(frozen=True, kw_only=True)
class Numeric(Written):
    """Write a number, with decimal comma or point, with or without its unit."""

    kind: ClassVar[str] = "numeric"
    unit: str = ""

    def fits(self, written: str, key: Key) -> bool:
        return self._fitting(written, key) is not None

    def example(self, key: Key) -> str:
        return key.value

    def correct(self) -> list[Text]:
        full = [one for one in self.keys if one.fraction == 1 and one.number is not None]
        return [{"id": one.value} if "/" in one.value else shown(one.number) for one in full if one.number is not None]

    def ask(self, order: Sequence[str]) -> dict[str, Any]:
        del order
        return {"unit": self.unit}

    def read(self, written: str) -> list[Text]:
        """Give what a text can be read as, without any knowledge of the key; empty when it is no number."""
        return [shown(one) for one in self._readings(written)]

    def echo(self, written: str) -> Text:
        """Say how a text is read."""
        read = self.read(written)
        if not read:
            return text(f"{written} belum terbaca sebagai bilangan.", f"{written} is not readable as a number yet.")
        unit = f" {self.unit}" if self.unit else ""
        said = [f" {joint} ".join(pick(one, locale) for one in read) + unit for locale, joint in (("id", "atau"), ("en", "or"))]
        more = (" Semua cara baca itu dicocokkan.", " All these readings are checked.") if len(read) > 1 else ("", "")
        return text(f"{written} dibaca sebagai {said[0]}.{more[0]}", f"{written} is read as {said[1]}.{more[1]}")

    def explain(self, work: Work, order: Sequence[str]) -> dict[str, Any]:
        written = work.one(self.name)
        key = self.found(work)
        fitting = self._fitting(written, key) if key else None
        read = shown(fitting) if fitting is not None else next(iter(self.read(written)), None)
        return super().explain(work, order) | {"unit": self.unit, "read": read}

    def _readings(self, written: str) -> list[Fraction]:
        bare = written.strip()
        unit = self.unit.casefold()
        found = list(readings(bare))
        if unit and bare.casefold().endswith(unit):
            found = [*readings(bare[: -len(unit)]), *found]
        elif unit and bare.casefold().startswith(unit):
            found = [*readings(bare[len(unit) :].lstrip(" .")), *found]
        return list(dict.fromkeys(found))

    def _fitting(self, written: str, key: Key) -> Fraction | None:
        target = key.number or Fraction(0)
        return next((one for one in self._readings(written) if abs(one - target) <= key.tolerance), None)


@dataclass(frozen=True, kw_only=True)
class ShortText(Written):
    """Write a word or a few; see `lms_ext_quiz.patterns` for what is forgiven."""

    kind: ClassVar[str] = "text"

    def fits(self, written: str, key: Key) -> bool:
        return patterns.fits(written, key.value)

    def example(self, key: Key) -> str:
        return patterns.example(key.value)

    def correct(self) -> list[Text]:
        return [{"id": one["id"].replace("*", "…")} for one in super().correct()]


@dataclass(frozen=True, kw_only=True)
class Matching(Question):
    """Find the right-hand side of each left-hand side; every pair counts the same."""

    kind: ClassVar[str] = "matching"
    pairs: tuple[Pair, ...]
    extra: tuple[Text, ...] = field(default=())
    """Right-hand sides that belong to nothing."""

    def ids(self) -> list[str]:
        return list(self._rights())

    def _rights(self) -> dict[str, Text]:
        # The id of a right-hand side comes from its own words: an id shared with the left-hand side would show the key.
        return {_right_id(one): one for one in [*(one.right for one in self.pairs), *self.extra]}

    def field(self, pair: Pair) -> str:
        """Give the form field of a pair."""
        return f"{self.name}.{pair.id}"

    def fields(self, part: str | None) -> dict[str, Field]:
        choices = frozenset(self.ids())
        return {self.field(one): Field(FieldKind.ONE, choices, part=part) for one in self.pairs}

    def answered(self, work: Work) -> bool:
        return all(work.one(self.field(one)) for one in self.pairs)

    def begun(self, work: Work) -> bool:
        return any(work.one(self.field(one)) for one in self.pairs)

    def _is_right(self, pair: Pair, work: Work) -> bool:
        return work.one(self.field(pair)) == _right_id(pair.right)

    def fraction(self, work: Work) -> float:
        return sum(self._is_right(one, work) for one in self.pairs) / len(self.pairs)

    def perfect(self) -> Answer:
        return {self.field(one): (_right_id(one.right),) for one in self.pairs}

    def ask(self, order: Sequence[str]) -> dict[str, Any]:
        rights = self._rights()
        return {
            "pairs": [(self.field(one), one.left) for one in self.pairs],
            "rights": [(one, rights[one]) for one in order if one in rights],
        }

    def explain(self, work: Work, order: Sequence[str]) -> dict[str, Any]:
        del order
        rights = self._rights()
        rows = [
            {"left": one.left, "chosen": rights.get(work.one(self.field(one))), "right": one.right,
             "correct": self._is_right(one, work)}
            for one in self.pairs
        ]  # fmt: skip
        return {"rows": rows}


def _right_id(right: Text) -> str:
    words = "\n".join(f"{language}={right[language]}" for language in sorted(right))
    return "r" + hashlib.sha256(words.encode()).hexdigest()[:10]


def verdict(fraction: float, *, begun: bool) -> str:
    """Name a result: ``right``, ``part``, ``wrong`` or ``empty``."""
    if fraction == 1:
        return "right"
    if fraction > 0:
        return "part"
    return "wrong" if begun else "empty"


YES_NO: Mapping[str, Text] = {"benar": text("Benar", "True"), "salah": text("Salah", "False")}


def total(questions: Iterable[Question]) -> int:
    """Add the points up."""
    return sum(one.points for one in questions)
