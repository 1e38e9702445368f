"""Quiz, journal, choosing and marking inside an LMS of another site, in every way that a browser leaves us.

With Partitioned cookies (third-party cookies blocked), with nothing at all but the LMS's storage, and with neither: a new tab.
"""

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Frame, Page, Playwright, expect
from sqlalchemy import update

from lms_ext.models import Platform, db
from lms_ext.web.tool import tool
from tests.browser.conftest import Lms
from tests.browser.stage import JOURNAL, MODULE, PACK, QUIZ, TEACHER, WORDS, Stage, staged
from tests.browser.test_cookies import BLOCKED
from tests.support.browser import profile
from tests.support.databases import Databases
from tests.support.platform import login_params
from tests.support.servers import free_port

THIRD_PARTY_BLOCKED = {"profile": {"block_third_party_cookies": True}}


def order(stage: Stage, mode: str) -> None:
    """Let the practice LMS keep things for tools, or do it wrongly."""
    body = json.dumps({"do": "storage", "mode": mode}).encode()
    asked = urllib.request.Request(f"{stage.lms}/faults.json", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(asked, timeout=10) as answer:
        assert answer.status == 200


@pytest.fixture(scope="module")
def stage(chromium: Browser, databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Give a stage of its own: the other files' tests hand in as the same learners."""
    with staged(databases.sqlite(), tmp_path_factory.mktemp("cookieless"), chromium) as running:
        yield running


@dataclass
class Desk:
    """A person's browser before the course, in one of the three ways."""

    stage: Stage
    context: BrowserContext
    tab: bool = False

    def open(self, path: str, person: str, profile_name: str = "generic") -> Frame | Page:
        """Open what the course shows in a frame; where nothing is kept, press the one button there is."""
        page = self.show(path, person, profile_name)
        if not self.tab:
            return self._landed(page)
        with self.context.expect_page() as opened:
            page.frame_locator("iframe.launch-frame").get_by_role("link", name="Buka di tab baru").click()
        opened.value.wait_for_url(f"{self.stage.tool}/l/**")
        return opened.value

    def show(self, path: str, person: str, profile_name: str = "generic") -> Page:
        """Open a page of the course."""
        self.stage.act(self.context, person, profile_name)
        page = self.context.new_page()
        page.goto(f"{self.stage.lms}{path}")
        return page

    def _landed(self, page: Page) -> Frame:
        """Wait for the tool's page."""
        frame = page.locator("iframe.launch-frame").element_handle().content_frame()
        assert frame
        frame.wait_for_url(lambda url: url.startswith(f"{self.stage.tool}/l/") and "/carry" not in url)
        return frame

    def cookies(self) -> list[Any]:
        """Give the tool's cookies."""
        return [one for one in self.context.cookies() if one["domain"] == "localhost"]


@contextmanager
def desk(playwright: Playwright, stage: Stage, folder: Path, way: str) -> Iterator[Desk]:
    order(stage, "off" if way == "tab" else "works")
    with profile(playwright, folder / "profile", THIRD_PARTY_BLOCKED if way == "cookie" else BLOCKED) as context:
        yield Desk(stage, context, tab=way == "tab")
    order(stage, "works")


STILL = "main:not(:has(#jalan:not([hidden])))"
"""A page that does not go on by itself."""


def leave(frame: Frame | Page, script: str, *, back_in: bool = True) -> None:
    """Let a page go away by a script, and wait until it is gone and, if so, the session is entered again."""
    frame.evaluate(f"document.documentElement.dataset.old = ''; setTimeout(() => {{ {script} }}, 50)")
    expect(frame.locator(f"html{'[data-carry]' if back_in else ''}:not([data-old]) {STILL}")).to_be_visible()


@pytest.mark.parametrize(
    ("way", "person", "name"),
    [("cookie", "20", "Teuku Rizal"), ("storage", "21", "Yohana Tambunan"), ("tab", "22", "Yuliana Eluay")],
)
def test_everything_works_in_each_of_the_three_ways(
    playwright: Playwright, stage: Stage, tmp_path: Path, way: str, person: str, name: str
) -> None:
    with desk(playwright, stage, tmp_path, way) as at:
        quiz = at.open(stage.links[QUIZ], person)
        quiz.get_by_label("Berkesadaran", exact=True).check()
        expect(quiz.locator("[data-save-state]")).to_have_attribute("data-state", "saved")
        stage.hand_in(quiz)
        expect(quiz.locator("main h1")).to_be_focused()

        journal = at.open(stage.links[JOURNAL], person)
        for box, words in zip(journal.locator("#kerja textarea").all(), WORDS, strict=False):
            box.fill(words)
        expect(journal.locator("[data-save-state]")).to_have_attribute("data-state", "saved")
        stage.hand_in(journal)
        expect(journal.get_by_text(WORDS[0])).to_be_visible()

        picker = at.open("/course/choose", TEACHER)
        picker.get_by_label("Cari judul atau topik").fill("kuis")
        picker.locator("[data-pick-search]").click()
        picker.wait_for_url("**/choose?*q=kuis*")
        picker.locator("[data-pick-box]").first.check()
        picker.locator("[data-pick-send]").click()
        picker.wait_for_url(f"{stage.lms}/**")
        expect(picker.get_by_text("Ditambahkan ke kursus: 1")).to_be_visible()

        overview = at.open(stage.links[JOURNAL], TEACHER)
        overview.get_by_role("row", name=name).get_by_role("link").click()
        overview.get_by_label("Tanggapan Anda").fill("Terima kasih.")
        stage.app.extensions["lms_ext"].lti.registry.forget()  # as every ten seconds: reading anew must not wait for this form
        overview.locator("button[name=action][value=return]").click()
        expect(overview.get_by_text("Dikembalikan")).to_be_visible()  # on the page of the next work, or of the class
        expect(overview.get_by_role("heading", name=name)).to_have_count(0)
        if way == "storage":
            assert at.cookies() == [], "nothing was kept by the browser"
        elif way == "cookie":
            assert {"__Secure-lx", "__Host-lxb"} <= {one["name"] for one in at.cookies()}


def test_a_session_without_cookies_behaves_like_any_other(playwright: Playwright, stage: Stage, tmp_path: Path) -> None:
    with desk(playwright, stage, tmp_path, "storage") as at:
        home = at.open(stage.links[PACK], "90")
        expect(home.get_by_text("Murid Uji")).to_have_count(2)
        here = home.url
        home.get_by_role("link", name=MODULE).last.click()
        home.wait_for_url(f"{here}/a/*")
        assert not any("carry" in one for one in (home.url, home.evaluate("document.referrer"))), "no address names the way"

        home.get_by_role("button", name="English").click()  # saves what is typed first
        expect(home.get_by_role("link", name="Back")).to_be_visible()
        assert home.url.startswith(f"{here}/a/")
        home.get_by_role("link", name="Back").click()
        home.wait_for_url(f"{here}/home")
        home.get_by_role("link", name="Dark").click()
        expect(home.locator(f"html[data-bs-theme=dark] {STILL}")).to_be_visible()

        leave(home, "location.reload()")
        expect(home.locator("html")).to_have_attribute("data-bs-theme", "dark")
        leave(home, "history.back()")
        leave(home, f"location.href = {here!r}")  # as a link does that is pressed before the script came
        expect(home.locator("a[href*='/a/']").last).to_be_visible()
        expect(home.locator("html")).to_have_attribute("lang", "en")

        again = at.open(stage.links[MODULE], "90")  # the choice outlives the launch, as a cookie would
        expect(again.locator("html")).to_have_attribute("lang", "en")
        at.open(stage.links[MODULE], "20")
        leave(home, "location.reload()", back_in=False)
        expect(home.get_by_role("heading", name="Your session is over")).to_be_visible()
        assert at.cookies() == []


def test_each_lms_keeps_in_its_own_way_and_where_none_does_the_new_tab_is_left(
    playwright: Playwright, stage: Stage, tmp_path: Path
) -> None:
    with desk(playwright, stage, tmp_path, "storage") as at:
        try:
            for profile_name, person in (("canvas", "21"), ("brightspace", "22")):
                stage.register(at.context, profile_name)
                module = at.open(stage.links[MODULE], person, profile_name)
                expect(module.get_by_role("heading", name=MODULE)).to_be_visible()
            assert at.cookies() == []
        finally:
            stage.register(at.context, "generic")

        stage.act(at.context, "20")
        page = at.context.new_page()
        for mode in ("silent", "refused", "wrong-id", "full"):
            order(stage, mode)
            page.goto(f"{stage.lms}{stage.links[MODULE]}")
            frame = page.frame_locator("iframe.launch-frame")
            expect(frame.get_by_role("link", name="Buka di tab baru")).to_be_visible()
            expect(frame.get_by_role("link", name="Lanjutkan di sini")).to_have_count(0)


DEAF = """
if (top === window) {
  window.deaf = "";
  addEventListener("message", (event) => {
    if (!deaf || !event.data?.subject?.endsWith(deaf)) return;
    document.documentElement.dataset.missed = "";
    event.stopImmediatePropagation();
  }, true);
}"""
"""An LMS's page that does not listen yet."""


@pytest.mark.parametrize(("profile_name", "deaf"), [("generic", "_data"), ("generic", "get_data"), ("canvas", "capabilities")])
def test_an_lms_that_listens_late_is_waited_for_and_the_new_tab_offered_meanwhile(
    playwright: Playwright, stage: Stage, tmp_path: Path, profile_name: str, deaf: str
) -> None:
    with desk(playwright, stage, tmp_path, "storage") as at:
        at.context.add_init_script(DEAF.replace('deaf = ""', f'deaf = "{deaf}"'))
        stage.register(at.context, profile_name)
        try:
            page = at.show(stage.links[MODULE], "90", profile_name)
            at.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 6})
            frame = page.frame_locator("iframe.launch-frame")
            expect(page.locator("html[data-missed]")).to_be_visible()
            if deaf != "capabilities":  # without them it asks where the LMS said in its login
                expect(frame.get_by_role("link", name="Buka di tab baru")).to_be_visible()
                page.evaluate("deaf = ''")
            expect(frame.get_by_role("heading", name=MODULE)).to_be_visible()
            assert at.cookies() == []
        finally:
            stage.register(at.context, "generic")


