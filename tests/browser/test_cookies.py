"""Inside an LMS on another site: a Partitioned cookie is enough, and where even that is blocked one button opens a new tab."""

from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import FrameLocator, Page, Playwright, expect

from tests.browser.conftest import Lms
from tests.support.browser import profile
from tests.support.platform import login_params

BLOCKED = {"profile": {"content_settings": {"exceptions": {"cookies": {"http://localhost,http://127.0.0.1": {"setting": 2}}}}}}
"""Chromium's own setting: no cookie for localhost inside pages of 127.0.0.1, Partitioned or not."""


def framed(page: Page, lms: Lms, base: str) -> FrameLocator:
    """Open the activity in the LMS's frame."""
    target = f"{base}/lti/launch?activity=demo/sum"
    lms.changes = {"target_link_uri": target, "resource_link": {"id": "r-1", "title": "Jumlah"}}
    login = f"{base}/lti/login?{urlencode(login_params(target_link_uri=target))}"
    page.goto(f"{lms.url}/course?{urlencode({'src': login})}")
    return page.frame_locator("iframe")


@pytest.mark.parametrize("settings", [{}, {"profile": {"block_third_party_cookies": True}}], ids=["usual", "third-party-blocked"])
def test_a_partitioned_cookie_is_enough(
    playwright: Playwright, lms: Lms, base: str, tmp_path: Path, settings: dict[str, object]
) -> None:
    with profile(playwright, tmp_path / "profile", settings) as context:
        page = context.new_page()
        frame = framed(page, lms, base)
        frame.locator("#note").fill("Dari dalam bingkai.")
        expect(frame.locator("[data-save-state]")).to_have_attribute("data-state", "saved")
        assert len(context.pages) == 2, "no new tab was needed"
        cookies = {one["name"]: one for one in context.cookies()}
        assert {"__Secure-lx", "__Host-lxb"} <= set(cookies)
        assert all(one["secure"] and one["sameSite"] == "None" and one.get("partitionKey") for one in cookies.values())
        assert cookies["__Secure-lx"]["httpOnly"]


def test_where_cookies_are_blocked_one_button_opens_the_same_launch_in_a_new_tab(
    playwright: Playwright, lms: Lms, base: str, tmp_path: Path
) -> None:
    with profile(playwright, tmp_path / "profile", BLOCKED) as context:
        page = context.new_page()
        frame = framed(page, lms, base)
        expect(frame.get_by_role("heading", name="Peramban menahan halaman ini")).to_be_visible()
        expect(frame.get_by_role("link", name="Lanjutkan di sini")).to_have_count(0)
        with context.expect_page() as opened:
            frame.get_by_role("link", name="Buka di tab baru").click()
        tab = opened.value
        tab.locator("#note").fill("Dari tab baru.")
        expect(tab.locator("[data-save-state]")).to_have_attribute("data-state", "saved")


def test_without_scripts_a_blocked_launch_ends_on_a_page_with_the_same_button(
    playwright: Playwright, lms: Lms, base: str, tmp_path: Path
) -> None:
    with profile(playwright, tmp_path / "profile", BLOCKED) as context:
        page = context.new_page()
        context.route("**/js/check.js*", lambda route: route.abort())
        frame = framed(page, lms, base)
        frame.get_by_role("link", name="Lanjutkan di sini").click()
        expect(frame.get_by_text("cookie-blocked")).to_be_visible()
        with context.expect_page() as opened:
            frame.get_by_role("link", name="Buka di tab baru").click()
        expect(opened.value.locator("#note")).to_be_visible()
