"""Every kind of page, on a phone, light and dark, in both languages: nothing axe-core can find, nothing
sideways, no outside request.

Integrators add their page kinds to `KINDS`: a name and how to come there from a launched browser.
"""

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.conftest import Launch

AXE = next((Path(__file__).parent / "vendor").glob("axe-core-*")) / "axe.min.js"
TEACHER = {"sub": "7", "name": "Yohanes Kambu", "roles": ["http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"]}
BUDGET = 60 * 1024


def home(launch: Launch, context: BrowserContext) -> Page:
    return launch(context, activity="demo")


def attempt(launch: Launch, context: BrowserContext) -> Page:
    return launch(context)


def review(launch: Launch, context: BrowserContext) -> Page:
    page = launch(context)
    page.fill("#total", "5")
    page.locator(".dock .btn-primary").click()
    page.get_by_text("Jawaban: 5").wait_for()
    return page


def class_home(launch: Launch, context: BrowserContext) -> Page:
    review(launch, context)
    return launch(context, activity="demo", **TEACHER)


def overview(launch: Launch, context: BrowserContext) -> Page:
    review(launch, context)
    return launch(context, **TEACHER)


def work(launch: Launch, context: BrowserContext) -> Page:
    page = overview(launch, context)
    page.locator("td a").first.click()
    page.wait_for_url("**/work/*")
    return page


def refusal(launch: Launch, context: BrowserContext) -> Page:
    page = launch(context)
    page.goto(page.url.rpartition("/")[0] + "/1-1-1")
    return page


def absent(launch: Launch, context: BrowserContext) -> Page:
    page = launch(context)
    page.goto("/".join(page.url.split("/")[:3]) + "/tidak/ada")
    return page


def front(launch: Launch, context: BrowserContext) -> Page:
    page = launch(context)
    page.goto("/".join(page.url.split("/")[:3]))
    return page


KINDS: dict[str, Callable[[Launch, BrowserContext], Page]] = {
    "home": home, "attempt": attempt, "review": review, "class-home": class_home, "overview": overview, "work": work,
    "refusal": refusal, "absent": absent, "front": front,
}  # fmt: skip


@pytest.fixture
def requests(phone: BrowserContext) -> list[str]:
    """Collect the addresses that pages ask for."""
    seen: list[str] = []
    phone.on("request", lambda request: seen.append(request.url))
    return seen


@pytest.mark.parametrize("kind", KINDS)
def test_page(kind: str, phone: BrowserContext, launch: Launch, base: str, lms: Any, requests: list[str]) -> None:
    page = KINDS[kind](launch, phone)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    address = page.url
    for language in ("id", "en"):
        page.goto(f"{base}/language/{language}?next={address.removeprefix(base)}")
        assert page.locator("html").get_attribute("lang") == language
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            assert violations(page) == [], (language, theme)
        for width in (320, 360, 1280):
            page.set_viewport_size({"width": width, "height": 740})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (language, width)
        page.set_viewport_size({"width": 360, "height": 740})
    assert [one for one in complaints if "status of 4" not in one] == []
    assert [one for one in requests if not one.startswith((base, lms.url))] == []


def violations(page: Page) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("async () => (await axe.run()).violations.map((one) => one.id + ': ' + one.nodes[0].html)")
    return list(found)


def test_a_first_visit_is_small(phone: BrowserContext, launch: Launch) -> None:
    sizes: dict[str, int] = {}
    phone.on("requestfinished", lambda request: sizes.update({request.url: request.sizes()["responseBodySize"]}))
    page = launch(phone)
    page.wait_for_load_state("networkidle")
    assert any(url.endswith("shelf.js") for url in sizes)
    assert sum(sizes.values()) <= BUDGET, sizes
    scripts = [url for url in sizes if "/js/" in url]
    assert sum(sizes[url] for url in scripts) <= 12 * 1024, sizes


def test_the_whole_activity_works_from_the_keyboard(phone: BrowserContext, launch: Launch) -> None:
    page = launch(phone)
    seen = []
    for _ in range(20):
        page.keyboard.press("Tab")
        name = page.evaluate("document.activeElement.id || document.activeElement.innerText.trim()")
        seen.append(name)
        if name == "total":
            page.keyboard.type("5")
        if name == "Kumpulkan":
            page.keyboard.press("Enter")
            break
    assert seen[0] == "Langsung ke isi"
    assert seen[-1] == "Kumpulkan", seen
    page.get_by_text("Jawaban: 5").wait_for()


def test_pages_and_files_are_compressed_and_masked_anew(client: Any) -> None:
    plain = client.get("/")
    small = client.get("/", headers={"Accept-Encoding": "gzip"})
    assert (plain.headers.get("Content-Encoding"), small.headers["Content-Encoding"]) == (None, "gzip")
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert b"<!doctype html>" in gzip.decompress(small.data)
    lengths = {len(client.get("/", headers={"Accept-Encoding": "gzip"}).data) for _ in range(12)}
    assert len(lengths) > 3
    css = client.get("/static/lms.css", headers={"Accept-Encoding": "gzip"})
    assert len(css.data) < 12 * 1024
    with client.get("/static/lms.css") as whole:
        assert gzip.decompress(css.data) == whole.data
    css.close()
