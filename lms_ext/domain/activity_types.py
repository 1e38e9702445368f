"""The contract between the host and an activity type: pure functions on plain data."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from lms_ext.domain.activities import Answer, Field, Json, Outcome, Wants, Work
from lms_ext.domain.problems import Problem
from lms_ext.domain.texts import Text, text

_UNIT_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}\Z")
"""As `config_fields.StableId`."""


class ConfigSchema(Protocol):
    """The part of a marshmallow schema that the host uses; made anew for each load."""

    def load(self, data: Any) -> Any:
        """Read plain JSON into the config the type's methods get, or raise marshmallow's ValidationError."""
        ...


@dataclass(frozen=True, slots=True)
class Sample:
    """An answer and the fraction it must earn (None: no score); tests play them for every published activity."""

    answer: Answer
    fraction: float | None


@dataclass(frozen=True, slots=True)
class ScoredUnit:
    """A stretch of an activity that has a score of its own, for which a teacher may want a gradebook column."""

    id: str
    """A stable id: the column keeps it for ever."""
    title: Text
    maximum: int = 1
    """Score maximum of its column, 1..100. It comes on top of the activity's points, so let it be small."""

    @property
    def is_fit(self) -> bool:
        """Tell whether a gradebook can hold it."""
        return bool(_UNIT_ID.match(self.id)) and 1 <= self.maximum <= 100


class ActivityType(ABC):
    """One kind of activity. Methods are pure: no clock, no database, no request, no change to their arguments.

    ``config`` is what ``config_schema().load(...)`` returned. The host loads it once per published snapshot and keeps it,
    so treat it as read-only. Templates are Jinja files in the plugin's ``templates`` folder, named ``<plugin>/<file>``, and get
    what `view` or `review` return, beside the host's own names (``_``, ``ui``, ``activity``, ``fields``). A true ``wide`` in it
    gives the page room for two columns; a true ``parts`` says that each part brings a heading of its own, so that the activity's
    title stands small above it.
    """

    name: ClassVar[str]
    """Key for ``type:`` in packs; unique among all plugins."""
    title: ClassVar[Text]
    config_schema: ClassVar[type[ConfigSchema]]
    wants: ClassVar[Wants] = Wants()
    buttons: ClassVar[frozenset[str]] = frozenset()
    """Names of the type's own submit buttons; pressing one calls `apply` and saves."""
    submitting: ClassVar[frozenset[str]] = frozenset()
    """Those of them that also hand in."""
    submit_label: ClassVar[Text | None] = text("Kumpulkan", "Hand in")
    """Label of the host's button; None when the type brings its own."""
    attempt_template: ClassVar[str]
    review_template: ClassVar[str]

    def start(self, config: Any, seed: int) -> dict[str, Json]:
        """Give the state of a new attempt: what chance decided, by ids. `seed` is the same for the same attempt for ever."""
        del config, seed
        return {}

    @abstractmethod
    def fields(self, config: Any, state: Mapping[str, Json]) -> Mapping[str, Field]:
        """Declare every form field a person may fill in. The host refuses all others."""

    @abstractmethod
    def view(self, config: Any, work: Work) -> dict[str, Any]:
        """Give the template context for a person at work. It must not hold a key, but for parts in ``work.checked``."""

    @abstractmethod
    def grade(self, config: Any, work: Work) -> Outcome:
        """Grade an answer. Regrading is calling this again."""

    @abstractmethod
    def review(self, config: Any, work: Work, outcome: Outcome) -> dict[str, Any]:
        """Give the template context for reading a work that was handed in, for its author and for a teacher."""

    @abstractmethod
    def samples(self, config: Any, state: Mapping[str, Json]) -> Iterable[Sample]:
        """Give answers with the score each must earn, full marks among them when the type scores by itself."""

    def summary(self, config: Any) -> Text | None:
        """Describe the size in a few words for lists, e.g. "10 soal"; None to say nothing."""
        del config
        return None

    def units(self, config: Any) -> tuple[ScoredUnit, ...]:
        """Declare what `grade` scores singly in ``Outcome.units``; empty when it only scores the whole."""
        del config
        return ()

    def apply(self, config: Any, work: Work, name: str, value: str) -> Answer:
        """Give the answer after the type's own button `name` with `value` was pressed."""
        del config, name, value
        return work.answer

    def ready(self, config: Any, work: Work) -> Text | None:
        """Say why the work cannot be handed in yet, or None when it can."""
        del config, work
        return None

    def doubts(self, config: Any, work: Work) -> Text | None:
        """Say what its author may have overlooked; the host asks once before it hands the work in. None when there is nothing."""
        del config, work
        return None

    def gap(self, config: Any, work: Work) -> str:
        """Name the field to go to when the work is not `ready`; "" for the start of the work."""
        del config, work
        return ""

    def echo(self, config: Any, name: str, written: str) -> Text | None:
        """Say how a field's text is understood, e.g. "dibaca sebagai 1,5"; told once it is saved. Never of the key."""
        del config, name, written
        return None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a pack format made of a file: plain JSON for the type's schema, where each part stands, and what is wrong."""

    config: Mapping[str, Json]
    lines: Mapping[tuple[str | int, ...], int] = field(default_factory=dict)
    """Path into `config` to 1-based line, so that a schema error can name its line."""
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class PackFormat:
    """A file format inside a pack: front matter in YAML (read by the host), then a body in the format's own notation."""

    suffix: str
    """E.g. ``.quiz.md``; the longest suffix that fits a file name wins."""
    type: str
    """The activity type this format writes."""
    read: Callable[[str, str, int], Reading]
    """``read(body, file, first_line)``; never raises on an author's mistake."""
