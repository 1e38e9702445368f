"""Log lines are one JSON object each and say nothing personal, whatever an event or exception carries."""

import json

import pytest
import structlog
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from lms_ext import logs
from lms_ext.models import db

CANARY = "rahasia-Sri\nWahyuni"


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(one) for one in capsys.readouterr().err.splitlines()]


def test_an_event_is_one_json_line_without_private_facts(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure()
    structlog.get_logger("x").info("launch.opened", platform=7, name=CANARY, id_token=CANARY, reason="a\nb")
    (line,) = lines(capsys)
    assert line["event"] == "launch.opened"
    assert (line["platform"], line["reason"], line["level"]) == (7, "a\nb", "info")
    assert "rahasia" not in json.dumps(line)


def test_an_exception_is_logged_by_type_and_place_never_by_its_message(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure()
    try:
        int(CANARY)
    except ValueError:
        structlog.get_logger("x").exception("fault")
    (line,) = lines(capsys)
    assert line["exception"] == "ValueError"
    assert "test_logs.py:" in str(line["where"])
    assert "rahasia" not in json.dumps(line)


def test_debug_is_silent_at_info(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("info")
    structlog.get_logger("x").debug("detail")
    assert lines(capsys) == []


def test_database_errors_do_not_quote_parameters(app: Flask) -> None:
    with app.app_context(), pytest.raises(SQLAlchemyError) as caught:
        db.session.execute(text("SELECT :words FROM nowhere"), {"words": CANARY})
    db.session.rollback()
    assert "rahasia" not in str(caught.value)


def test_a_fault_of_a_route_names_its_place(app: Flask, client: FlaskClient, capsys: pytest.CaptureFixture[str]) -> None:
    def broken() -> str:
        raise RuntimeError(CANARY)

    app.add_url_rule("/broken-for-this-test", view_func=broken)
    answer = client.get("/broken-for-this-test")
    assert answer.status_code == 500
    faults = [one for one in lines(capsys) if one["event"] == "fault"]
    assert "broken" in str(faults[0]["where"])
    assert "rahasia" not in json.dumps(faults)
