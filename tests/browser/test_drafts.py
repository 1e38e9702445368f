"""Nothing typed is lost, what the page says of it is true, and nobody else on the same computer can read it."""

import pytest
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, Route, expect

from tests.browser.conftest import Launch, Lms
from tests.browser.test_cookies import framed

READ = """async () => {
  const done = (request) => new Promise((yes) => { request.onsuccess = () => yes(request.result); });
  const db = await done(indexedDB.open("lx", 1));
  const rows = await done(db.transaction("drafts").objectStore("drafts").getAll());
  return rows.map((row) => Object.keys(row).join() + new TextDecoder().decode(row.sealed));
}"""
TEXT = "Saya cemas, lalu memilih diam dan menunggu."


def state(page: Page | FrameLocator, kind: str) -> None:
    expect(page.locator("[data-save-state]")).to_have_attribute("data-state", kind, timeout=8000)


def kept(page: Page) -> None:
    """The page says that this device has what was typed, whether or not a first try to send it has failed already."""
    expect(page.locator("[data-save-state]")).to_contain_text("Tersimpan di HP", timeout=8000)


def note(page: Page | FrameLocator) -> str:
    return page.locator("#note").input_value()


def test_the_save_state_is_true(phone: BrowserContext, launch: Launch) -> None:
    page = launch(phone)
    state(page, "idle")
    page.fill("#note", TEXT)
    state(page, "saved")
    assert "Tersimpan di server" in page.locator("[data-save-state]").inner_text()
    phone.set_offline(True)
    page.fill("#total", "5")
    kept(page)
    state(page, "unsent")
    assert "Belum terkirim (1). Tersimpan di HP." in page.locator("[data-save-state]").inner_text()
    phone.set_offline(False)
    state(page, "saved")
    page.reload()
    assert (note(page), page.locator("#total").input_value()) == (TEXT, "5")


def test_a_killed_tab_loses_nothing_even_after_a_new_launch(phone: BrowserContext, launch: Launch) -> None:
    page = launch(phone)
    page.fill("#total", "4")
    state(page, "saved")
    phone.set_offline(True)
    page.fill("#note", TEXT)
    kept(page)
    page.close(run_before_unload=False)
    phone.set_offline(False)
    page = launch(phone)
    expect(page.locator("#note")).to_have_value(TEXT)
    expect(page.locator("[data-notice]")).to_contain_text("dikembalikan")
    state(page, "saved")
    page.evaluate("indexedDB.deleteDatabase('lx')")
    page.reload()
    assert note(page) == TEXT


def test_two_tabs_show_both_texts(phone: BrowserContext, launch: Launch) -> None:
    first = launch(phone)
    second = phone.new_page()
    second.goto(first.url)
    first.fill("#note", "dari tab satu")
    state(first, "saved")
    second.fill("#note", "dari tab dua")
    box = second.locator(".msg[role=alert]")
    expect(box).to_contain_text("dari tab satu", timeout=8000)
    assert note(second) == "dari tab dua"
    state(second, "refused")
    second.get_by_role("button", name="Pakai tulisan ini").click()
    state(second, "saved")
    first.reload()
    assert note(first) == "dari tab dua"


@pytest.mark.parametrize("way", ["other-tab", "same-tab", "reload"])
def test_a_text_that_lost_a_conflict_is_offered_again_inside_the_frame(
    phone: BrowserContext, lms: Lms, base: str, way: str
) -> None:
    first, second = phone.new_page(), phone.new_page()
    here, there = framed(first, lms, base), framed(second, lms, base)
    expect(there.locator("#note")).to_be_visible()
    here.locator("#note").fill("dari tab satu")
    state(here, "saved")
    there.locator("#note").fill("dari tab dua")
    expect(there.locator(".msg[role=alert]")).to_contain_text("dari tab satu")
    state(there, "refused")
    if way == "other-tab":
        second.close()
        second = phone.new_page()
    if way == "reload":
        second.reload()
    else:
        there = framed(second, lms, base)
    box = there.locator(".msg[role=alert]")
    expect(box).to_contain_text("dari tab dua")
    assert note(there) == "dari tab satu"
    state(there, "refused")
    second.close()
    second = phone.new_page()
    there = framed(second, lms, base)
    expect(there.locator(".msg[role=alert]")).to_contain_text("dari tab dua")
    there.get_by_role("button", name="Pakai tulisan ini").click()
    state(there, "saved")
    first.reload()
    expect(first.frame_locator("iframe").locator("#note")).to_have_value("dari tab dua")


