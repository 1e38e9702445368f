"""`python -m bench.inside [--db postgresql] [--profile FILE]`: what each step costs, called in this process without a server.

Where a busy machine makes whole runs of the benchmark swing, the median over single calls stays: for judging one change.
Sockets and gunicorn are left out, so the ratio to the floor comes out higher here than between servers.
"""

import argparse
import cProfile
import importlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import psycopg
from werkzeug.datastructures import Headers

from bench import browser, scenes
from bench.browser import Answer, Browser, Way
from bench.platform import Key
from bench.processes import environment, free_port, serve
from bench.scenes import Desk
from tests.support.databases import SEAL_KEY, postgres_server

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
STEPS = ("login", "launch", "page", "autosave")


@dataclass
class Watch:
    """Collects the CPU microseconds of single calls, by step."""

    taken: dict[str, list[float]] = field(default_factory=dict)
    profile: cProfile.Profile | None = None

    def call(self, step: str, app: Wsgi, environ: dict[str, Any]) -> tuple[str, Headers, bytes]:
        """Call an application once, as a server does."""
        told: list[Any] = []
        if self.profile:
            self.profile.enable()
        began = time.process_time_ns()
        answer = app(environ, lambda status, headers, _fault=None: told.extend((status, headers)))
        body = b"".join(answer)
        if hasattr(answer, "close"):
            answer.close()
        spent = time.process_time_ns() - began
        if self.profile:
            self.profile.disable()
        self.taken.setdefault(step, []).append(spent / 1000)
        return told[0], Headers(told[1]), body


@dataclass
class Inside(Browser):
    """A browser without a network: it calls the application itself."""

    app: Wsgi = field(kw_only=True)
    watch: Watch = field(kw_only=True)

    def send(self, method: str, url: str, body: bytes | None = None, **headers: str) -> Answer:
        """Send one request and keep the cookies that come back."""
        parts = urlsplit(url)
        step = {"PUT": "autosave", "POST": "launch"}.get(method, "login" if parts.path.endswith("/login") else "page")
        status, told, content = self.watch.call(step, self.app, self._environ(method, url, body or b"", headers))
        self.keep(told.getlist("Set-Cookie"))
        return Answer(int(status[:3]), told.get("Location", ""), self.plain(told.get("Content-Encoding", ""), content))

    def _environ(self, method: str, url: str, body: bytes, headers: dict[str, str]) -> dict[str, Any]:
        parts = urlsplit(url)
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method, "SCRIPT_NAME": "", "PATH_INFO": parts.path, "QUERY_STRING": parts.query,
            "SERVER_NAME": "localhost", "SERVER_PORT": str(self.port), "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1", "wsgi.version": (1, 0), "wsgi.url_scheme": "https", "wsgi.input": BytesIO(body),
            "wsgi.errors": sys.stderr, "wsgi.multithread": False, "wsgi.multiprocess": False, "wsgi.run_once": False,
            "CONTENT_LENGTH": str(len(body)), "HTTP_HOST": f"localhost:{self.port}",
        }  # fmt: skip
        for name, value in self.sent(parts.path, headers).items():
            key = name.upper().replace("-", "_")
            environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
        return environ


@dataclass
class Contestant:
    """An application and what its calls took."""

    name: str
    app: Wsgi
    way: Way
    watch: Watch = field(default_factory=Watch)
    desks: list[Desk] = field(default_factory=list)

    def browser(self) -> Inside:
        """Open a browser that knows nobody."""
        return Inside(self.way.port, app=self.app, watch=self.watch)


