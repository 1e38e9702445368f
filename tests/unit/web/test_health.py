"""/health tells an operator what is up and what was set aside."""

from flask.testing import FlaskClient


def test_health_names_database_and_plugins(client: FlaskClient) -> None:
    answer = client.get("/health")
    assert answer.status_code == 200
    assert answer.json["database"] == "ok"
    assert {"module", "quiz", "journal"} <= set(answer.json["plugins"])
    assert answer.json["quarantined"] == []
