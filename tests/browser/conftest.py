"""A real Chromium before the real application, launched from a platform that signs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from lms_ext.models import db
from tests.browser.content import publish_course
from tests.browser.serving import serving
from tests.browser.stage import Stage, staged
from tests.support import sum_plugin
from tests.support.apps import application
from tests.support.browser import launched
from tests.support.databases import Databases, test_settings
from tests.support.platform import claims, key_server, login_params, register, token
from tests.support.servers import free_port, listening

expect.set_options(timeout=20_000)  # a wait ends when what is expected is there; the limit is for busy machines


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder, and keep it in one worker: a second Chromium would only make both slow."""
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Give the one Playwright that a process may run."""
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """Give the system's Chromium; it fails with a sentence when there is none."""
    with launched(playwright) as browser:
        yield browser


@pytest.fixture(scope="session")
def stage(chromium: Browser, databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Give the product with its own packs and practice LMS; what pages look like depends on no database engine."""
    with staged(databases.sqlite(), tmp_path_factory.mktemp("stage"), chromium) as running:
        yield running


@pytest.fixture
def course_settings(database_url: str) -> Any:
    """Serve at a port of its own on localhost, where browsers keep Secure cookies without https."""
    return test_settings(database_url, public_url=f"http://localhost:{free_port()}")


@pytest.fixture
def course_app(course_settings: Any) -> Iterator[Flask]:
    """Give the application with the test plugin and a small course."""
    with application(course_settings, sum=sum_plugin) as app:
        with app.app_context():
            publish_course()
        yield app


@pytest.fixture
def base(course_app: Flask, course_settings: Any) -> Iterator[str]:
    """Give the address of the running application."""
    with serving(course_app, course_settings.public_url):
        yield course_settings.public_url


@dataclass
class Lms:
    """The platform as browsers meet it; another site than the tool."""

    url: str = ""
    tool: str = ""
    changes: dict[str, Any] = field(default_factory=dict)
    """Claims of the launches that follow."""
    script: str = ""
    """What the course's page does."""

    def answer(self, address: str) -> str:
        """Give the page at an address: the signed answer to a login, or a course page that frames the tool."""
        parts = urlsplit(address)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path == "/course":
            frame = f"<iframe src='{escape(query['src'])}' width=700 height=900></iframe>"
            return f"<!doctype html><title>LMS</title><script>{self.script}</script>{frame}"
        signed = token(claims(query["nonce"], **self.changes))
        return (
            f"<!doctype html><title>LMS</title><form method=post action='{self.tool}/lti/launch'>"
            f"<input name=state value='{escape(query['state'])}'><input name=id_token value='{signed}'></form>"
            "<script>document.forms[0].submit()</script>"
        )


@pytest.fixture
def lms(course_app: Flask, base: str) -> Iterator[Lms]:
    """Give a registered platform on a real socket."""
    state = Lms(tool=base)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = state.answer(self.path).encode() if "?" in self.path else b""
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with listening(Handler) as state.url, key_server() as keys:
        with course_app.app_context():
            register(keys).auth_login_url = f"{state.url}/auth"
            db.session.commit()
        yield state


Launch = Callable[..., Page]


@pytest.fixture
def launch(base: str, lms: Lms) -> Launch:
    """Launch as a platform does: `launch(context, activity="demo/sum", sub="42", …claims)` gives the page it lands on."""

    def go(context: BrowserContext, activity: str = "demo/sum", page: Page | None = None, **changes: Any) -> Page:
        target = f"{base}/lti/launch?{urlencode({'activity': activity})}"
        lms.changes = {"target_link_uri": target, "resource_link": {"id": f"r-{activity}", "title": activity}} | changes
        page = page or context.new_page()
        page.goto(f"{base}/lti/login?{urlencode(login_params(target_link_uri=target))}")
        page.wait_for_url(f"{base}/l/*")
        return page

    return go


@pytest.fixture
def phone(chromium: Browser, base: str) -> Iterator[BrowserContext]:
    """Give a fresh browser profile on a phone's screen."""
    context = chromium.new_context(viewport={"width": 360, "height": 740}, locale="id-ID", has_touch=True)
    yield context
    context.close()
