"""In an LMS's frame on another site: a short bar, and a way into a tab of its own that keeps the session."""

from typing import Any
from urllib.parse import quote, urlencode

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser.stage import QUIZ, Stage
from tests.support.platform import login_params


@pytest.mark.one_engine
def test_the_frame_opens_a_tab_of_its_own(phone: BrowserContext, base: str, lms: Any) -> None:
    target = f"{base}/lti/launch?activity=demo%2Fsum"
    lms.changes = {"target_link_uri": target}
    page = phone.new_page()
    login = f"{base}/lti/login?{urlencode(login_params(target_link_uri=target))}"
    page.goto(f"{lms.url}/course?src={quote(login, safe='')}")
    frame = page.frame_locator("iframe")
    frame.locator("#lanjut, #note").first.wait_for()
    if frame.locator("#lanjut").is_visible():
        frame.locator("#lanjut").click()
    frame.locator("#note").fill("dari bingkai")
    expect(frame.locator("[data-save-state]")).to_have_attribute("data-state", "saved", timeout=8000)
    expect(frame.locator("html")).to_have_attribute("data-frame", "")
    with phone.expect_page() as opened:
        frame.get_by_role("button", name="Tab baru").click()
    tab = opened.value
    expect(tab.locator("#note")).to_have_value("dari bingkai")
    assert tab.locator("html").get_attribute("data-frame") is None
    assert tab.url.startswith(f"{base}/l/")


def test_after_a_hand_in_the_verdict_is_in_view_and_has_the_focus(chromium: Browser, stage: Stage) -> None:
    phone = chromium.new_context(viewport={"width": 360, "height": 740}, locale="id-ID", has_touch=True)
    stage.act(phone, "18")
    page = phone.new_page()
    page.goto(f"{stage.lms}{stage.links[QUIZ]}")
    frame = page.frame_locator("iframe.launch-frame")
    frame.get_by_label("Berkesadaran", exact=True).check()
    frame.locator(".dock .btn-primary").click()
    expect(frame.locator("button[name=sure]")).to_be_in_viewport()  # it asks about the blanks, in view as well
    frame.locator("button[name=sure]").click()
    frame.locator(".chip-marked, .chip-sent").first.wait_for()
    expect(frame.locator("main h1")).to_be_focused()
    expect(frame.locator(".chip-marked, .chip-sent").first).to_be_in_viewport()
    phone.close()


def test_another_site_cannot_hand_over_a_session(client: Any) -> None:
    answer = client.post("/l/1-1-1/tab", data={"pass": "x"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    answer = client.post("/l/1-1-1/tab", data={"pass": "x"}, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 403
