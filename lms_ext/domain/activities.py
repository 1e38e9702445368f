"""Activities as authored, the work a person does in them, and what came of it."""

import enum
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from lms_ext.domain.texts import Text

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
Answer = Mapping[str, tuple[str, ...]]
"""A person's answer: field name to the values a form would send. Ids, never positions."""

TEXT_LIMIT = 20_000
"""Most characters one field keeps: about eight printed pages."""


class Experience(enum.StrEnum):
    """The three learning experiences of Pembelajaran Mendalam."""

    MEMAHAMI = "memahami"
    MENGAPLIKASI = "mengaplikasi"
    MEREFLEKSI = "merefleksi"


class Keep(enum.StrEnum):
    """Which of several attempts counts."""

    BEST = "best"
    LAST = "last"
    FIRST = "first"
    MEAN = "mean"


class Entries(enum.StrEnum):
    """How often a person hands in."""

    ONE = "one"
    """Once; again only when a teacher returns it."""
    ATTEMPTS = "attempts"
    """A limited or unlimited number of separate attempts."""
    ONGOING = "ongoing"
    """Step by step in one attempt that stays open until the outcome says it is complete; its score is sent as it grows."""


@dataclass(frozen=True, slots=True)
class Indicator:
    id: str
    label: Text


@dataclass(frozen=True, slots=True)
class Level:
    value: int
    label: Text


@dataclass(frozen=True, slots=True)
class Aspect:
    """One aspect of a rubric: marked by ticking indicators, or by choosing a level."""

    id: str
    title: Text
    indicators: tuple[Indicator, ...] = ()
    levels: tuple[Level, ...] = ()

    @property
    def maximum(self) -> int:
        """Give the highest level that can be reached, at least 1."""
        return len(self.indicators) or max((level.value for level in self.levels), default=1)


@dataclass(frozen=True, slots=True)
class Rubric:
    """Marks by aspect; the fraction is the mean of level / maximum over the aspects."""

    aspects: tuple[Aspect, ...]
    level_names: tuple[Level, ...] = ()
    """Words for the computed levels of an indicator rubric, e.g. 5 *Melebihi Ekspektasi* … 1 *Kurang*."""

    def level(self, aspect: Aspect, marks: Mapping[str, tuple[str, ...]]) -> int | None:
        """Give the level marked for an aspect: the count of its ticks, or the level chosen; None when unmarked."""
        given = marks.get(aspect.id)
        if given is None:
            return None
        if aspect.indicators:
            return len({one.id for one in aspect.indicators} & set(given))
        chosen = [one.value for one in aspect.levels if str(one.value) in given]
        return chosen[0] if chosen else None

    def fraction(self, marks: Mapping[str, tuple[str, ...]]) -> float | None:
        """Give the score in 0..1, or None while an aspect is unmarked."""
        levels = [(self.level(one, marks), one.maximum) for one in self.aspects]
        reached = [level / maximum for level, maximum in levels if level is not None]
        return sum(reached) / len(reached) if reached and len(reached) == len(levels) else None


@dataclass(frozen=True, slots=True)
class Activity:
    """One thing to do, as its author wrote it. `config` is what the activity type's schema read."""

    pack: str
    id: str
    type: str
    title: Text
    summary: Text | None
    points: int
    """Score maximum in the gradebook, 1..100; 0 when it is not graded."""
    config: object
    minutes: int | None = None
    experience: Experience | None = None
    tags: tuple[str, ...] = ()
    attempts: int | None = 1
    """How many attempts; None for no limit."""
    keep: Keep = Keep.BEST
    rubric: Rubric | None = None
    language: str = "id"
    """Of its longer texts, which are in one language only."""

    @property
    def ref(self) -> str:
        """Give the stable name that links and gradebook columns carry: ``pack/activity``."""
        return f"{self.pack}/{self.id}"


class FieldKind(enum.StrEnum):
    ONE = "one"
    MANY = "many"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a person may fill in; the host refuses any field or choice that is not declared."""

    kind: FieldKind
    choices: frozenset[str] | None = None
    """Ids that may be chosen; None for free text."""
    limit: int = TEXT_LIMIT
    part: str | None = None
    """Fields of one part are checked (and locked) together when the activity gives feedback at once."""
    by_button: bool = False
    """Changed by the type's own buttons (`apply`) alone; what a form or a draft says of it is not heard."""

    def accepts(self, values: tuple[str, ...]) -> bool:
        """Tell whether these values fit: known choices, no more than one for ONE and TEXT, within the length limit."""
        if self.kind != FieldKind.MANY and len(values) > 1:
            return False
        if self.choices is not None:
            return set(values) <= self.choices and len(set(values)) == len(values)
        return not self.too_long(values) and all("\x00" not in value for value in values)

    def too_long(self, values: tuple[str, ...]) -> bool:
        """Tell whether a free text is over the limit."""
        return self.choices is None and any(len(value) > self.limit for value in values)


@dataclass(frozen=True, slots=True)
class Work:
    """What the host hands a plugin: the state the attempt began with, the answer so far, the parts already checked."""

    state: Mapping[str, Json]
    answer: Answer = field(default_factory=dict)
    checked: frozenset[str] = frozenset()
    previous: Answer | None = None
    """For `review`: the answer handed in before this one; None when this is the first."""
    more: bool = False
    """For `review`: its author may begin another attempt, into which a key that is shown now could be copied."""

    def one(self, name: str) -> str:
        """Give a field's single value, "" when empty."""
        values = self.answer.get(name, ())
        return values[0] if values else ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What grading says of a work."""

    fraction: float | None
    """0..1, or None when there is no score (yet)."""
    needs_marking: bool = False
    complete: bool = True
    """False keeps an ONGOING attempt open."""
    detail: Mapping[str, Json] = field(default_factory=dict)
    """What `review` wants to know again, plain JSON; kept with the submission."""
    units: Mapping[str, float] = field(default_factory=dict)
    """Fractions in 0..1 by id of `ActivityType.units`; a unit without a score (yet) is absent."""

    def fault(self) -> str | None:
        """Say what makes this outcome unusable, or None."""
        fractions = [*self.units.values(), *(() if self.fraction is None else (self.fraction,))]
        return None if all(math.isfinite(one) and 0 <= one <= 1 for one in fractions) else "fraction outside 0..1"


@dataclass(frozen=True, slots=True)
class Wants:
    """Host services an activity type asks for; the host does them once for all types."""

    entries: Entries = Entries.ATTEMPTS
    marking: bool = False
    """A teacher marks it (rubric or plain points) and may return it for revision."""
    private_drafts: bool = True
    """The teacher sees only that a draft exists."""
