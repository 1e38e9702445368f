"""Every kind of page, on a phone, light and dark, in both languages.

Nothing that axe-core can find, nothing sideways, no complaint of the browser and no request to anywhere else.
"""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, BrowserContext, Frame, Page, expect

from tests.browser.stage import ADMIN, CHECKED_QUIZ, JOURNAL, MODULE, PACK, QUIZ, TEACHER, Stage
from tests.support.admins import PASSWORD

AXE = (next((Path(__file__).parent / "vendor").glob("axe-core-*")) / "axe.min.js").read_text(encoding="utf-8")
Kind = Callable[[Stage, BrowserContext], Page]


def home(stage: Stage, context: BrowserContext) -> Page:
    return stage.open(context, PACK, "22")


def home_begun(stage: Stage, context: BrowserContext) -> Page:
    stage.journal(context, "21")
    return stage.open(context, PACK, "21")


def module(stage: Stage, context: BrowserContext) -> Page:
    page = stage.open(context, MODULE, "11")
    page.get_by_role("button", name="Tandai selesai dan lanjut").click()
    page.get_by_role("button", name="Tandai selesai, tutup modul").wait_for()
    return page


def module_read(stage: Stage, context: BrowserContext) -> Page:
    page = stage.open(context, MODULE, "12")
    page.get_by_role("button", name="Tandai selesai dan lanjut").click()
    page.get_by_role("button", name="Tandai selesai, tutup modul").click()
    page.get_by_text("2 dari 2 bagian selesai").wait_for()
    return page


def quiz(stage: Stage, context: BrowserContext) -> Page:
    page = stage.open(context, QUIZ, "11")
    page.get_by_label("Tandai ragu").first.check()
    page.locator(".map-cell.is-doubt").first.wait_for()
    expect(page.locator("[data-save-state]")).to_have_attribute("data-state", "saved")
    return page


def quiz_checked(stage: Stage, context: BrowserContext) -> Page:
    page = stage.open(context, CHECKED_QUIZ, "11")
    page.get_by_label("Berkesadaran", exact=True).check()
    page.get_by_role("button", name="Periksa").first.click()
    page.locator(".is-closed").first.wait_for()
    return page


def quiz_review(stage: Stage, context: BrowserContext) -> Page:
    page = stage.open(context, QUIZ, "12")
    page.get_by_label("Berkesadaran", exact=True).check()
    stage.hand_in(page)
    return page


def journal(stage: Stage, context: BrowserContext) -> Page:
    return stage.open(context, JOURNAL, "11")


def journal_unready(stage: Stage, context: BrowserContext) -> Page:
    page = stage.open(context, JOURNAL, "12")
    page.locator(".dock .btn-primary").click()
    page.get_by_text("Belum dapat dikumpulkan.").wait_for()
    return page


def journal_sent(stage: Stage, context: BrowserContext) -> Page:
    return stage.journal(context, "13")


def journal_marked(stage: Stage, context: BrowserContext) -> Page:
    stage.journal(context, "14")
    page = stage.work(context, JOURNAL, "Kartini")
    page.get_by_label("Menyebut pengalaman atau materi").check()
    page.fill("#comment", "Ceritakan tantangannya.")
    with page.expect_navigation():
        page.get_by_role("button", name="Simpan, lanjut").click()
    return stage.open(context, JOURNAL, "14")


def journal_returned(stage: Stage, context: BrowserContext) -> Page:
    stage.journal(context, "16")
    page = stage.work(context, JOURNAL, "Made Ayu")
    page.fill("#comment", "Ceritakan tantangannya.")
    with page.expect_navigation():
        page.get_by_role("button", name="Kembalikan").click()
    return stage.open(context, JOURNAL, "16")


def class_home(stage: Stage, context: BrowserContext) -> Page:
    stage.journal(context, "17")
    return stage.open(context, PACK, TEACHER)


def overview(stage: Stage, context: BrowserContext) -> Page:
    stage.journal(context, "18")
    return stage.open(context, JOURNAL, TEACHER)


def times(stage: Stage, context: BrowserContext) -> Page:
    page = stage.open(context, JOURNAL, TEACHER)
    page.get_by_role("link", name="Atur waktu").click()
    page.fill("#rilis", "2099-12-12T08:00")
    with page.expect_navigation():
        page.get_by_role("button", name="Simpan waktu").click()
    page.goto(page.url.partition("?")[0])  # where it does not come again by itself
    expect(page.get_by_text("Kolom nilai tautan ini")).to_be_visible()
    return page


def marking(stage: Stage, context: BrowserContext) -> Page:
    stage.journal(context, "19")
    return stage.work(context, JOURNAL, "Sri Wahyuni")


def marking_quiz(stage: Stage, context: BrowserContext) -> Page:
    page = stage.open(context, QUIZ, "20")
    stage.hand_in(page)
    return stage.work(context, QUIZ, "Teuku Rizal")


def picker(stage: Stage, context: BrowserContext) -> Page:
    page = stage.picker(context)
    page.get_by_label(f"Pilih {JOURNAL}").first.check()
    return page


def picker_preview(stage: Stage, context: BrowserContext) -> Page:
    page = picker(stage, context)
    page.get_by_role("button", name=JOURNAL).first.click()
    page.wait_for_url("**show=**")
    return page


