"""Whatever is killed, an acknowledged answer is never lost and the newest one is the grade; wrong designs are found out."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.killing import loop

Record = Callable[[str, object], None]
pytestmark = [pytest.mark.postgres, pytest.mark.xdist_group("kill-loop"), pytest.mark.timeout(600)]
_FULL = bool(os.environ.get("FULL_KILL_LOOP"))
_LEARNERS = 250 if _FULL else 50


def test_main_promise_no_answer_is_lost_and_no_grade_is_wrong(tmp_path: Path, record_property: Record) -> None:
    report = loop.run(tmp_path, learners=_LEARNERS, submissions=4)
    record_property("kill loop", str(report))
    assert (report.acked, report.lost, report.wrong, report.undelivered) == (_LEARNERS * 4, 0, 0, 0), report
    assert all(report.kills.values())


@pytest.mark.parametrize("mutant", ["no_rising_seconds", "sent_before_posting", "no_outbox"])
def test_the_loop_finds_the_design_that(mutant: str, tmp_path: Path, record_property: Record) -> None:
    report = loop.run(tmp_path, learners=_LEARNERS if _FULL else 25, submissions=4, mutant=mutant)
    record_property("kill loop", str(report))
    assert report.lost == 0, report
    assert report.wrong > 0, report
