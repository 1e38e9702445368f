"""The six kinds of question: what may be filled in, what an answer earns, and what is said about it."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, ClassVar

from lms_ext.api import Answer, Field, FieldKind, RichText, Text, Work, text
from lms_ext_quiz.numbers import readings

_BLANKS = re.compile(r"\s+")
WRITTEN_LIMIT = 200
"""Most characters of a number or a short text."""


@dataclass(frozen=True, slots=True)
class Choice:
    id: str
    text: RichText
    correct: bool = False
    feedback: RichText | None = None
    misconception: str = ""


@dataclass(frozen=True, slots=True)
class Key:
    """An accepted answer: a number with its tolerance, or a text in which ``*`` stands for anything."""

    value: str
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

    def ids(self) -> list[str]:
        """List the ids that chance may reorder."""
        return []

    def fields(self, part: str | None) -> dict[str, Field]:
        """Declare the question's form fields."""
        return {self.id: Field(FieldKind.TEXT, limit=WRITTEN_LIMIT, part=part)}

    def answered(self, work: Work) -> bool:
        """Tell whether anything was filled in."""
        return any(work.one(name).strip() for name in self.fields(None))

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
        return {self.id: Field(FieldKind.ONE, frozenset(self.ids()), part=part)}

    def fraction(self, work: Work) -> float:
        return float(any(one.correct and one.id == work.one(self.id) for one in self.choices))

    def perfect(self) -> Answer:
        return {self.id: tuple(one.id for one in self.choices if one.correct)[:1]}

    def ask(self, order: Sequence[str]) -> dict[str, Any]:
        return {"choices": [(one.id, one.text) for one in self._in(order)]}

    def explain(self, work: Work, order: Sequence[str]) -> dict[str, Any]:
        taken = set(work.answer.get(self.id, ()))
        shown = [
            {"text": one.text, "taken": one.id in taken, "correct": one.correct,
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

    def ids(self) -> list[str]:
        return ["benar", "salah"]


@dataclass(frozen=True, kw_only=True)
class Multiple(Single):
    """Choose several: right ones count up, wrong ones down, never below nothing; or all or nothing."""

    kind: ClassVar[str] = "multiple"
    partial: bool = True

    def fields(self, part: str | None) -> dict[str, Field]:
        return {self.id: Field(FieldKind.MANY, frozenset(self.ids()), part=part)}

    def fraction(self, work: Work) -> float:
        taken = set(work.answer.get(self.id, ()))
        right = {one.id for one in self.choices if one.correct}
        if not self.partial:
            return float(taken == right)
        return max(0, len(taken & right) - len(taken - right)) / len(right)

    def perfect(self) -> Answer:
        return {self.id: tuple(one.id for one in self.choices if one.correct)}


@dataclass(frozen=True, kw_only=True)
class Written(Question):
    """Write something short; the first accepted answer that fits counts."""

    keys: tuple[Key, ...]
    unit: str = ""

    def fits(self, written: str, key: Key) -> bool:
        """Tell whether what was written is this accepted answer."""
        raise NotImplementedError

    def found(self, work: Work) -> Key | None:
        """Give the accepted answer that earns most among those that fit."""
        fitting = [one for one in self.keys if self.fits(work.one(self.id), one)]
        return max(fitting, key=lambda one: one.fraction, default=None)

    def fraction(self, work: Work) -> float:
        key = self.found(work)
        return key.fraction if key else 0.0

    def perfect(self) -> Answer:
        best = max(self.keys, key=lambda one: one.fraction)
        return {self.id: (best.value.replace("*", ""),)}

    def ask(self, order: Sequence[str]) -> dict[str, Any]:
        return {"unit": self.unit}

    def explain(self, work: Work, order: Sequence[str]) -> dict[str, Any]:
        key = self.found(work)
        full = [one.value for one in self.keys if one.fraction == 1]
        return {"written": work.one(self.id), "right": full, "unit": self.unit, "feedback": key.feedback if key else None}


@dataclass(frozen=True, kw_only=True)
class Numeric(Written):
    """Write a number, with decimal comma or point."""

    kind: ClassVar[str] = "numeric"

    def fits(self, written: str, key: Key) -> bool:
        number = written.strip()
        if self.unit:
            number = number.removesuffix(self.unit)
        targets = readings(key.value)
        return any(abs(one - target) <= key.tolerance for one in readings(number) for target in targets)


@dataclass(frozen=True, kw_only=True)
class ShortText(Written):
    """Write a word or a few; case, blanks and a closing full stop do not matter."""

    kind: ClassVar[str] = "text"

    def fits(self, written: str, key: Key) -> bool:
        parts = [re.escape(_folded(one)) for one in key.value.split("*")]
        return bool(_folded(written)) and re.fullmatch(".*".join(parts), _folded(written)) is not None


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
        return {one.id: one.right for one in self.pairs} | {f"x{number}": one for number, one in enumerate(self.extra, 1)}

    def name(self, pair: Pair) -> str:
        """Give the form field of a pair."""
        return f"{self.id}.{pair.id}"

    def fields(self, part: str | None) -> dict[str, Field]:
        return {self.name(one): Field(FieldKind.ONE, frozenset(self.ids()), part=part) for one in self.pairs}

    def answered(self, work: Work) -> bool:
        return all(work.one(self.name(one)) for one in self.pairs)

    def _is_right(self, pair: Pair, chosen: str) -> bool:
        rights = self._rights()
        return chosen in rights and rights[chosen] == pair.right  # two pairs may share a right-hand side

    def fraction(self, work: Work) -> float:
        return sum(self._is_right(one, work.one(self.name(one))) for one in self.pairs) / len(self.pairs)

    def perfect(self) -> Answer:
        return {self.name(one): (one.id,) for one in self.pairs}

    def ask(self, order: Sequence[str]) -> dict[str, Any]:
        rights, shown = self._rights(), dict[str, Text]()
        for one in order:
            if one in rights and rights[one] not in shown.values():
                shown[one] = rights[one]
        same = {one: next(kept for kept, right in shown.items() if right == rights[one]) for one in rights}
        return {"pairs": [(self.name(one), one.left) for one in self.pairs], "rights": list(shown.items()), "same": same}

    def explain(self, work: Work, order: Sequence[str]) -> dict[str, Any]:
        rights = self._rights()
        rows = [
            {"left": one.left, "chosen": rights.get(work.one(self.name(one))), "right": one.right,
             "correct": self._is_right(one, work.one(self.name(one)))}
            for one in self.pairs
        ]  # fmt: skip
        return {"rows": rows}


def _folded(written: str) -> str:
    plain = unicodedata.normalize("NFKC", written).casefold().strip()
    return _BLANKS.sub(" ", plain).rstrip(" .")


def verdict(fraction: float, *, answered: bool) -> str:
    """Name a result: ``right``, ``part``, ``wrong`` or ``empty``."""
    if fraction == 1:
        return "right"
    if fraction > 0:
        return "part"
    return "wrong" if answered else "empty"


YES_NO: Mapping[str, Text] = {"benar": text("Benar", "True"), "salah": text("Salah", "False")}


def total(questions: Iterable[Question]) -> int:
    """Add the points up."""
    return sum(one.points for one in questions)
