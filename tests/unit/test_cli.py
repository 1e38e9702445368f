"""The command line as an admin uses it, in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.databases import SEAL_KEY
from tests.support.servers import measured


def run(database_url: str, *arguments: str, given: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(sys.path),
        "LMS_EXT_DATABASE_URL": database_url,
        "LMS_EXT_SECRET_KEY": "only-for-tests-" * 4,
        "LMS_EXT_SEAL_KEYS": SEAL_KEY,
        "LMS_EXT_ALLOW_LOOPBACK": "1",
        **measured(),
        **more,
    }
    command = [sys.executable, "-c", "from lms_ext.cli import main; main()", *arguments]
    return subprocess.run(command, env=environment, input=given, capture_output=True, text=True, check=False, timeout=60)


MOODLE = {
    "issuer": "https://moodle.example", "client_id": "abc", "name": "Moodle BGTK", "profile": "moodle",
    "auth_login_url": "https://moodle.example/mod/lti/auth.php", "auth_token_url": "https://moodle.example/mod/lti/token.php",
    "jwks_url": "https://moodle.example/mod/lti/certs.php", "deployment_ids": ["3"],
}  # fmt: skip


def test_a_platform_is_added_from_a_file_shown_updated_and_disabled(database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "moodle.json"
    file.write_text(json.dumps(MOODLE))
    added = run(database_url, "platform", "add", "--file", str(file))
    assert added.returncode == 0, added.stderr
    assert "Registered" in added.stdout
    assert "Updated" in run(database_url, "platform", "add", "--file", str(file), "--name", "Moodle Papua").stdout
    shown = json.loads(run(database_url, "platform", "show", "1").stdout)
    assert shown["name"] == "Moodle Papua"
    assert shown["deployment_ids"] == ["3"]
    assert run(database_url, "platform", "disable", "1").returncode == 0
    assert "disabled" in run(database_url, "platform", "list").stdout


def test_missing_fields_are_asked_for(database_url: str) -> None:
    answers = "https://a.example\nc1\nhttps://a.example/auth\nhttps://a.example/token\nhttps://a.example/jwks\n1\n"
    done = run(database_url, "platform", "add", given=answers)
    assert done.returncode == 0, done.stderr
    assert "https://a.example" in run(database_url, "platform", "list").stdout


@pytest.mark.parametrize(("change", "field"), [({"jwks_url": "ftp://x"}, "jwks_url"), ({"client_id": ""}, "client_id")])
def test_a_bad_platform_is_told_by_field_and_not_saved(
    database_url: str, tmp_path: Path, change: dict[str, str], field: str
) -> None:
    file = tmp_path / "bad.json"
    file.write_text(json.dumps(MOODLE | change))
    done = run(database_url, "platform", "add", "--file", str(file))
    assert done.returncode == 1
    assert f"  {field}: " in done.stderr
    assert "platform add" in run(database_url, "platform", "list").stdout


def test_a_registration_without_deployment_or_with_odd_keys_is_told(database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "moodle.json"
    file.write_text(
        json.dumps({name: value for name, value in MOODLE.items() if name != "deployment_ids"} | {"deployment": ["3"]})
    )
    added = run(database_url, "platform", "add", "--file", str(file))
    assert added.returncode == 0, added.stderr
    assert "Key `deployment` is unknown" in added.stderr
    assert "Did you mean `deployment_ids`?" in added.stderr
    assert "every launch is refused until one is added" in added.stderr
    shown = run(database_url, "platform", "show", "1").stdout
    file.write_text(shown)
    mended = run(database_url, "platform", "add", "--file", str(file), "--deployment-id", "3")
    assert mended.returncode == 0
    assert mended.stderr == "", "what `show` writes is known, and a deployment is there"


@pytest.mark.parametrize(("content", "said"), [("{", "not JSON"), ("[1]", "one JSON object"), ('"x"', "one JSON object")])
def test_a_file_that_is_no_registration_is_told(database_url: str, tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "moodle.json"
    file.write_text(content)
    done = run(database_url, "platform", "add", "--file", str(file))
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_platform_that_is_not_there_is_told(database_url: str) -> None:
    for command in ("show", "disable"):
        done = run(database_url, "platform", command, "9")
        assert done.returncode == 1
        assert "There is no platform 9" in done.stderr


def test_plugins_are_listed_with_what_they_bring_and_those_set_aside(database_url: str) -> None:
    listed = run(database_url, "plugin", "list", LMS_EXT_PLUGINS="quiz,tidak-ada").stdout
    assert "quiz\tenabled\tquiz" in listed
    assert "tidak-ada\tquarantined\tnot installed" in listed


def test_a_rotated_key_is_published_before_it_signs(database_url: str) -> None:
    assert run(database_url, "key", "rotate", "--now").returncode == 0
    assert run(database_url, "key", "rotate").returncode == 0
    listed = run(database_url, "key", "list").stdout.splitlines()
    assert len(listed) == 3
    assert listed[0].endswith("published until -")
    assert not listed[1].endswith("published until -")
    assert "next key is published" in listed[2]


def test_an_unsafe_setting_is_refused_with_a_sentence(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path), "LMS_EXT_SECRET_KEY": "short"}
    command = [sys.executable, "-c", "from lms_ext.cli import main; main()", "platform", "list"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert "LMS_EXT_SECRET_KEY" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_pack_with_errors_is_told_by_line_and_not_published(database_url: str, tmp_path: Path) -> None:
    (tmp_path / "pack.yaml").write_text("format: 1\nid: Salah Besar\n")
    for command in ("check", "publish"):
        done = run(database_url, "pack", command, str(tmp_path))
        assert done.returncode == 1
        assert "pack.yaml:2" in done.stdout
        assert "Traceback" not in done.stderr


def test_a_platform_is_added_by_flags_alone(database_url: str) -> None:
    flags = [
        part for name in ("issuer", "client_id", "auth_login_url", "auth_token_url", "jwks_url", "name")
        for part in (f"--{name.replace('_', '-')}", str(MOODLE[name]))
    ]  # fmt: skip
    added = run(database_url, "platform", "add", *flags, "--deployment-id", "3", "--deployment-id", "4")
    assert added.returncode == 0, added.stdout + added.stderr
    assert json.loads(run(database_url, "platform", "show", "1").stdout)["deployment_ids"] == ["3", "4"]
