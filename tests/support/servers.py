"""Servers on loopback: the product as it runs, each part a process of its own, and small ones that a test makes up."""

import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.support.databases import SEAL_KEY

ROOT = Path(__file__).parents[2]
SECRET = "only-for-tests-" * 4


def free_port() -> int:
    """Give a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def listening(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """Run a small server on loopback that prints nothing, in a thread of this process; gives its address."""
    quiet = type("Quiet", (handler,), {"log_message": lambda *_: None})
    server = ThreadingHTTPServer(("127.0.0.1", 0), quiet)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def measured() -> dict[str, str]:
    """Give what a child process needs to count towards coverage; nothing when it is not measured."""
    return {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}


def environment(database_url: str, public_url: str, **more: str) -> dict[str, str]:
    """Give the tool's settings as an operator would set them, loopback allowed."""
    return (
        {
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "plugins")]),
            "LMS_EXT_PUBLIC_URL": public_url,
            "LMS_EXT_DATABASE_URL": database_url,
            "LMS_EXT_SECRET_KEY": SECRET,
            "LMS_EXT_SEAL_KEYS": SEAL_KEY,
            "LMS_EXT_ALLOW_LOOPBACK": "1",
        }
        | measured()
        | more
    )


@contextmanager
def process(arguments: list[str], env: Mapping[str, str], log: Path, *, ready: str = "") -> Iterator[subprocess.Popen[bytes]]:
    """Run a Python process until the block ends; with `ready`, first wait until that address answers."""
    with log.open("ab") as out:
        running = subprocess.Popen([sys.executable, *arguments], env=dict(env), stdout=out, stderr=out, cwd=log.parent)
    try:
        if ready:
            wait_for(ready, running, log)
        yield running
    finally:
        running.terminate()
        try:
            running.wait(15)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait(5)


def wait_for(address: str, running: "subprocess.Popen[bytes]", log: Path, seconds: float = 40) -> None:
    """Wait until an address answers; AssertionError with the end of the log when it does not."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            if running.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(log.read_text(errors="replace")[-2000:]) from None
            time.sleep(0.05)


def command(env: Mapping[str, str], *arguments: str, given: str = "") -> str:
    """Run `lms-ext …` and give what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "lms_ext", *arguments], env=dict(env), input=given, capture_output=True, text=True, check=False,
        timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@contextmanager
def tool_server(env: Mapping[str, str], port: int, folder: Path, *, workers: int = 1) -> Iterator[subprocess.Popen[bytes]]:
    """Serve the tool by gunicorn at http://localhost:`port`."""
    arguments = ["-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--preload", "--workers", str(workers),
                 "--threads", "4", "--log-level", "warning", "lms_ext.app:create_app()"]  # fmt: skip
    with process(arguments, env, folder / "tool.log", ready=f"http://127.0.0.1:{port}/health") as running:
        yield running


@contextmanager
def practice_lms(port: int, tool_url: str, folder: Path, *more: str) -> Iterator[subprocess.Popen[bytes]]:
    """Serve the practice LMS at http://127.0.0.1:`port`."""
    env = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "PYTHONPATH": str(ROOT)} | measured()
    arguments = ["-m", "lms_ext", "sandbox", "--port", str(port), "--tool", tool_url, *more]
    with process(arguments, env, folder / "lms.log", ready=f"http://127.0.0.1:{port}/") as running:
        yield running
