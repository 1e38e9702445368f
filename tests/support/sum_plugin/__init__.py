"""Sums: an activity type as a third party would write it."""

from collections.abc import Iterable, Mapping
from typing import Any

from marshmallow import fields

from lms_ext.api import ActivityType, Entries, Field, FieldKind, Json, Outcome, Sample, Strict, Wants, Work, hookimpl, text

CRASH = -13
"""A first number that this plugin cannot show."""


class SumConfig(Strict):
    """Two numbers to add."""

    first = fields.Integer(required=True)
    second = fields.Integer(required=True)


class Sum(ActivityType):
    """Add two numbers; a note is free."""

    name = "sum"
    title = text("Penjumlahan", "Sum")
    config_schema = SumConfig
    wants = Wants(entries=Entries.ATTEMPTS)
    attempt_template = "sum/attempt.html"
    review_template = "sum/review.html"

    def fields(self, config: Any, state: Mapping[str, Json]) -> Mapping[str, Field]:
        return {
            "total": Field(FieldKind.TEXT, limit=10),
            "note": Field(FieldKind.TEXT),
            "sure": Field(FieldKind.ONE, frozenset("yn")),
        }

    def view(self, config: Any, work: Work) -> dict[str, Any]:
        if config["first"] == CRASH:
            raise RuntimeError("a fault of the plugin")
        return {"first": config["first"], "second": config["second"]}

    def grade(self, config: Any, work: Work) -> Outcome:
        if work.one("note") == "crash":
            raise RuntimeError("a fault of the plugin")
        if work.one("note") == "nonsense":
            return Outcome(float("nan"))
        if work.one("note") == "hundredths":  # the total itself is the score, so that every answer earns another grade
            return Outcome(int(work.one("total")) / 100)
        return Outcome(1.0 if work.one("total") == str(config["first"] + config["second"]) else 0.0)

    def review(self, config: Any, work: Work, outcome: Outcome) -> dict[str, Any]:
        return {"total": work.one("total")}

    def samples(self, config: Any, state: Mapping[str, Json]) -> Iterable[Sample]:
        return [Sample({"total": (str(config["first"] + config["second"]),)}, 1.0)]


@hookimpl
def register_activity_types() -> list[ActivityType]:
    return [Sum()]