def picker_preview_quiz(stage: Stage, context: BrowserContext) -> Page:
    page = picker(stage, context)
    page.get_by_role("button", name=QUIZ).first.click()
    page.wait_for_url("**show=**")
    page.locator("[data-map]").wait_for()
    return page


def refusal(stage: Stage, context: BrowserContext) -> Page:
    page = context.new_page()
    page.goto(f"{stage.tool}/l/1-1-1")
    return page


def absent(stage: Stage, context: BrowserContext) -> Page:
    page = context.new_page()
    page.goto(f"{stage.tool}/tidak/ada")
    return page


def front(stage: Stage, context: BrowserContext) -> Page:
    page = context.new_page()
    page.goto(stage.tool)
    return page


KINDS: dict[str, Kind] = {one.__name__: one for one in (
    home, home_begun, module, module_read, quiz, quiz_checked, quiz_review, journal, journal_unready, journal_sent,
    journal_marked, journal_returned, class_home, overview, times, marking, marking_quiz, picker,
    picker_preview, picker_preview_quiz, refusal, absent, front,
)}  # fmt: skip
ADMIN_PAGES = (
    "/admin/sign-in",
    "/admin/platforms",
    "/admin/system",
    "/admin/admins",
    "/admin/admins/1",
    "/admin/audit",
    "/admin/account",
)
PRACTICE = ("/", "/course", "/grades", "/messages", "/messages/1", "/faults", "/tool", "/course/links/1")


@pytest.fixture
def phone(chromium: Browser) -> BrowserContext:
    """Give a fresh browser profile on a phone's screen."""
    return chromium.new_context(viewport={"width": 360, "height": 740}, locale="id-ID", has_touch=True)


@pytest.mark.parametrize("kind", KINDS)
def test_page(kind: str, phone: BrowserContext, stage: Stage) -> None:
    asked: list[str] = []
    phone.on("request", lambda request: asked.append(request.url))
    page = KINDS[kind](stage, phone)
    complaints = listen(page)
    address = page.url.partition("#")[0]
    for language in ("id", "en"):
        page.goto(f"{stage.tool}/language/{language}?next={quote(address.removeprefix(stage.tool))}")
        assert page.locator("html").get_attribute("lang") == language
        inspect(page, language)
    assert [one for one in complaints if "status of 4" not in one] == []
    assert [one for one in asked if not one.startswith((stage.tool, stage.lms))] == []
    phone.close()


def test_the_admin_pages(phone: BrowserContext, stage: Stage) -> None:
    page = phone.new_page()
    complaints = listen(page)
    for path in ADMIN_PAGES:
        for language in ("id", "en"):
            page.goto(f"{stage.tool}/language/{language}?next={quote(path)}")
            assert page.locator("html").get_attribute("lang") == language
            inspect(page, f"{path} {language}")
        if path == "/admin/sign-in":
            page.fill("#login", ADMIN)
            page.fill("#password", PASSWORD)
            page.click("main .btn-primary")
            page.wait_for_url("**/admin/platforms")
    page.fill("#current-2", PASSWORD)  # the last page is the account
    page.click("#dua-langkah button")
    page.locator("#kunci").wait_for(state="attached")
    inspect(page, "second factor")
    assert complaints == []
    phone.close()


@pytest.mark.parametrize("path", PRACTICE)
def test_page_of_the_practice_lms(path: str, phone: BrowserContext, stage: Stage) -> None:
    stage.act(phone, TEACHER)
    page = phone.new_page()
    complaints = listen(page)
    for language in ("id", "en"):
        phone.request.post(f"{stage.lms}/language", form={"lang": language, "back": "/"})
        page.goto(f"{stage.lms}{path}")
        assert page.locator("html").get_attribute("lang") == language
        inspect(page, language)
    assert complaints == []
    phone.close()


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_page_before_a_launch_in_a_frame(language: str, chromium: Browser, stage: Stage) -> None:
    context = chromium.new_context(viewport={"width": 360, "height": 740}, locale=language)
    context.route("**/js/check.js*", lambda route: route.abort())  # it would go on at once
    page = context.new_page()
    page.goto(f"{stage.lms}{stage.links[MODULE]}")
    page.frame_locator("iframe.launch-frame").locator("#lanjut").wait_for()
    frame = page.frames[1]
    assert frame.locator("html").get_attribute("lang") == language
    inspect(page, language, frame)
    context.close()


def listen(page: Page) -> list[str]:
    """Collect what the browser complains about."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return complaints


def inspect(page: Page, language: str, frame: Frame | None = None) -> None:
    """Look at a page (or at a frame in it) in both themes and at three widths; a theme changes colours only."""
    seen = frame or page
    seen.evaluate(AXE)
    for theme, rules in (("light", "{}"), ("dark", "{runOnly: ['color-contrast', 'link-in-text-block']}")):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        run = f"axe.run({{exclude: ['iframe']}}, {rules})"
        found = seen.evaluate(f"async () => (await {run}).violations.map((one) => one.id + ': ' + one.nodes[0].html)")
        assert found == [], (language, theme)
    for width in (320, 360, 1280):
        page.set_viewport_size({"width": width, "height": 740})
        assert seen.evaluate("document.documentElement.scrollWidth") <= width, (language, width)
    page.set_viewport_size({"width": 360, "height": 740})
