"""`lms-ext sandbox` says what is wrong in a sentence."""

import socket

from click.testing import CliRunner

from lms_ext.cli import main


def test_a_busy_port_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        answer = CliRunner().invoke(main, ["sandbox", "--port", str(port)])
    assert answer.exit_code == 1
    assert f"Porta {port} (LMS Latihan) sedang dipakai" in answer.output


def test_an_unknown_profile_lists_those_there_are() -> None:
    answer = CliRunner().invoke(main, ["sandbox", "--port", "1024", "--profile", "webct"])
    assert answer.exit_code == 1
    assert "moodle" in answer.output
