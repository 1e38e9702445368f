"""A worker process that a service manager stops."""

import signal
import subprocess
import sys
from pathlib import Path

from sqlalchemy import select

from lms_ext.models import GradeSlot, db
from tests.support.lms import Lms, until
from tests.support.servers import environment


def test_a_worker_that_is_told_to_stop_finishes_what_is_in_flight(make_lms, database_url: str, tmp_path: Path) -> None:
    lms: Lms = make_lms(learners=4)
    lms.practice.faults.add("scores", "slow", rate=1.0, seconds=2.0)
    for person in lms.people:
        lms.score(person, 8.0)
    db.session.rollback()
    with (tmp_path / "worker.log").open("wb") as log:
        worker = subprocess.Popen(
            [sys.executable, "-m", "lms_ext", "worker"], env=environment(database_url, "http://localhost:8000"), stdout=log,
            stderr=log,
        )  # fmt: skip
        try:
            until(lambda: bool(lms.tokens) and leased(), 30)
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(20) == 0
        finally:
            worker.kill()
            worker.wait()
    slots = [lms.slot(person) for person in lms.people]
    assert all(not one.lease for one in slots), "nothing is left for a lease to run out"
    assert {one.state for one in slots if one.sent_version} == {"sent"}
    assert sum(one.sent_version for one in slots) >= 1
    assert all(lms.held(person) == 8.0 for person, one in zip(lms.people, slots, strict=True) if one.sent_version)


def leased() -> bool:
    db.session.rollback()
    found = db.session.execute(select(GradeSlot.lease).where(GradeSlot.lease != "")).scalars().all()
    db.session.rollback()
    return bool(found)
