"""The teacher's picker in a real browser: counts, searches that keep ticks, the answer that posts itself, no policy breach."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Route
from werkzeug.serving import make_server

from tests.journeys.test_choosing import Teacher, app  # noqa: F401 - fixtures
from tests.support.databases import test_settings
from tests.support.platform import KeyServer

AXE = next((Path(__file__).parent / "vendor").glob("axe-core-*")) / "axe.min.js"
pytestmark = pytest.mark.browser


@contextmanager
def served(tool: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, tool, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def browsing(chromium: Browser, teacher: Teacher, width: int) -> Iterator[tuple[BrowserContext, list[str]]]:
    """Open a browser that holds the teacher's cookies; what it complains about is collected."""
    context = chromium.new_context(viewport={"width": width, "height": 800}, locale="id-ID")
    context.add_cookies(
        [{"name": one.key, "value": one.value, "domain": "localhost", "path": one.path, "secure": True, "sameSite": "None"}
         for one in teacher.client._cookies.values()]
    )  # fmt: skip
    complaints: list[str] = []
    context.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    yield context, complaints
    context.close()


@pytest.fixture
def settings(database_url: str) -> Any:
    """Launch at the address that the story of choosing launches at; the browser comes with its cookies."""
    return test_settings(database_url)


def violations(page: Page) -> list[str]:
    page.evaluate(AXE.read_text())
    within = "{include: [['main'], ['.dock']]}"
    read = "violations.map(one => `${one.id}: ${one.nodes[0].html}`)"
    found = page.evaluate(f"async () => (await axe.run({within})).{read}")
    return list(found)


@pytest.mark.parametrize("width", [360, 1280])
def test_a_teacher_ticks_searches_and_adds(app: Flask, keys: KeyServer, chromium: Browser, width: int) -> None:  # noqa: F811 - fixtures
    teacher = Teacher(app.test_client(), keys)
    received: list[str] = []

    def arrive(route: Route) -> None:
        received.append(route.request.post_data or "")
        route.fulfill(body="<!doctype html><html lang=en><title>LMS</title><p>Diterima")

    with served(app) as base, browsing(chromium, teacher, width) as (context, complaints):
        context.route("https://lms.example/**", arrive)
        page = context.new_page()
        page.goto(base + teacher.url)
        assert page.get_by_text("Belum ada yang dipilih").is_visible()
        page.get_by_label("Pilih Jumlah").check()
        page.get_by_label("Pilih Kegiatan Jum'at").check()
        page.get_by_label("Poin").first.fill("40")
        assert page.get_by_role("button", name="Tambahkan 2 aktivitas").is_visible()
        assert page.get_by_text("50 poin").is_visible()
        assert violations(page) == []
        page.get_by_role("searchbox").fill("refleksi")
        page.keyboard.press("Enter")
        page.wait_for_url("**q=refleksi**")
        assert "p.demo%2Frefleksi" not in page.url  # points of what is not ticked stay out of the address
        assert "csrf" not in page.url
        page.get_by_role("button", name="Refleksi soal-soal").click()
        page.wait_for_url("**show=**")
        assert page.get_by_text("Seperti dilihat peserta").is_visible()
        assert page.locator("#pilih").is_visible() == (width > 1000)
        assert violations(page) == []
        page.get_by_role("button", name="Pilih ini").click()
        page.get_by_role("button", name="Tambahkan 3 aktivitas").click()
        page.wait_for_url("https://lms.example/**")
        assert page.get_by_text("Diterima").is_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert [one[:4] for one in received] == ["JWT="]
        assert [one for one in complaints if "favicon" not in one and "404" not in one] == []
