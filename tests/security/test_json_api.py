"""What the tool answers in JSON keeps to its description, whatever is sent: no fault, no other type, no other shape."""

from pathlib import Path
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from ruamel.yaml import YAML
from schemathesis import GenerationMode

from lms_ext.models import db
from lms_ext.services.shared_pace import Pace
from lms_ext.web import messages
from lms_ext.web.throttle import Throttle
from tests.support.platform import KeyServer
from tests.support.published import Visitor

HTTPS = "https://localhost"
_SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much]


def described(root: Path, visitor: Visitor) -> Any:
    """Read the description, with a launch, an attempt and a form token where it has placeholders."""
    page = visitor.get()
    text = (root / "docs" / "openapi.yaml").read_text(encoding="utf-8")
    for name, value in {
        "LAUNCH": visitor.home.removeprefix("/l/"),
        "ATTEMPT": f'"{visitor.hidden(page, "attempt")}"',
        "TOKEN": visitor.hidden(page, "csrf"),
    }.items():
        text = text.replace(f"[{name}", f"[{value}")
    return YAML(typ="safe", pure=True).load(text)


def required(document: dict[str, Any], case: Any, status: int) -> set[str]:
    """Give what an answer must hold; a status that an operation does not name is refused by all of them alike."""
    parts = document["components"]["responses"]
    told = document["paths"][case.path][case.method.lower()]["responses"]
    answer = told.get(str(status)) or told.get("default") or parts["Refusal"]
    answer = parts[answer["$ref"].rpartition("/")[2]] if "$ref" in answer else answer
    return set(answer["content"]["application/json"]["schema"].get("required", []))


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=lambda one: one.value)
def test_every_answer_is_as_described(
    app: Flask, keys: KeyServer, root: Path, monkeypatch: pytest.MonkeyPatch, mode: GenerationMode
) -> None:
    monkeypatch.setattr(messages, "_shield", Throttle(per_minute=1e6, burst=10_000))
    monkeypatch.setattr(messages, "NOTICES", Pace(10_000, 0.001))
    visitor = Visitor(app.test_client())
    document = described(root, visitor)
    schema = schemathesis.openapi.from_dict(document)
    seen: dict[str, set[int]] = {}
    for found in schema.get_all_operations():
        operation = found.ok()
        if mode == GenerationMode.NEGATIVE and not (operation.body or operation.query):
            continue

        @settings(max_examples=20, suppress_health_check=_SHARED, deadline=None, derandomize=True)
        @given(case=operation.as_strategy(generation_mode=mode))
        def asked(case: Any) -> None:
            sent = case.as_transport_kwargs(base_url=HTTPS)
            headers = {name: value for name, value in dict(sent["headers"]).items() if name.lower() != "accept-encoding"}
            headers["Accept"] = "application/json"
            answer = visitor.client.open(
                sent["url"].removeprefix(HTTPS), method=sent["method"], headers=headers, query_string=sent.get("params"),
                base_url=HTTPS, **{name: sent[name] for name in ("json", "data") if sent.get(name) is not None},
            )  # fmt: skip
            db.session.rollback()
            assert answer.status_code < 500, (case, answer.text)
            assert answer.mimetype == "application/json", (case, answer.text)
            seen.setdefault(case.path, set()).add(answer.status_code)
            missing = required(document, case, answer.status_code) - answer.get_json().keys()
            assert not missing, (case, answer.text)

        asked()
    if mode == GenerationMode.POSITIVE:
        assert len(seen) == 5
        assert 200 in seen["/l/{launch}/a/{activity}/draft"]
