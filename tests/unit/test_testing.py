"""The conformance check for plugin authors finds each breach; a type that keeps the contract has none."""

from collections.abc import Mapping
from typing import Any

import pytest

from lms_ext.api import Entries, Json, Outcome, Sample, ScoredUnit, Wants, Work
from lms_ext.testing import breaches
from tests.support.sum_plugin import Sum

CONFIG = {"first": 2, "second": 3}


class Whole(Sum):
    """The sum, with a sample of none."""

    def samples(self, config: Any, state: Mapping[str, Json]) -> list[Sample]:
        return [*super().samples(config, state), Sample({}, 0.0)]


class Marked(Sum):
    wants = Wants(entries=Entries.ONE, marking=True)


class NotJson(Whole):
    def start(self, config: Any, seed: int) -> dict[str, Json]:
        return {"when": object()}  # type: ignore[dict-item]  # the breach under test


class Fickle(Whole):
    turn = 0

    def start(self, config: Any, seed: int) -> dict[str, Json]:
        self.turn += 1
        return {"turn": self.turn}


class Moody(Whole):
    turn = 0

    def grade(self, config: Any, work: Work) -> Outcome:
        self.turn += 1
        return Outcome(1 / self.turn)


class Liar(Whole):
    def samples(self, config: Any, state: Mapping[str, Json]) -> list[Sample]:
        return [Sample({"total": ("4",)}, 1.0), Sample({"nothing": ("x",)}, 0.0)]


class Silent(Whole):
    def samples(self, config: Any, state: Mapping[str, Json]) -> list[Sample]:
        return []


class Odd(Whole):
    def grade(self, config: Any, work: Work) -> Outcome:
        return Outcome(float("inf"), detail={"x": float("nan")})

    def view(self, config: Any, work: Work) -> dict[str, Any]:
        return []  # type: ignore[return-value]  # the breach under test

    def review(self, config: Any, work: Work, outcome: Outcome) -> dict[str, Any]:
        return None  # type: ignore[return-value]  # the breach under test


class Boastful(Whole):
    def units(self, config: Any) -> tuple[ScoredUnit, ...]:
        return ScoredUnit("Satu", {"id": "Satu"}), ScoredUnit("dua", {"id": "Dua"}, 101)

    def grade(self, config: Any, work: Work) -> Outcome:
        return Outcome(super().grade(config, work).fraction, units={"tiga": 1.0})


def test_a_type_that_keeps_the_contract_has_no_breach() -> None:
    assert breaches(Whole(), CONFIG) == []
    assert breaches(Marked(), CONFIG) == []
    assert breaches(Sum(), CONFIG, graded=False) == []


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        (Sum(), "no full marks or no zero"),
        (NotJson(), "not plain JSON"),
        (Fickle(), "same seed"),
        (Moody(), "another outcome"),
        (Liar(), "it earns 0.0, not 1.0"),
        (Liar(), "refuse nothing"),
        (Silent(), "no samples"),
        (Odd(), "unusable"),
        (Odd(), "detail"),
        (Odd(), "view gives a dict"),
        (Odd(), "review gives a dict"),
        (Boastful(), "units need stable ids"),
        (Boastful(), "a unit that it does not declare"),
    ],
)
def test_each_breach_is_named(kind: Sum, says: str) -> None:
    assert any(says in one for one in breaches(kind, CONFIG, seeds=[7])), breaches(kind, CONFIG, seeds=[7])
