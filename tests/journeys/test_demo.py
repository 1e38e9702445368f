"""`lms-ext demo` sets itself up, serves, stops on Ctrl-C, keeps what was there, and names a busy port or a server that dies."""

import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.support.servers import ROOT, free_port, measured

pytestmark = pytest.mark.slow


def run(tmp_path: Path, *options: str) -> subprocess.Popen[str]:
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": f"{ROOT}:{ROOT / 'plugins'}"} | measured()
    command = [sys.executable, "-m", "lms_ext", "demo", "--data", str(tmp_path / "data"), *options]
    return subprocess.Popen(command, cwd=tmp_path, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def until_ready(process: subprocess.Popen[str]) -> list[str]:
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line.rstrip())
        if line.startswith("ready:"):
            return lines
    raise AssertionError(lines)


def test_the_demo_starts_stops_and_starts_again(tmp_path: Path) -> None:
    port, lms_port = free_port(), free_port()
    options = ("--port", str(port), "--lms-port", str(lms_port))
    for turn in (1, 2):
        process = run(tmp_path, *options)
        try:
            lines = until_ready(process)
            assert lines[-1] == f"ready: LMS latihan http://127.0.0.1:{lms_port}  lms_ext http://localhost:{port}"
            (way,) = [line.removeprefix("admin: ") for line in lines if line.startswith("admin: ")]
            with urllib.request.urlopen(way, timeout=10) as answer:
                assert "Pemilik pertama" in answer.read().decode()
            for address in (f"http://localhost:{port}/health", f"http://127.0.0.1:{lms_port}/course"):
                with urllib.request.urlopen(address, timeout=10) as answer:
                    assert answer.status == 200
            if turn == 1:
                second = run(tmp_path, *options)
                told, _ = second.communicate(timeout=60)
                assert second.returncode == 1
                assert f"Porta {port} (lms_ext) sedang dipakai" in told
        finally:
            process.send_signal(signal.SIGINT)
            rest, _ = process.communicate(timeout=60)
        assert "Stopped" in rest
        assert process.returncode == 0


def test_a_server_that_cannot_start_is_named_with_the_end_of_its_log(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/lms.db").write_text("not a database, but long enough to look like one to a reader of headers. " * 20)
    process = run(tmp_path, "--port", str(free_port()), "--lms-port", str(free_port()))
    told, _ = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "lms berhenti / stopped" in told
    assert "lms.db" in told
