"""The processes of the kill loop: `make_app` for gunicorn, and this module itself as the manager of grade workers."""

import importlib
import os
import signal
import sys
import threading
import time
from datetime import timedelta

from flask import Flask

from lms_ext import worker as grades
from lms_ext.app import create_app
from lms_ext.domain.grading import Backoff
from lms_ext.domain.pacing import Rules
from lms_ext.worker import Worker
from tests.support import sum_plugin

# Quick, so that a loop takes seconds; otherwise as in the product.
RULES = Rules(
    first_rate=200.0, lowest_rate=100.0, highest_rate=200.0, probe=timedelta(seconds=1), lease=timedelta(seconds=4),
    backoff=Backoff(first=0.5, longest=4.0),
)  # fmt: skip


def make_app() -> Flask:
    """Build the tool of the loop, with the wrong design that ``KILL_LOOP_MUTANT`` names, if any."""
    mutant = os.environ.get("KILL_LOOP_MUTANT", "")
    if mutant:
        importlib.import_module(f"tests.mutants.{mutant}").apply()
    return create_app(extra_plugins={"sum": sum_plugin})


def _child(app: Flask) -> int:
    parent = os.getpid()
    number = os.fork()
    if number:
        return number
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    grades._IDLE = 0.05  # so that scores in quick succession are each sent, not only the last
    Worker(app, RULES).run(stop)
    os._exit(0)


def _end_with(parent: int) -> None:
    """Leave nothing running when the manager itself was killed."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def manage(number: int) -> None:
    """Keep `number` workers running, as a service manager does, until SIGTERM."""
    app = make_app()
    children: set[int] = set()

    def end(*_: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        for one in children:
            os.kill(one, signal.SIGTERM)
        sys.exit(0)

    signal.signal(signal.SIGTERM, end)
    while True:
        while len(children) < number:
            children.add(_child(app))
        children.discard(os.waitpid(-1, 0)[0])


if __name__ == "__main__":
    manage(int(sys.argv[1]))
