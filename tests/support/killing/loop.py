"""Run the kill loop and compare the ledger with the database and the gradebook."""

import itertools
import logging
import os
import random
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from lms_ext.sandbox.app import create_sandbox
from lms_ext.sandbox.people import Person
from lms_ext.sandbox.practice import Practice
from lms_ext.sandbox.settings import SandboxSettings
from tests.support import sum_plugin
from tests.support.apps import entered
from tests.support.databases import dsn, migrate, sqlalchemy_url, test_settings
from tests.support.killing.learners import Learner, Ledger
from tests.support.servers import environment, free_port, process
from tests.support.visitor import served

_DRAIN = 60.0
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Plan:
    """How many do what, and how bad it gets. Faults are the share of scores that meet them."""

    learners: int = 50
    submissions: int = 4
    at_once: int = 10
    pause: float = 0.15
    """Seconds between a learner's submissions."""
    faults: Mapping[str, float] = field(
        default_factory=lambda: {"401": 0.03, "503": 0.07, "429": 0.03, "slow": 0.02, "cut": 0.05}
    )
    kill_every: float = 1.4
    restart_every: float = 8.0
    """Of the database; 0 for never."""
    outage: float = 4.0
    mutant: str = ""
    seed: int = 1


@dataclass
class Report:
    """What a loop came to."""

    acked: int
    lost: int
    wrong: int
    learners: int
    undelivered: int
    kills: dict[str, int]
    retries: int
    seconds: float


