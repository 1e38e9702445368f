"""Work in the real activities: a page that was sent too early, a doubt, a number, and the key Enter."""

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, expect

from tests.browser.stage import JOURNAL, QUIZ, Stage


@pytest.fixture
def phone(chromium: Browser) -> BrowserContext:
    """Give a fresh browser profile on a phone's screen."""
    return chromium.new_context(viewport={"width": 360, "height": 740}, locale="id-ID", has_touch=True)


def saved(page: Page) -> None:
    expect(page.locator("[data-save-state]")).to_have_attribute("data-state", "saved")


def test_a_page_sent_too_early_leads_to_the_gap_and_still_saves(stage: Stage, phone: BrowserContext) -> None:
    page = stage.open(phone, JOURNAL, "15")
    page.locator("#kerja textarea").first.fill("Murid membagi kue lapis.")
    page.locator(".dock .btn-primary").click()
    page.get_by_text("Belum dapat dikumpulkan.").wait_for()
    second = page.locator("#kerja textarea").nth(1)
    page.get_by_role("link", name="Ke isian").click()
    assert page.url.endswith(f"#{second.get_attribute('id')}")
    assert page.locator("#kerja textarea").first.input_value() == "Murid membagi kue lapis."
    with page.expect_response("**/draft"):
        second.fill("Saya tenang.")  # the page's scripts live on: what is typed now reaches the server by itself
    saved(page)
    again = stage.open(phone, JOURNAL, "15")
    assert again.locator("#kerja textarea").nth(1).input_value() == "Saya tenang."
    phone.close()


def test_the_map_follows_answers_and_doubts(stage: Stage, phone: BrowserContext) -> None:
    page = stage.open(phone, QUIZ, "15")
    cell = page.locator(".map .map-cell").first
    assert "is-done" not in (cell.get_attribute("class") or "")
    page.get_by_label("Bermakna").check()
    expect(cell).to_have_class("map-cell is-done")
    page.get_by_label("Tandai ragu").first.check()
    expect(cell).to_have_class("map-cell is-doubt")
    expect(page.locator("[data-map-count]")).to_have_text("dijawab 1 dari 2")
    saved(page)
    page.reload()
    expect(cell).to_have_class("map-cell is-doubt")
    phone.close()


def test_switching_the_theme_keeps_what_was_just_typed(stage: Stage, phone: BrowserContext) -> None:
    page = stage.open(phone, JOURNAL, "90")
    page.locator("#kerja textarea").first.fill("Baru saja diketik")
    page.get_by_role("button", name="Gelap").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    assert page.locator("#kerja textarea").first.input_value() == "Baru saja diketik"
    phone.close()


def test_leaving_a_page_without_drafts_asks_first(stage: Stage, phone: BrowserContext) -> None:
    stage.journal(phone, "20")
    page = stage.work(phone, JOURNAL, "Teuku Rizal")
    page.locator("#comment").type("Terima kasih")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.locator(".foot a", has_text="Gelap").click(no_wait_after=True)
    page.wait_for_timeout(500)
    assert asked == ["beforeunload"]
    assert page.locator("#comment").input_value() == "Terima kasih"
    phone.close()
