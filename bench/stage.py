"""Everything that runs during a benchmark: the platform, PostgreSQL, the servers that are compared."""

import json
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

import psycopg

from bench.browser import Way
from bench.browser import launch as launch_once
from bench.platform import Key
from bench.processes import Server, environment, free_port, gunicorn, serve
from bench.scenes import Contestant
from tests.support.databases import SEAL_KEY, postgres_server

STORES = ("SQLite", "PostgreSQL")
_SECRET = "only-for-the-benchmark-" * 3


def tool_name(store: str) -> str:
    """Name this tool's server."""
    return f"lms_ext, {store}"


def floor_name(store: str) -> str:
    """Name the floor's server."""
    return f"floor, {store}"


README_NAME = "PyLTI1p3 README use, memory"


class Stage:
    """Starts all servers; a context manager that ends them and removes what they wrote."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self.folder = Path(tempfile.mkdtemp(prefix="bench-"))
        self._stack.callback(shutil.rmtree, self.folder, ignore_errors=True)
        self.key = Key(self.folder / "platform.pem")
        self.issuer = f"http://127.0.0.1:{free_port()}"
        self.contestants: dict[str, Contestant] = {}
        self.activity: dict[str, Any] = {}
        self._tool_env: dict[str, dict[str, str]] = {}

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _keep(self, server: Server) -> Server:
        self._stack.callback(server.stop)
        return server

    def _start(self) -> None:
        port = int(self.issuer.rpartition(":")[2])
        arguments = ["-m", "bench.platform", str(self.folder / "platform.pem"), str(port)]
        self._keep(serve(arguments, port, environment(), self.folder, probe="/calls"))
        server = postgres_server(self.folder / "postgres")
        self._stack.callback(server.cleanup)
        self._socket = str(server.get_uri().rpartition("host=")[2])
        self._postgres_pid = int((self.folder / "postgres" / "postmaster.pid").read_text().split()[0])
        self._create_databases("tool", "floor")
        for store in STORES:
            self._tool(store)
        size = len(launch_once(self.contestants[tool_name("SQLite")].way, self.key, 0).body)
        questions = str(max(1, round((size - 300) / 190)))  # so that the others' pages are as large as ours
        for store in STORES:
            self._floor(store, questions)
        self._readme(questions)

    def _create_databases(self, *names: str) -> None:
        with psycopg.connect(f"host={self._socket} user=postgres dbname=postgres", autocommit=True) as admin:
            for name in names:
                admin.execute(f"CREATE DATABASE {name}")

    def _tool(self, store: str) -> None:
        port = free_port()
        url = f"sqlite:///{self.folder}/tool.db"
        if store == "PostgreSQL":
            url = f"postgresql+psycopg://postgres@/tool?host={self._socket}"
        env = environment(
            LMS_EXT_PUBLIC_URL=f"http://localhost:{port}", LMS_EXT_DATABASE_URL=url, LMS_EXT_SECRET_KEY=_SECRET,
            LMS_EXT_SEAL_KEYS=SEAL_KEY,
            LMS_EXT_ALLOW_LOOPBACK="1",
        )  # fmt: skip
        self._tool_env[store] = env
        self.activity = json.loads(self._helper(store, "tool", self.issuer))
        server = self._keep(gunicorn("bench.apps.tool:make()", port, env, self.folder, probe="/health"))
        way = Way(port, self.issuer, target=f"http://localhost:{port}/lti/launch?activity={self.activity['ref']}")
        self._add(tool_name(store), server, way, store)

    def _helper(self, store: str, module: str, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", f"bench.apps.{module}", *arguments], env=self._tool_env[store], cwd=self.folder,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(done.stderr[-3000:])
        return done.stdout.splitlines()[-1]

    def _floor(self, store: str, questions: str) -> None:
        port = free_port()
        database = f"{self.folder}/floor.db"
        if store == "PostgreSQL":
            database = f"host={self._socket} user=postgres dbname=floor"
        env = environment(
            BENCH_ISSUER=self.issuer, BENCH_PUBLIC=f"http://localhost:{port}", BENCH_DATABASE=database, BENCH_QUESTIONS=questions
        )
        server = self._keep(gunicorn("bench.apps.floor:app", port, env, self.folder, probe="/hello"))
        way = Way(port, self.issuer, target=f"http://localhost:{port}/lti/launch")
        self._add(floor_name(store), server, way, store)

    def _readme(self, questions: str) -> None:
        port = free_port()
        env = environment(BENCH_ISSUER=self.issuer, BENCH_FOLDER=str(self.folder), BENCH_QUESTIONS=questions)
        server = self._keep(gunicorn("bench.apps.readme:app", port, env, self.folder, probe="/hello"))
        way = Way(port, self.issuer, target=f"http://localhost:{port}/lti/launch", cookie_check="lti1p3_new_window=1")
        self._add(README_NAME, server, way, "")

    def _add(self, name: str, server: Server, way: Way, store: str) -> None:
        database = self._postgres_pid if store == "PostgreSQL" else None
        self.contestants[name] = Contestant(name, server, way, database)

    def deliver(self, store: str, count: int, rounds: int) -> dict[str, list[float]]:
        """Let one worker deliver grades; gives CPU milliseconds per score of each round: `whole` and `http`."""
        found: dict[str, list[float]] = json.loads(self._helper(store, "delivery", self.issuer, str(count), str(rounds)))
        return found

    def crowd(self, store: str, platforms: int, hanging: int, each: int) -> dict[str, float]:
        """Let one worker serve many platforms; gives seconds until those that answer have their scores (`alone`, `beside`)."""
        told = self._helper(store, "crowd", self.issuer, *map(str, (platforms, hanging, each)))
        found: dict[str, float] = json.loads(told)
        return found