def test_a_press_before_the_script_came_is_not_lost(playwright: Playwright, stage: Stage, tmp_path: Path) -> None:
    with desk(playwright, stage, tmp_path, "storage") as at:
        at.context.route("**/js/carry.js*", lambda route: route.abort())
        home = at.show(stage.links[PACK], "90").frame_locator("iframe.launch-frame")
        home.get_by_role("link", name=MODULE).last.click()
        expect(home.get_by_role("heading", name=MODULE, level=1)).to_be_visible()

        picker = at.show("/course/choose", TEACHER).frame_locator("iframe.launch-frame")
        picker.locator("[data-pick-box]").first.check()
        picker.get_by_label("Cari judul atau topik").fill("kuis")
        picker.locator("[data-pick-search]").click()
        expect(picker.locator("input[name=q][value=kuis]")).to_be_visible()
        expect(picker.locator("[data-pick-box][checked]")).to_have_count(1)


def test_what_lives_in_the_page_alone_is_said_and_guarded(playwright: Playwright, stage: Stage, tmp_path: Path) -> None:
    with desk(playwright, stage, tmp_path, "storage") as at:
        journal = at.open(stage.links[JOURNAL], "90")
        box, state = journal.locator("#kerja textarea").first, journal.locator("[data-save-state]")
        asked: list[str] = []
        page = journal.page
        page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))

        at.context.set_offline(True)
        box.fill("Hanya di halaman ini.")
        expect(state).to_have_text("Belum terkirim; jangan tutup halaman ini.")
        page.close(run_before_unload=True)
        expect(state).to_be_visible()
        assert asked == ["beforeunload"]

        at.context.set_offline(False)
        expect(state).to_have_attribute("data-state", "saved")
        page.close(run_before_unload=True)
        page.wait_for_event("close")
        assert asked == ["beforeunload"], "nothing is asked once the server has it"


