"""The audit log tells what commands change, as it tells what admins change in a browser."""

import json
from pathlib import Path

from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select

from lms_ext.cli import main
from lms_ext.domain.admins import CONSOLE
from lms_ext.models import AuditEntry, db
from tests.unit.test_cli import MOODLE


def test_what_commands_change_is_in_the_audit_log(app: Flask, root: Path, tmp_path: Path) -> None:
    del app
    file = tmp_path / "moodle.json"
    file.write_text(json.dumps(MOODLE))
    pack = str(root / "course_packs/starter")
    done = {
        "platform invite --name BGTK": "platform.invite",
        f"platform add --file {file}": "platform.save",
        "platform disable 1": "platform.disable",
        "platform approve 1": "platform.approve",
        "grades resend 1": "grades.resend",
        "key rotate": "key.rotate",
        "key rotate --leaked": "key.withdraw",
        f"pack publish {pack}": "pack.publish",
        "platform list": "",
        "platform disable 99": "",
        f"pack publish {pack} --lang en": "",
    }
    for command, action in done.items():
        told = CliRunner().invoke(main, command.split(), catch_exceptions=False)
        assert told.exit_code == 0 or not action, told.output
    entries = db.session.execute(select(AuditEntry)).scalars().all()
    assert sorted(one.action for one in entries) == sorted(one for one in done.values() if one)
    assert {one.actor for one in entries} == {CONSOLE.login}
    assert [one.platform_id for one in entries if one.object == "Moodle BGTK"] == [1, 1, 1, 1]
