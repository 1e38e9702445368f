"""/health tells an operator what is up and what was set aside."""

from pathlib import Path

from flask.testing import FlaskClient

from tests.support.apps import application
from tests.support.databases import test_settings


def test_health_names_database_and_plugins(client: FlaskClient) -> None:
    answer = client.get("/health")
    assert answer.status_code == 200
    assert answer.json["database"] == "ok"
    assert {"module", "quiz", "journal"} <= set(answer.json["plugins"])
    assert answer.json["quarantined"] == []


def test_health_says_that_the_database_is_away(tmp_path: Path) -> None:
    with application(test_settings(f"sqlite:///{tmp_path}/tidak/ada.db")) as app:
        answer = app.test_client().get("/health")
    assert (answer.status_code, answer.json["database"]) == (503, "down")
