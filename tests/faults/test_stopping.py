"""A worker process that a service manager stops, or that stands still."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select, update

from lms_ext.models import GradeSlot, db, engine, utcnow
from tests.support.lms import Lms, until
from tests.support.servers import environment


def test_a_worker_that_is_told_to_stop_finishes_what_is_in_flight(make_lms, database_url: str, tmp_path: Path) -> None:
    lms: Lms = make_lms(learners=4)
    lms.practice.faults.add("scores", "slow", rate=1.0, seconds=2.0)
    for person in lms.people:
        lms.score(person, 8.0)
    db.session.rollback()
    with worker_process(database_url, tmp_path) as worker:
        until(lambda: bool(lms.tokens) and leased(), 30)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(20) == 0
    slots = [lms.slot(person) for person in lms.people]
    assert all(not one.lease for one in slots), "nothing is left for a lease to run out"
    assert {one.state for one in slots if one.sent_version} == {"sent"}
    assert sum(one.sent_version for one in slots) >= 1
    assert all(lms.held(person) == 8.0 for person, one in zip(lms.people, slots, strict=True) if one.sent_version)


def test_f22_a_worker_that_stands_still_while_posting_cannot_undo_a_newer_score(
    make_lms, work, database_url: str, tmp_path: Path
) -> None:
    lms: Lms = make_lms(learners=1)
    lms.practice.faults.add("scores", "slow", times=1, seconds=3.0)
    lms.score("1000", 3.0)
    with worker_process(database_url, tmp_path) as worker:
        until(lambda: bool(lms.tokens) and leased(), 30)
        time.sleep(0.2)  # past its own claiming: on SQLite nobody could write while it holds the file
        worker.send_signal(signal.SIGSTOP)
        past = utcnow() - timedelta(seconds=1)
        db.session.execute(update(GradeSlot).values(lease_until=past))  # it stands still for longer than its lease
        db.session.commit()
        lms.score("1000", 9.0)
        work()
        # should it stand still within a transaction, PostgreSQL ends that one first
        until(lambda: lms.slot("1000").sent_version == 2, engine.IDLE_SECONDS + 20)
        worker.send_signal(signal.SIGCONT)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(20) == 0
    slot = lms.slot("1000")
    assert (lms.held("1000"), slot.state, slot.sent_version, slot.lease) == (9.0, "sent", 2, "")


@contextmanager
def worker_process(database_url: str, folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Run `lms-ext worker` until the block ends."""
    arguments = [sys.executable, "-m", "lms_ext", "worker"]
    env = environment(database_url, "http://localhost:8000")
    with (folder / "worker.log").open("wb") as log:
        worker = subprocess.Popen(arguments, env=env, stdout=log, stderr=log)
        try:
            yield worker
        finally:
            worker.kill()
            worker.wait()


def leased() -> bool:
    db.session.rollback()
    found = db.session.execute(select(GradeSlot.lease).where(GradeSlot.lease != "")).scalars().all()
    db.session.rollback()
    return bool(found)
