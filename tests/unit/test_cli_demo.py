"""What `lms-ext demo` says when it cannot begin; `tests/journeys/test_demo.py` runs it whole."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from flask import Flask

from lms_ext import cli_demo, settings
from lms_ext.cli import main
from lms_ext.models import PublishedPack, db
from tests.support.admins import make_admin
from tests.support.servers import environment, free_port

TOOL = "http://localhost:8000"


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[cli_demo._Servers]:
    """Give its keeper of child processes, with one that answers nothing."""
    before = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)}
    with cli_demo._Servers({"PATH": os.environ["PATH"]}, tmp_path) as keeper:
        keeper.start("diam", "-c", "import sys, time; print('belum siap', flush=True); time.sleep(60)")
        yield keeper
    for number, handler in before.items():
        signal.signal(number, handler)


def test_two_servers_need_two_ports() -> None:
    port = str(free_port())
    done = CliRunner().invoke(main, ["demo", "--port", port, "--lms-port", port])
    assert (done.exit_code, "The two ports must differ" in done.output) == (1, True)


def test_without_settings_a_command_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [one for one in os.environ if one.startswith("LMS_EXT_")]:
        monkeypatch.delenv(name)
    done = CliRunner().invoke(main, ["grades", "list"])
    assert (done.exit_code, "LMS_EXT_" in done.output) == (1, True)


def test_a_server_that_never_answers_is_given_up(servers: cli_demo._Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli_demo, "_START_LIMIT", 0.0)
    with pytest.raises(click.ClickException, match=r"diam berhenti / stopped\. .*diam\.log"):
        servers.wait_for("diam", f"http://127.0.0.1:{free_port()}/health")


def test_who_stops_it_while_it_starts_waits_for_nothing(servers: cli_demo._Servers) -> None:
    signal.raise_signal(signal.SIGTERM)
    servers.wait_for("diam", f"http://127.0.0.1:{free_port()}/health")


def test_where_somebody_owns_the_tool_no_link_is_made(app: Flask, database_url: str) -> None:
    env = environment(database_url, TOOL)
    assert cli_demo._way_in(env).startswith(f"{TOOL}/admin/invite/")
    make_admin("dewi")
    db.session.remove()
    assert cli_demo._way_in(env) == f"{TOOL}/admin"


def test_a_bundled_pack_with_errors_is_named(
    app: Flask, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "rusak").mkdir()
    (tmp_path / "rusak/pack.yaml").write_text("format: 1\nid: Salah Besar\n")
    real = settings.data_folder
    monkeypatch.setattr(settings, "data_folder", lambda name: tmp_path if name == "course_packs" else real(name))
    with pytest.raises(click.ClickException, match="see lms-ext pack check"):
        cli_demo._prepare(environment(database_url, TOOL))
    assert db.session.query(PublishedPack).all() == []
