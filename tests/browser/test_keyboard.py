"""The whole activity without a pointer."""

from playwright.sync_api import BrowserContext

from tests.browser.conftest import Launch


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
