"""Learners with other engines than Chromium's: the launch in the LMS's frame, a quiz, and the score in the gradebook."""

from pathlib import Path

import pytest

from lms_ext import worker
from tests.browser.stage import CHECKED_QUIZ, TEACHER, Stage
from tests.support import engines
from tests.support.driven import Driven

NOTHING_FROM_OTHERS = ("network.cookie.cookieBehavior", 1)
"""Firefox's own setting "all cross-site cookies": nothing is kept in a frame of another site, Partitioned or not."""
_ACT = """
const body = new URLSearchParams({person: arguments[0], profile: "generic"});
return fetch("/acting", {method: "POST", body}).then((one) => one.ok);
"""
_GRADE = """
const [name, title] = arguments;
const cell = [...document.querySelectorAll("td a")].find((one) => one.ariaLabel === `${name}, ${title}`);
return cell ? cell.innerText.trim() : "";
"""


@pytest.mark.skipif(
    not engines.firefox_path(), reason="Firefox is not installed: install the package 'firefox-esr' (Debian) to run this journey."
)
def test_a_quiz_in_firefox_with_its_cookies_and_without_any(stage: Stage, tmp_path: Path) -> None:
    with engines.firefox(tmp_path / "profile") as browser:
        quiz(browser, stage, "16", carries=False)
        browser.prefer(*NOTHING_FROM_OTHERS)
        quiz(browser, stage, "17", carries=True)
        see_grades(browser, stage, "Made Ayu Lestari", "Nurhaliza Daeng Tika")


@pytest.mark.skipif(
    not engines.webkit_path(),
    reason="WebKit is not installed: install the packages 'webkit2gtk-driver' and 'xvfb' (Debian) to run this journey.",
)
def test_a_quiz_in_webkit_which_keeps_no_cookie_in_a_frame(stage: Stage, tmp_path: Path) -> None:
    with engines.webkit(tmp_path / "profile") as browser:
        quiz(browser, stage, "18", carries=True)
        see_grades(browser, stage, "Sugiarto")


def see_grades(browser: Driven, stage: Stage, *names: str) -> None:
    """Wait until the gradebook holds these people's grades."""
    stop = worker.start_embedded(stage.app)
    try:
        assert browser.run(_ACT, TEACHER)
        browser.open(f"{stage.lms}/grades")
        for name in names:
            browser.until(lambda name=name: browser.run(_GRADE, name, CHECKED_QUIZ) not in {"", "–"}, f"the grade of {name}")
    finally:
        stop.set()


def quiz(browser: Driven, stage: Stage, person: str, *, carries: bool) -> None:
    """Open the quiz in the course's frame, answer its first question and hand in."""
    browser.open(stage.lms)
    assert browser.run(_ACT, person)
    browser.open(f"{stage.lms}{stage.links[CHECKED_QUIZ]}")
    browser.enter_frame("iframe.launch-frame")
    browser.click("#kerja input[type=radio], #kerja input[type=checkbox]")
    browser.find("[data-save-state][data-state=saved]")
    assert browser.run("return 'carry' in document.documentElement.dataset") == carries
    browser.click(".dock .btn-primary")
    browser.find("button[name=sure], .chip-marked")
    browser.run("document.querySelector('button[name=sure]')?.click()")
    browser.find(".chip-marked")
    browser.leave_frame()
