"""The README's commands are run as they stand there."""

import re
import shlex
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.servers import command, environment, free_port, process

_SHELL = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_JSON = re.compile(r"^```json\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def commands(root: Path, page: str = "README.md") -> list[str]:
    return [line for block in _SHELL.findall((root / page).read_text(encoding="utf-8")) for line in block.splitlines()]


def test_every_lms_ext_command_of_the_readme_works_in_its_order(root: Path, tmp_path: Path, database_url: str) -> None:
    (tmp_path / "moodle.json").write_text(_JSON.findall((root / "README.md").read_text(encoding="utf-8"))[0], encoding="utf-8")
    (tmp_path / "course_packs").symlink_to(root / "course_packs")
    env = environment(database_url, "http://localhost:8000")
    named = [shlex.split(line)[1:] for line in commands(root) if line.startswith("lms-ext ") and line != "lms-ext worker"]
    assert len(named) >= 10
    for arguments in named:
        here = [str(tmp_path / one) if (tmp_path / one).exists() else one for one in arguments]
        printed = command(env, *here)
        assert printed.strip(), arguments


def test_the_web_and_worker_commands_start(root: Path, tmp_path: Path, database_url: str) -> None:
    lines = commands(root)
    (web,) = [shlex.split(line) for line in lines if line.startswith("gunicorn ")]
    assert "lms-ext worker" in lines
    port = free_port()
    env = environment(database_url, f"http://localhost:{port}")
    arguments = ["-m", *web[:1], "--bind", f"127.0.0.1:{port}", *web[1:]]
    with (
        process(arguments, env, tmp_path / "web.log", ready=f"http://127.0.0.1:{port}/health"),
        process(["-m", "lms_ext", "worker"], env, tmp_path / "worker.log") as worker,
    ):
        deadline = time.monotonic() + 20
        while "worker runs" not in (tmp_path / "worker.log").read_text() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert worker.poll() is None, (tmp_path / "worker.log").read_text()


@pytest.mark.parametrize("page", ["README.md", "docs/README.id.md"])
def test_make_targets_files_and_links_named_exist(root: Path, page: str) -> None:
    text = (root / page).read_text(encoding="utf-8")
    makefile = (root / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"^make (\w+)", "\n".join(commands(root, page)), re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    for link in re.findall(r"\]\(([^)#:]+)\)", text):
        assert ((root / page).parent / link).exists(), link


def test_both_languages_name_the_same_commands(root: Path) -> None:
    assert commands(root) == commands(root, "docs/README.id.md")


def test_every_setting_is_in_the_table(root: Path) -> None:
    """A variable that the README names exists; those it leaves out have defaults nobody needs to touch."""
    from dataclasses import fields

    from lms_ext.settings import Settings

    rows = re.findall(r"^\| `([A-Z_]+)` \|", (root / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert rows
    assert {one.lower() for one in rows} <= {one.name for one in fields(Settings)}


def test_the_module_runs_as_a_program() -> None:
    done = subprocess.run([sys.executable, "-m", "lms_ext", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("lms-ext, version")
