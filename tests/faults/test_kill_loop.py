"""F13, F14: whatever is killed, an acknowledged answer is never lost and the newest is the grade; wrong designs are found out.

``FULL_FAULTS=1`` makes it 1,000 submissions.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.faults.conftest import FULL
from tests.support.killing import loop
from tests.support.killing.loop import Plan, Report

log = logging.getLogger(__name__)
Record = Callable[[str, object], None]
pytestmark = [pytest.mark.postgres, pytest.mark.xdist_group("kill-loop"), pytest.mark.timeout(900)]
# Half of all scores are refused at first and workers are killed: a design that forgets a refused score is wrong for about half of
# the learners. Scores come as fast as they can: a design that takes a refused second for delivered is wrong about as often.
_ROUNDS = 3
_MUTANTS = {
    "no_rising_seconds": Plan(learners=20, submissions=6, at_once=2, pause=0.05, faults={"cut": 0.05}, restart_every=0, outage=0,
                              kill_every=3.0),
    "sent_before_posting": Plan(learners=20, submissions=2, faults={"503": 0.5}, restart_every=0, outage=0, kill_every=2.0),
    "no_outbox": Plan(learners=20, submissions=2, faults={"503": 0.5}, restart_every=0, outage=0, kill_every=6.0),
}  # fmt: skip


def told(report: Report, plan: Plan, record: Record) -> Report:
    """Leave the figures in the report of the run."""
    record(f"kill loop {plan.mutant or 'product'}", str(report))
    log.warning("%s: %s", plan.mutant or "product", report)  # shown by --log-cli-level=warning
    return report


def test_f13_f14_no_acknowledged_answer_is_lost_and_no_grade_is_wrong(
    killable: Any, tmp_path: Path, record_testsuite_property: Record
) -> None:
    plan = Plan(learners=250, kill_every=1.0) if FULL else Plan()
    report = told(loop.run(killable, tmp_path, plan), plan, record_testsuite_property)
    assert (report.acked, report.lost, report.wrong, report.undelivered) == (plan.learners * 4, 0, 0, 0), report
    assert all(report.kills.values()), report


@pytest.mark.parametrize("mutant", _MUTANTS)
def test_the_loop_finds_the_design_that(mutant: str, killable: Any, tmp_path: Path, record_testsuite_property: Record) -> None:
    for seed in range(_ROUNDS):  # one round is enough unless the machine is so slow that no two scores share a second
        plan = replace(_MUTANTS[mutant], mutant=mutant, seed=seed)
        report = told(loop.run(killable, tmp_path, plan), plan, record_testsuite_property)
        assert report.lost == 0, report
        if report.wrong:
            return
    pytest.fail(f"not found in {_ROUNDS} rounds: {report}")


def test_f9_f13_scores_as_fast_as_they_can_do_the_product_no_harm(
    killable: Any, tmp_path: Path, record_testsuite_property: Record
) -> None:
    plan = _MUTANTS["no_rising_seconds"]
    report = told(loop.run(killable, tmp_path, plan), plan, record_testsuite_property)
    assert (report.lost, report.wrong, report.undelivered) == (0, 0, 0), report
