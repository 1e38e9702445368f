"""An activity type that fails wherever it is asked: what people write is saved, handed in and readable all the same."""

from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms_ext.api import ActivityType, Field, FieldKind, Json, hookimpl
from lms_ext.models import Attempt, Submission
from lms_ext.settings import Settings
from tests.journeys.test_activity import Learner, count, document, publish
from tests.support import sum_plugin
from tests.support.apps import entered
from tests.support.platform import KeyServer
from tests.support.sum_plugin import Sum


class Failing(Sum):
    """Sums that show and grade, and fail at all else."""

    def fields(self, config: Any, state: Mapping[str, Json]) -> Mapping[str, Field]:
        return {**super().fields(config, state), "part": Field(FieldKind.TEXT, part="satu")}

    def ready(self, config: Any, work: Any) -> Any:
        raise RuntimeError("ready")

    def doubts(self, config: Any, work: Any) -> Any:
        raise RuntimeError("doubts")

    def echo(self, config: Any, name: str, value: str) -> Any:
        raise RuntimeError("echo")

    def review(self, config: Any, work: Any, outcome: Any) -> Any:
        raise RuntimeError("review")


@hookimpl
def _types() -> list[ActivityType]:
    return [Failing()]


def plugin() -> ModuleType:
    """Give the sums' package, templates and all, with another type in it."""
    made = ModuleType(sum_plugin.__name__)
    made.__file__ = sum_plugin.__file__
    vars(made)["register_activity_types"] = _types
    return made


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    with entered(settings, sum=plugin()) as app:
        publish(document())
        yield app


@pytest.fixture
def learner(client: FlaskClient, keys: KeyServer) -> Learner:
    return Learner(client)


def test_what_is_typed_is_saved_handed_in_and_readable(learner: Learner) -> None:
    page = learner.get()
    told = learner.save(page, "a", note=("Kata saya.", 1, 0))
    assert (told.status_code, told.json["saved"], told.json["echo"]) == (200, {"note": {"rev": 1}}, {})
    assert learner.send(learner.get(), total="5", action="submit").status_code == 303
    assert count(Submission) == 1
    assert "Kata saya." in learner.get()


def test_a_part_that_is_not_there_cannot_be_checked(learner: Learner) -> None:
    assert learner.send(learner.get(), check="dua").status_code == 422
    assert learner.send(learner.get(), check="satu").status_code == 303


@pytest.mark.parametrize(
    "body",
    [
        {"fields": [], "tab": "a"},
        {"fields": {}, "tab": 1},
        {"fields": {"total": "5"}, "tab": "a"},
        {"fields": {"total": {"value": "5", "n": 1}}, "tab": "a"},
        {"fields": {"total": {"value": [5], "n": 1}}, "tab": "a"},
        {"fields": {"total": {"value": ["5"], "n": -1}}, "tab": "a"},
        {"fields": {"total": {"value": ["5"], "n": 1, "base": "x"}}, "tab": "a"},
        {"fields": {}, "tab": "a", "chosen": "x"},
        {"fields": {}, "tab": "a", "chosen": [1]},
        {"fields": {}, "tab": "a", "chosen": ["x"] * 201},
        [],
    ],
)
def test_a_draft_of_another_shape_is_refused(learner: Learner, body: Any) -> None:
    page = learner.get()
    if isinstance(body, dict):
        body = body | {"attempt": learner.hidden(page, "attempt")}
    headers = {"X-CSRF-Token": learner.hidden(page, "csrf")}
    answer = learner.client.put(f"{learner.home}/a/sum/draft", json=body, headers=headers, base_url="https://localhost")
    assert (answer.status_code, answer.json["code"]) == (400, "bad-request")


def test_beginning_again_while_at_work_begins_nothing(learner: Learner) -> None:
    assert learner.send(learner.get(), "again").status_code == 303
    assert count(Attempt) == 1
