"""The built wheel runs on its own: migrations, packs, templates and translations are inside it."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("wheel")]


def run(*command: str | Path, cwd: Path, **more: str) -> str:
    environment = {"PATH": os.environ["PATH"], "HOME": str(cwd), "PIP_DISABLE_PIP_VERSION_CHECK": "1"} | more
    done = subprocess.run(
        [*map(str, command)], cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=280
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from the checkout."""
    out = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--outdir", out, Path(__file__).parents[2], cwd=out)
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def fresh(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install it, with what it depends on, in an environment of its own; give that environment's bin folder."""
    folder = tmp_path_factory.mktemp("fresh")
    run(sys.executable, "-m", "venv", folder / "venv", cwd=folder)
    cache = {"PIP_CACHE_DIR": os.environ.get("PIP_CACHE_DIR", str(Path("~/.cache/pip").expanduser()))}
    settings = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    run(folder / "venv/bin/python", "-m", "pip", "install", "--quiet", wheel, cwd=folder, **(settings | cache))
    return folder / "venv/bin"


def tracked(root: Path, *parts: str) -> set[str]:
    listed = subprocess.run(["git", "ls-files", "--", *parts], cwd=root, capture_output=True, text=True, check=True).stdout
    return set(listed.split())


def test_the_wheel_holds_every_file_that_runs(wheel: Path, root: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    wanted = {one for one in tracked(root, "lms_ext") if not one.endswith(".keep")}
    wanted |= {one.removeprefix("plugins/") for one in tracked(root, "plugins") if not one.endswith(".keep")}
    wanted |= {f"lms_ext/_bundled/{one}" for one in tracked(root, "migrations", "course_packs") if not one.endswith(".keep")}
    missing = sorted(wanted - inside)
    assert not missing


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def demo(fresh: Path, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    """Start `lms-ext demo` of the installed wheel, far from the checkout; give the process and its two addresses."""
    ports = free_port(), free_port()
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    command = [str(fresh / "lms-ext"), "demo", "--port", str(ports[0]), "--lms-port", str(ports[1])]
    process = subprocess.Popen(command, cwd=tmp_path, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        yield process, f"http://localhost:{ports[0]}", f"http://127.0.0.1:{ports[1]}"
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)


def test_the_installed_wheel_runs_the_demo(demo: tuple[subprocess.Popen[str], str, str]) -> None:
    process, tool, lms = demo
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line.rstrip())
        if line.startswith("ready:"):
            break
    assert lines, "no output"
    assert lines[-1] == f"ready: LMS latihan {lms}  lms_ext {tool}", lines
    for address in (f"{tool}/health", f"{tool}/lti/jwks", f"{lms}/"):
        with urllib.request.urlopen(address, timeout=10) as answer:
            assert answer.status == 200
    taken = subprocess.run(
        [process.args[0], "demo", "--port", tool.rpartition(":")[2]], capture_output=True, text=True, check=False, timeout=30
    )  # type: ignore[index]  # Popen keeps the list it was given
    assert taken.returncode == 1
    assert tool.rpartition(":")[2] in taken.stderr


def test_help_is_quick_to_come(fresh: Path, tmp_path: Path) -> None:
    assert "demo" in run(fresh / "lms-ext", "--help", cwd=tmp_path)