def _database(folder: Path, stack: ExitStack, store: str, name: str) -> tuple[str, str]:
    """Give the addresses of a new database for the tool and for the floor."""
    if store == "sqlite":
        return f"sqlite:///{folder}/tool.db", f"{folder}/floor.db"
    server = postgres_server(folder / "postgres")
    stack.callback(server.cleanup)
    socket = str(server.get_uri().rpartition("host=")[2])
    with psycopg.connect(f"host={socket} user=postgres dbname=postgres", autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
    return f"postgresql+psycopg://postgres@/{name}?host={socket}", f"host={socket} user=postgres dbname={name}"


def _contestants(folder: Path, stack: ExitStack, store: str, issuer: str) -> tuple[Contestant, Contestant, dict[str, list[str]]]:
    port = free_port()
    public = f"http://localhost:{port}"
    tool_url, _ = _database(folder, stack, store, "tool")
    os.environ |= {
        "LMS_EXT_PUBLIC_URL": public, "LMS_EXT_DATABASE_URL": tool_url, "LMS_EXT_SECRET_KEY": "only-for-the-benchmark-" * 3,
        "LMS_EXT_SEAL_KEYS": SEAL_KEY,
        "LMS_EXT_ALLOW_LOOPBACK": "1",
    }  # fmt: skip
    from bench.apps import tool  # noqa: PLC0415 - it reads the environment

    activity = tool.prepare(issuer)
    ours = Contestant("lms_ext", tool.make(), Way(port, issuer, target=f"{public}/lti/launch?activity={activity['ref']}"))
    _, floor_database = _database(folder, stack, store, "floor")
    os.environ |= {"BENCH_ISSUER": issuer, "BENCH_PUBLIC": public, "BENCH_DATABASE": floor_database}
    floor = importlib.import_module("bench.apps.floor")  # it reads the environment
    return ours, Contestant("floor", floor.app, Way(port, issuer, target=f"{public}/lti/launch")), activity["answer"]


def _measure(contestants: Iterable[Contestant], key: Key, answer: dict[str, list[str]], learners: int, rounds: int) -> None:
    """Warm up, then interleave: each learner launches and saves at the tool, then at the floor."""
    browsers = {one.name: [one.browser() for _ in range(learners)] for one in contestants}
    for number in range(-1, rounds):
        for learner in range(learners):
            for one in contestants:
                page = browser.launch(one.way, key, learner, browsers[one.name][learner])
                if one.name == "floor":
                    scenes.put(page.browser, f"/draft/field-{learner % 20}", {"value": ["5"]})
                else:
                    Desk(page, answer).save(time.monotonic_ns() >> 10)
        if number < 0:
            for one in contestants:
                one.watch.taken.clear()


def _table(ours: Contestant, floor: Contestant) -> str:
    lines = [f"{'CPU microseconds':16}{'lms_ext':>9}{'least':>9}{'floor':>9}{'least':>9}"]
    sums = dict.fromkeys(("lms_ext", "floor"), 0.0)
    for step in STEPS:
        cells = []
        for one in (ours, floor):
            taken = one.watch.taken.get(step)
            cells += [median(taken), min(taken)] if taken else [0.0, 0.0]
            if taken and step != "autosave":
                sums[one.name] += median(taken)
        lines.append(f"{step:16}" + "".join(f"{cell:9.0f}" for cell in cells))
    saves = [median(one.watch.taken["autosave"]) for one in (ours, floor)]
    lines.append(f"full launch {sums['lms_ext']:.0f} to {sums['floor']:.0f}: {sums['lms_ext'] / sums['floor']:.2f} x")
    lines.append(f"autosave {saves[0]:.0f} to {saves[1]:.0f}: {saves[0] / saves[1]:.2f} x")
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="bench.inside", description=__doc__)
    parser.add_argument("--db", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--learners", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--profile", type=Path, help="write a cProfile of the tool's calls here")
    chosen = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="bench-inside-"))
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        key = Key(folder / "platform.pem")
        port = free_port()
        arguments = ["-m", "bench.platform", str(folder / "platform.pem"), str(port)]
        stack.callback(serve(arguments, port, environment(), folder, probe="/calls").stop)
        ours, floor, answer = _contestants(folder, stack, chosen.db, f"http://127.0.0.1:{port}")
        if chosen.profile:
            ours.watch.profile = cProfile.Profile()
        _measure((ours, floor), key, answer, chosen.learners, chosen.rounds)
        sys.stdout.write(_table(ours, floor) + "\n")
        if ours.watch.profile:
            ours.watch.profile.dump_stats(chosen.profile)


if __name__ == "__main__":
    main()