def test_text_left_behind_never_replaces_what_was_written_elsewhere_since(
    phone: BrowserContext, chromium: Browser, launch: Launch
) -> None:
    page = launch(phone)
    page.fill("#note", "awal")
    state(page, "saved")
    phone.set_offline(True)
    page.fill("#note", "di HP, tanpa sinyal")
    kept(page)
    page.close()
    phone.set_offline(False)
    laptop = chromium.new_context()
    other = launch(laptop)
    other.fill("#note", "di laptop")
    state(other, "saved")
    laptop.close()
    page = launch(phone)
    box = page.locator(".msg[role=alert]")
    expect(box).to_contain_text("di HP, tanpa sinyal")
    assert note(page) == "di laptop"
    page.get_by_role("button", name="Pakai tulisan ini").click()
    state(page, "saved")
    page.reload()
    assert note(page) == "di HP, tanpa sinyal"


def test_another_person_on_the_same_browser_cannot_read_it(phone: BrowserContext, launch: Launch) -> None:
    page = launch(phone)
    phone.set_offline(True)
    page.fill("#note", TEXT)
    kept(page)
    page.close()
    phone.set_offline(False)
    other = launch(phone, sub="43", name="Budi")
    other.wait_for_timeout(300)
    assert note(other) == ""
    assert TEXT not in other.content()
    records = other.evaluate(READ)
    assert len(records) == 1
    assert records[0].startswith("iv,sealed,at")
    assert "cemas" not in records[0]
    assert "note" not in records[0]
    again = launch(phone)
    expect(again.locator("#note")).to_have_value(TEXT)


def test_a_long_refusal_has_a_line_of_its_own_on_a_phone(phone: BrowserContext, launch: Launch) -> None:
    page = launch(phone)
    phone.route("**/draft", lambda route: route.fulfill(status=401, json={}))
    page.fill("#note", TEXT)
    state(page, "refused")
    words, button = (page.locator(one).bounding_box() for one in (".dock-info", ".dock .btn-primary"))
    assert words
    assert button
    assert words["width"] > 300
    assert words["y"] + words["height"] <= button["y"]
    assert button["y"] + button["height"] <= 740


def test_handing_in_without_a_signal_keeps_the_page_and_says_so(phone: BrowserContext, launch: Launch) -> None:
    page = launch(phone)
    page.fill("#total", "5")
    state(page, "saved")
    phone.set_offline(True)
    page.fill("#note", TEXT)
    page.get_by_role("button", name="Kumpulkan").click()
    expect(page.locator("[data-notice]")).to_contain_text("belum terkumpul")
    assert note(page) == TEXT
    phone.set_offline(False)
    page.get_by_role("button", name="Kumpulkan").click()
    expect(page.locator("main")).to_contain_text("Dikumpulkan")
    expect(page.locator("main")).to_contain_text("Jawaban: 5")
    assert page.evaluate(READ) == []


def test_what_is_typed_before_the_script_has_come_is_saved(phone: BrowserContext, launch: Launch) -> None:
    page = launch(phone)
    waiting: list[Route] = []
    page.route("**/js/draft.js*", lambda route: waiting.append(route))  # noqa: PLW0108 - Playwright cannot wrap a builtin
    page.reload(wait_until="commit")
    page.fill("#note", TEXT)
    while not waiting:
        page.wait_for_timeout(20)
    for one in waiting:
        one.continue_()
    state(page, "saved")
    page.unroute("**/js/draft.js*")
    page.reload()
    assert note(page) == TEXT
