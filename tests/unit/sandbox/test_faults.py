"""Faults on order, from tests, the page and other processes."""

import time

import pytest
from flask.testing import FlaskClient

from lms_ext.sandbox.faults import BadFault, Faults
from lms_ext.sandbox.practice import Practice
from tests.unit.sandbox.conftest import RESULTS, Tool


@pytest.mark.parametrize("status", [401, 403, 404, 409, 422, 429, 500, 503])
def test_a_status_comes_once_and_nothing_is_applied(tool: Tool, status: int) -> None:
    tool.lms.faults.add("scores", str(status), seconds=7)
    answer = tool.score("19", 50, 1)
    assert answer.status_code == status
    assert answer.headers.get("Retry-After") == ("7" if status in {429, 503} else None)
    assert tool.lms.course.grade(1, "19") is None
    assert tool.score("19", 50, 1).status_code == 200


@pytest.mark.parametrize(("kind", "body"), [("html", "<!doctype html>"), ("empty", "")])
def test_a_strange_body_comes_after_the_score_was_taken(tool: Tool, kind: str, body: str) -> None:
    tool.lms.faults.add("scores", kind)
    answer = tool.score("19", 50, 1)
    assert (answer.status_code, answer.text[: len(body) or None]) == (200, body)
    assert tool.lms.course.grade(1, "19") is not None


def test_a_cut_applies_and_down_does_not(tool: Tool) -> None:
    tool.lms.faults.add("scores", "down")
    with pytest.raises(ConnectionAbortedError):
        tool.score("19", 50, 1)
    assert tool.lms.course.grade(1, "19") is None
    tool.lms.faults.add("scores", "cut")
    with pytest.raises(ConnectionAbortedError):
        tool.score("19", 50, 1)
    assert tool.lms.course.grade(1, "19") is not None


def test_an_unauthorised_answer_revokes_the_token(tool: Tool) -> None:
    token = tool.ask_token().get_json()["access_token"]
    tool.lms.faults.add("results", "401")
    for _ in range(2):
        answer = tool.call("GET", "/ags/7/lineitems/1/lineitem/results", token=token, headers={"Accept": RESULTS})
        assert answer.status_code == 401


def test_slow_is_slow(tool: Tool) -> None:
    tool.lms.faults.add("jwks", "slow", seconds=0.2)
    began = time.monotonic()
    assert tool.client.get("/lti/jwks").status_code == 200
    assert time.monotonic() - began >= 0.2


def test_a_limit_answers_429_above_it() -> None:
    faults = Faults()
    faults.limit("scores", 2)
    kinds = [fault.kind if (fault := faults.take("scores")) else "" for _ in range(4)]
    assert kinds == ["", "", "429", "429"]
    assert faults.take("token") is None


def test_a_rate_hits_about_so_often() -> None:
    faults = Faults(seed=3)
    faults.add("scores", "500", rate=0.2)
    assert 150 < sum(faults.take("scores") is not None for _ in range(1000)) < 250


@pytest.mark.parametrize(("service", "kind", "more"), [("x", "500", {}), ("scores", "200", {}), ("scores", "500", {"rate": 2.0})])
def test_an_unknown_order_is_refused(service: str, kind: str, more: dict[str, float]) -> None:
    with pytest.raises(BadFault):
        Faults().add(service, kind, **more)  # type: ignore[arg-type]  # floats only


def test_other_processes_order_by_json_from_this_machine_only(lms: Practice, browser: FlaskClient) -> None:
    order = {"service": "scores", "kind": "503", "times": 2}
    assert browser.post("/faults.json", json=[order, {"do": "clock", "seconds": 90}]).status_code == 200
    listing = browser.get("/faults.json").get_json()
    assert (listing["orders"][0]["times"], listing["clock_skew"]) == (2, 90)
    assert browser.post("/faults.json", data=order).status_code == 415
    assert browser.post("/faults.json", json={"service": "x"}).status_code == 400
    away = {"REMOTE_ADDR": "192.0.2.7"}
    assert browser.post("/faults.json", json=order, environ_overrides=away).status_code == 403
    assert browser.delete("/faults.json").get_json()["orders"] == []
    assert lms.faults.clock_skew == 0


def test_the_page_orders_too(lms: Practice, browser: FlaskClient) -> None:
    form = {"do": "add", "service": "token", "kind": "500", "times": "1", "rate": "0", "seconds": "2"}
    assert browser.post("/faults", data=form).status_code == 303
    assert "Token: status 500" in browser.get("/faults", headers={"Accept-Language": "id"}).text
    assert browser.post("/faults", data=form | {"times": "banyak"}).status_code == 400
    assert browser.post("/faults", data=form, headers={"Origin": "https://elsewhere.example"}).status_code == 403
