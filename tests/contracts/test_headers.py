"""Every route, also where it refuses or fails, answers with the headers that keep a page safe in somebody else's frame."""

from http.cookies import SimpleCookie
from itertools import product
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Map, Rule

from lms_ext.sandbox.app import create_sandbox

EXAMPLES = {"IntegerConverter": "1", "UnicodeConverter": "x", "PathConverter": "lms.css"}
"""A value for each kind of converter; a list of choices gives its own first, our own converter of launches a launch."""


def addresses(url_map: Map) -> list[tuple[str, str]]:
    """List method and address of every route."""
    return [(method, _filled(rule)) for rule in url_map.iter_rules() for method in sorted((rule.methods or set()) - {"OPTIONS"})]


def _filled(rule: Rule) -> str:
    parts = []
    for is_dynamic, data in rule._trace:
        if not is_dynamic:
            parts.append(data)
            continue
        converter = rule._converters[data]
        items = getattr(converter, "items", None)
        parts.append(min(items) if items else EXAMPLES.get(type(converter).__name__, "1-1-1"))
    return "".join(parts).lstrip("|")


def policy(answer: Any) -> dict[str, list[str]]:
    """Read the content security policy; a directive that is there twice is a fault."""
    parts = [one.split() for one in answer.headers["Content-Security-Policy"].split(";") if one.strip()]
    assert len({one[0] for one in parts}) == len(parts)
    return {one[0]: one[1:] for one in parts}


def check(answer: Any, *, frames: bool = True) -> None:
    """Assert what every answer carries."""
    said = policy(answer)
    assert said["default-src"] == ["'none'"]
    assert {"base-uri", "form-action", "frame-ancestors"} <= said.keys()
    assert said["base-uri"] == ["'none'"]
    for directive in ("script-src", "style-src"):
        assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "data:", "http:", "https:"} & set(said.get(directive, []))
    if frames and answer.status_code != 401:  # a session that is over holds no data, and must be readable in any LMS's frame
        assert said["frame-ancestors"] != ["*"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] in {"no-referrer", "same-origin"}
    assert answer.headers["Cache-Control"]
    assert "Server" not in answer.headers or "Python" not in answer.headers["Server"]
    for line in answer.headers.getlist("Set-Cookie"):
        for cookie in SimpleCookie(line).values():
            assert (cookie["secure"], cookie["httponly"]) == (True, True), line


def test_every_route(client: FlaskClient, app: Flask) -> None:
    routes = addresses(app.url_map)
    assert len(routes) > 25, routes
    for method, address in routes:
        with app.app_context():  # what one answer knew must not reach the next
            answer = client.open(address, method=method, base_url="https://localhost")
        assert answer.status_code != 500, (method, address)
        try:  # a launch, and a refusal inside a frame, hold nobody's data
            check(answer, frames=not address.startswith("/lti/") and answer.status_code < 400)
        except (AssertionError, KeyError) as error:
            raise AssertionError((method, address, answer.status_code, dict(answer.headers))) from error
        if address.startswith("/l/"):
            assert "public" not in answer.headers["Cache-Control"], address
        answer.close()


@pytest.mark.one_engine
@pytest.mark.parametrize(("method", "address", "status"), [
    ("GET", "/tidak/ada", 404), ("DELETE", "/", 405), ("POST", "/lti/jwks", 405), ("GET", "/l/bukan", 404),
    ("GET", "/static/tidak-ada.css", 404), ("GET", "/language/xx", 404),
])  # fmt: skip
def test_errors(client: FlaskClient, method: str, address: str, status: int) -> None:
    for accept in ("text/html", "application/json"):
        answer = client.open(address, method=method, base_url="https://localhost", headers={"Accept": accept})
        assert answer.status_code == status
        check(answer, frames=not address.startswith("/lti/"))
        assert "no-store" in answer.headers["Cache-Control"]


def test_a_fault(app: Flask) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.testing = False

    def fall() -> str:
        raise RuntimeError("rahasia")

    app.add_url_rule("/jatuh", view_func=fall)
    answer = app.test_client().get("/jatuh")
    assert answer.status_code == 500
    assert "rahasia" not in answer.text
    check(answer)


def test_a_body_too_large(client: FlaskClient) -> None:
    answer = client.post("/lti/launch", data={"id_token": "x" * 3_000_000}, base_url="https://localhost")
    assert answer.status_code in {400, 413}
    check(answer, frames=False)


def test_the_practice_lms() -> None:
    app = create_sandbox()
    client = app.test_client()
    for (method, address), origin in product(addresses(app.url_map), (None, "https://elsewhere.example")):
        answer = client.open(address, method=method, headers={"Origin": origin} if origin else {})
        said = policy(answer)
        assert said["default-src"] == ["'none'"], (method, address)
        assert said["frame-ancestors"] == ["'self'"], (method, address)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        answer.close()