FALSE_LMS = """
const heard = [];
addEventListener("message", ({ data, origin, source }) => {
  if (typeof data?.subject !== "string") return;
  heard.push(data.subject);
  const able = ["lti.put_data", "lti.get_data"].map((subject) => ({ subject }));
  source.postMessage({ ...data, subject: `${data.subject}.response`, supported_messages: able }, origin);
});"""


def test_the_proof_goes_to_the_platforms_own_origin_only(
    playwright: Playwright, course_app: Flask, lms: Lms, base: str, tmp_path: Path
) -> None:
    """A page that answers everything, beside the host that the platform was registered with."""
    lms.script = FALSE_LMS
    with course_app.app_context():
        db.session.execute(update(Platform).values(auth_login_url=f"http://127.0.0.1:{free_port()}/auth"))
        db.session.commit()
        tool().lti.registry.forget()
    login = f"{base}/lti/login?{urlencode(login_params(target_link_uri=f'{base}/lti/launch', lti_storage_target='_parent'))}"
    with profile(playwright, tmp_path / "profile", BLOCKED) as context:
        page = context.new_page()
        page.goto(f"{lms.url}/course?{urlencode({'src': login})}")
        expect(page.frame_locator("iframe").get_by_role("link", name="Buka di tab baru")).to_be_visible()
        heard = page.evaluate("heard")
        assert "lti.capabilities" in heard
        assert not [one for one in heard if "data" in one], heard
