"""For the tests of plugin and pack authors: hold an activity type to its contract."""

import json
import math
from collections.abc import Iterable, Iterator
from typing import Any

from lms_ext.domain.activities import Work
from lms_ext.domain.activity_types import ActivityType, Sample

SEEDS = (0, 1, 20261124)


def breaches(kind: ActivityType, config: Any, *, seeds: Iterable[int] = SEEDS, graded: bool = True) -> list[str]:
    """Play an activity type's samples on one config and list every breach of its contract, in words; empty when it keeps it.

    `config` is what ``kind.config_schema().load(...)`` gave. `graded` says that the activity has points: a type that scores by
    itself must then give samples of full marks and of none.
    """
    found: list[str] = []
    for seed in seeds:
        found += [f"seed {seed}: {fault}" for fault in _of_one_attempt(kind, config, seed, graded=graded)]
    return found


def _of_one_attempt(kind: ActivityType, config: Any, seed: int, *, graded: bool) -> Iterator[str]:
    state = kind.start(config, seed)
    try:
        kept = json.loads(json.dumps(state, allow_nan=False))
    except (TypeError, ValueError):
        yield "the state is not plain JSON"
        return
    if kept != state or kind.start(config, seed) != state:
        yield "the same seed must give the same state, in plain JSON"
    units = kind.units(config)
    if len({one.id for one in units}) < len(units) or not all(one.is_fit for one in units):
        yield "units need stable ids that differ, and a maximum of 1 to 100"
    samples = list(kind.samples(config, kept))
    if not samples:
        yield "there are no samples"
    if graded and not kind.wants.marking and not {0.0, 1.0} <= {one.fraction for one in samples}:
        yield "the samples hold no full marks or no zero"
    for number, sample in enumerate(samples, 1):
        yield from (f"sample {number}: {fault}" for fault in _of_one_sample(kind, config, kept, sample))


def _of_one_sample(kind: ActivityType, config: Any, state: dict[str, Any], sample: Sample) -> Iterator[str]:
    fields = kind.fields(config, state)
    refused = [name for name, values in sample.answer.items() if name not in fields or not fields[name].accepts(values)]
    if refused:
        yield f"its own fields refuse {', '.join(refused)}"
    work = Work(state, sample.answer)
    outcome = kind.grade(config, work)
    if outcome != kind.grade(config, work):
        yield "grading again gives another outcome"
    if outcome.fault():
        yield f"the outcome is unusable: {outcome.fault()}"
    elif not set(outcome.units) <= {one.id for one in kind.units(config)}:
        yield "it scores a unit that it does not declare"
    elif (outcome.fraction is None) != (sample.fraction is None) or not math.isclose(
        outcome.fraction or 0.0, sample.fraction or 0.0, abs_tol=1e-9
    ):
        yield f"it earns {outcome.fraction}, not {sample.fraction} as promised"
    try:
        json.dumps(dict(outcome.detail), allow_nan=False)
    except (TypeError, ValueError):
        yield "the outcome's detail is not plain JSON"
    if kind.fields(config, state) != fields or not isinstance(kind.view(config, work), dict):
        yield "fields must not change by looking, and view gives a dict"
    if not isinstance(kind.review(config, work, outcome), dict):
        yield "review gives a dict"
