"""`lms-ext sandbox` says what is wrong in a sentence."""

import signal
import socket
import threading
import time
from pathlib import Path

from click.testing import CliRunner

from lms_ext.cli import main
from tests.support.servers import free_port


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


def test_ctrl_c_ends_it_with_a_word(tmp_path: Path) -> None:
    port = free_port()

    def interrupt() -> None:
        while True:
            with socket.socket() as probe:
                if not probe.connect_ex(("127.0.0.1", port)):
                    break
            time.sleep(0.02)
        signal.raise_signal(signal.SIGINT)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a run in the background ignores it
    try:
        threading.Thread(target=interrupt, daemon=True).start()
        answer = CliRunner().invoke(main, ["sandbox", "--port", str(port), "--data", str(tmp_path / "lms.db")])
    finally:
        signal.signal(signal.SIGINT, before)
    assert answer.exit_code == 0
    assert f"ready: http://127.0.0.1:{port}" in answer.output
    assert "Stopped" in answer.output


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    file = tmp_path / "tidak" / "ada.db"
    answer = CliRunner().invoke(main, ["sandbox", "--port", str(free_port()), "--data", str(file)])
    assert answer.exit_code == 1
    assert str(file) in answer.output
