"""A practice LMS without sockets, and a tool that signs as ours does."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lms_ext.sandbox.app import create_sandbox
from lms_ext.sandbox.claims import AGS_SCOPES, GS_SCOPE, NRPS_SCOPE
from lms_ext.sandbox.practice import Practice, ToolSetup
from lms_ext.sandbox.settings import SandboxSettings
from tests.support.platform import KEY, key_server

URL = "http://127.0.0.1:9000"
SCORE = "application/vnd.ims.lis.v1.score+json"
RESULTS = "application/vnd.ims.lis.v2.resultcontainer+json"
ITEM = "application/vnd.ims.lis.v2.lineitem+json"
ITEMS = "application/vnd.ims.lis.v2.lineitemcontainer+json"
MEMBERS = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"


@dataclass
class Tool:
    """Calls the services of the practice LMS."""

    lms: Practice
    client: FlaskClient
    jti: int = 0

    def assertion(self, **changes: Any) -> str:
        self.jti += 1
        now = int(time.time())
        claims = {"iss": "lms-latihan-1", "sub": "lms-latihan-1", "aud": f"{URL}/lti/token", "iat": now, "exp": now + 300,
                  "jti": f"j{self.jti}"}  # fmt: skip
        claims = {name: value for name, value in (claims | changes).items() if value is not ...}
        return jwt.encode(claims, KEY, algorithm="RS256", headers={"kid": "k1"})

    def ask_token(self, assertion: str | None = None, **changes: str) -> TestResponse:
        form = {
            "grant_type": "client_credentials", "scope": " ".join((*AGS_SCOPES, NRPS_SCOPE, GS_SCOPE)),
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": assertion or self.assertion(),
        }  # fmt: skip
        return self.client.post("/lti/token", data=form | changes)

    def call(self, method: str, url: str, *, token: str | None = None, **more: Any) -> TestResponse:
        token = token or self.ask_token().get_json(force=True)["access_token"]
        parts = urlsplit(url)
        headers = {"Authorization": f"Bearer {token}"} | more.pop("headers", {})
        query = dict(parse_qsl(parts.query)) | more.pop("query", {})
        return self.client.open(parts.path, method=method, headers=headers, query_string=query, **more)

    def score(self, user: str, given: float | None, second: int, **changes: Any) -> TestResponse:
        body: dict[str, Any] = {
            "userId": user, "timestamp": f"2026-11-24T10:00:{second:02}Z", "activityProgress": "Completed",
            "gradingProgress": "FullyGraded", "scoreGiven": given, "scoreMaximum": 100, "comment": "Kiriman ke-1.",
        }  # fmt: skip
        kind = changes.pop("kind", SCORE)
        body = {name: value for name, value in (body | changes).items() if value is not ...}
        return self.call("POST", "/ags/7/lineitems/1/lineitem/scores", json=body, headers={"Content-Type": kind})

    def get(self, url: str, accept: str, **query: str) -> TestResponse:
        return self.call("GET", url, headers={"Accept": accept}, query=query)


@pytest.fixture
def lms() -> Iterator[Practice]:
    with key_server() as keys:
        app = create_sandbox(SandboxSettings(url=URL, links=(("Jumlah", "demo/sum"),)))
        app.testing = True  # what goes wrong inside reaches the test
        practice: Practice = app.extensions["practice"]
        at = ToolSetup.at("http://localhost:8000")
        practice.set_tool(ToolSetup(at.login_url, at.launch_url, keys.url, at.deep_linking_url))
        practice.test_client = app.test_client  # type: ignore[attr-defined]  # for the fixtures below
        yield practice
        practice.store.close()


@pytest.fixture
def browser(lms: Practice) -> FlaskClient:
    client: FlaskClient = lms.test_client()  # type: ignore[attr-defined]  # set above
    return client


@pytest.fixture
def tool(lms: Practice, browser: FlaskClient) -> Tool:
    return Tool(lms, browser)
