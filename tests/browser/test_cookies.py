"""Inside an LMS on another site: a Partitioned cookie is enough, and without scripts and cookies one button opens a new tab."""

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


def test_a_partitioned_cookie_is_enough(playwright: Playwright, lms: Lms, base: str, tmp_path: Path) -> None:
    with profile(playwright, tmp_path / "profile", {}) as context:
        page = context.new_page()
        frame = framed(page, lms, base)
        frame.locator("#note").fill("Dari dalam bingkai.")
        expect(frame.locator("[data-save-state]")).to_have_attribute("data-state", "saved")
        assert len(context.pages) == 2, "no new tab was needed"
        cookies = {one["name"]: one for one in context.cookies()}
        assert {"__Secure-lx", "__Host-lxb"} <= set(cookies)
        assert all(one["secure"] and one["sameSite"] == "None" and one.get("partitionKey") for one in cookies.values())
        assert cookies["__Secure-lx"]["httpOnly"]


@pytest.mark.one_engine
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