def run(server: Any, folder: Path, plan: Plan) -> Report:
    """Let learners hand in while everything is killed again and again; `server` is the PostgreSQL server that is restarted."""
    began = time.monotonic()
    name = f"loop_{next(_numbers)}"
    with psycopg.connect(dsn(server, "postgres"), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
    tool_port, lms_port = free_port(), free_port()
    tool = f"http://127.0.0.1:{tool_port}"
    env = environment(sqlalchemy_url(server, name), tool, KILL_LOOP_MUTANT=plan.mutant, LMS_EXT_LOG_LEVEL="error")
    migrate(env["LMS_EXT_DATABASE_URL"])
    sandbox = create_sandbox(SandboxSettings(url=f"http://127.0.0.1:{lms_port}", tool_url=tool, profile="moodle"))
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line per request would cost more than the request
    practice: Practice = sandbox.extensions["practice"]
    people = [str(1000 + number) for number in range(plan.learners)]
    for one in people:
        practice.add_person(Person(one, f"Murid {one}"))
    link = practice.add_activity("Jumlah", "demo/sum", maximum=100)
    _prepare(env, practice)
    ledger = Ledger()
    learners = [Learner(one, practice, tool, link, ledger) for one in people]
    web = ["-m", "gunicorn", "--bind", f"127.0.0.1:{tool_port}", "--workers", "2", "--threads", "4", "--preload",
           "--log-level", "error", "tests.support.killing.processes:make_app()"]  # fmt: skip
    workers = ["-m", "tests.support.killing.processes", "2"]
    with (
        served(sandbox, lms_port),
        process(web, env, folder / "web.log", ready=f"{tool}/health") as master,
        process(workers, env, folder / "workers.log") as manager,
    ):
        learners[0].launched()  # the tool knows the LMS's keys: a new platform waits 30 s when its first key fetch is killed
        with _trouble(server, practice, master, manager, plan) as kills, ThreadPoolExecutor(plan.at_once) as pool:
            for one in [pool.submit(each.work, plan.submissions, plan.pause) for each in learners]:
                one.result()
        undelivered = _drained(server, name)
    lost, wrong = _compare(server, name, practice, ledger)
    return Report(ledger.count, lost, wrong, plan.learners, undelivered, kills, ledger.retries, time.monotonic() - began)


def _prepare(env: dict[str, str], practice: Practice) -> None:
    """Register the LMS and publish the pack, in this process."""
    from lms_ext.models import db, utcnow
    from lms_ext.packs.snapshots import pack_from_document
    from lms_ext.services import platforms, publishing
    from lms_ext.web.tool import tool

    activity = {"id": "sum", "type": "sum", "title": {"id": "Jumlah"}, "points": 100, "attempts": "unlimited", "keep": "last",
                "config": {"first": 2, "second": 3}}  # fmt: skip
    document = {"format": 1, "id": "demo", "version": "1.0.0", "title": {"id": "Contoh"}, "language": "id", "licence": "CC0",
                "authors": ["T"], "units": [{"id": "u1", "title": {"id": "Unit"}, "activities": [activity]}]}  # fmt: skip
    with entered(test_settings(env["LMS_EXT_DATABASE_URL"]), sum=sum_plugin):
        platforms.save(db.session, practice.registration(), allow_http=True)
        publishing.publish(db.session, pack_from_document(document, tool().plugins.activity_types), {}, utcnow())
        db.session.commit()


@contextmanager
def _trouble(
    server: Any, practice: Practice, master: "subprocess.Popen[bytes]", manager: "subprocess.Popen[bytes]", plan: Plan
) -> Iterator[dict[str, int]]:
    """Kill, restart and cut off in the background until the block ends."""
    kills = {"web": 0, "worker": 0, "database": 0}
    over = threading.Event()
    chance = random.Random(plan.seed)

    def kill(name: str, parent: "subprocess.Popen[bytes]") -> None:
        children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()
        if children:
            with suppress(ProcessLookupError):
                os.kill(int(chance.choice(children)), signal.SIGKILL)
                kills[name] += 1

    def outage() -> None:
        for service in ("scores", "token", "results"):
            practice.faults.add(service, "down", times=0)
        over.wait(plan.outage)
        practice.faults.clear()
        _order(practice, plan)

    def restart() -> None:
        restart_at_once(server)
        kills["database"] += 1

    def every(seconds: float, first: float, work: Callable[[], None]) -> threading.Thread:
        def repeat() -> None:
            pause = first
            while seconds and not over.wait(pause):
                work()
                pause = seconds

        thread = threading.Thread(target=repeat, daemon=True)
        thread.start()
        return thread

    _order(practice, plan)
    threads = [
        every(plan.kill_every, 0.5, lambda: kill("web", master)),
        every(plan.kill_every, 0.8, lambda: kill("worker", manager)),
        every(plan.restart_every, 3.0, restart),
        every(threading.TIMEOUT_MAX if plan.outage else 0, 5.0, outage),
    ]
    try:
        yield kills
    finally:
        over.set()
        for one in threads:
            one.join()
        practice.faults.clear()


def _order(practice: Practice, plan: Plan) -> None:
    for kind, rate in plan.faults.items():
        practice.faults.add("scores", kind, rate=rate, seconds=1.0 if kind == "slow" else 0.0)


def restart_at_once(server: Any) -> None:
    """Restart PostgreSQL as after a crash: no connection is told, nothing is flushed."""
    stop_at_once(server)
    server.ensure_postgres_running()


def stop_at_once(server: Any) -> None:
    """Stop PostgreSQL as a crash does."""
    arguments = ["-D", str(server.pgdata), "-m", "immediate", "-w", "stop"]
    subprocess.run(
        [str(server.bin_path / "pg_ctl"), *arguments], user=server.system_user, check=True, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, cwd="/",
    )  # fmt: skip


def _drained(server: Any, name: str) -> int:
    """Wait until nothing is on its way any more; gives what still is after a minute."""
    deadline = time.monotonic() + _DRAIN
    query = "SELECT count(*) FROM grade_slot WHERE sent_version < version AND state <> 'parked'"
    with psycopg.connect(dsn(server, name), autocommit=True) as reader:
        while True:
            row = reader.execute(query).fetchone()
            if row is None or not row[0] or time.monotonic() > deadline:
                return int(row[0]) if row else 0
            time.sleep(0.1)


def _compare(server: Any, name: str, practice: Practice, ledger: Ledger) -> tuple[int, int]:
    """Give how many acknowledged submissions are lost, and how many learners have a grade that is not their newest."""
    with psycopg.connect(dsn(server, name)) as reader:
        stored = {(row[0], row[1]) for row in reader.execute("SELECT client_key, round(fraction * 100)::int FROM submission")}
    lost = sum(one not in stored for acked in ledger.acked.values() for one in acked)
    held = {row["person_id"]: row["score"] for row in practice.course.grades()}
    wrong = sum(held.get(person) is None or round(held[person]) != acked[-1][1] for person, acked in ledger.acked.items())
    return lost, wrong
