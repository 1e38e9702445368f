"""`lms-ext admin …` as whoever installs the tool uses it."""

import re

from click.testing import CliRunner, Result
from flask import Flask

from lms_ext.cli import main
from lms_ext.models import db


def run(*arguments: str, given: str = "") -> Result:
    done = CliRunner().invoke(main, ["admin", *arguments], input=given)
    db.session.rollback()
    return done


def test_an_owner_is_invited_made_reset_and_never_the_last_to_go(app: Flask) -> None:
    del app  # commands run in its context
    assert "admin invite --owner" in run("list").output
    invited = run("invite", "--owner")
    assert re.fullmatch(r"http://localhost:8000/admin/invite/[\w-]{32}", invited.output.splitlines()[-1])
    assert run("invite").exit_code == 1
    short = run("create", "--login", "dewi", "--name", "Dewi", given="pendek\npendek\n")
    assert (short.exit_code, "12 letters" in short.output) == (1, True)
    made = run("create", "--login", "Dewi", "--name", "Dewi", given="kuda lari pagi\nkuda lari pagi\n")
    assert made.exit_code == 0, made.output
    assert "kuda" not in made.output
    refused = run("disable", "dewi")
    assert (refused.exit_code, "Make another admin an owner first" in refused.output) == (1, True)
    assert run("invite", "--login", "a@b.example", "--role", "auditor").exit_code == 0
    assert run("invite", "--login", "a@b.example", "--role", "platform").exit_code == 1
    assert "/admin/invite/" in run("reset", "dewi").output
    assert run("reset", "nobody").exit_code == 1
    run("create", "--login", "kedua", "--name", "Kedua", given="rumah kebun angin\nrumah kebun angin\n")
    assert run("disable", "dewi").exit_code == 0
    assert run("reset", "dewi").exit_code == 1
    assert "disabled\towner\tdewi\tDewi" in run("list").output
    assert run("enable", "dewi").exit_code == 0
    assert "active\towner\tdewi\tDewi" in run("list").output
