"""Fixtures of the fault tests: practice LMSs that fail on order, and workers with quick rules.

``FULL_FAULTS=1`` runs the kill loop and the largest queues with 1,000 submissions.
"""

import os
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from lms_ext.domain.grading import Backoff
from lms_ext.domain.pacing import Rules
from lms_ext.worker import Worker
from tests.support.databases import postgres_server
from tests.support.lms import Lms, lms_maker

QUICK = Rules(
    first_rate=2000.0, highest_rate=2000.0, lowest_rate=500.0, probe=timedelta(seconds=0.2),
    backoff=Backoff(first=0.05, longest=0.2),
)  # fmt: skip
"""Rules as in the product, only that nobody waits for minutes."""
FULL = bool(os.environ.get("FULL_FAULTS"))
MANY = 1000 if FULL else 100


@pytest.fixture(scope="session")
def killable(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Give a PostgreSQL server that may be restarted: no other test uses it."""
    return postgres_server(tmp_path_factory.mktemp("killable") / "postgres")


@pytest.fixture
def make_lms(app: Flask) -> Iterator[Callable[..., Lms]]:
    """Give a maker of LMSs: profile, number of learners."""
    with lms_maker(app) as make:
        yield make


@pytest.fixture
def work(app: Flask) -> Iterator[Callable[..., None]]:
    """Give a starter of workers; they run in threads until the test ends."""
    stop, threads = threading.Event(), []

    def start(number: int = 1, rules: Rules = QUICK) -> None:
        for _ in range(number):
            thread = threading.Thread(target=Worker(app, rules).run, args=(stop,))
            thread.start()
            threads.append(thread)

    yield start
    stop.set()
    for one in threads:
        one.join()
