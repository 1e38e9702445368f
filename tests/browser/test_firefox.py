"""A learner with Firefox: the launch in the LMS's frame, a quiz, and the score in the gradebook."""

from pathlib import Path

import pytest

from lms_ext import worker
from tests.browser.stage import CHECKED_QUIZ, TEACHER, Stage
from tests.support import firefox
from tests.support.firefox import Firefox

NOTHING_FROM_OTHERS = ("network.cookie.cookieBehavior", 1)
"""Firefox's own setting "all cross-site cookies": nothing is kept in a frame of another site, Partitioned or not."""

pytestmark = pytest.mark.skipif(
    not firefox.executable(), reason="Firefox is not installed: install the package 'firefox-esr' (Debian) to run this journey."
)


_ACT = """
const body = new URLSearchParams({person: arguments[0], profile: "generic"});
return fetch("/acting", {method: "POST", body}).then((one) => one.ok);
"""
_GRADE = """
const [name, title] = arguments;
const cell = [...document.querySelectorAll("td a")].find((one) => one.ariaLabel === `${name}, ${title}`);
return cell ? cell.innerText.trim() : "";
"""


def test_a_quiz_in_firefox_with_its_cookies_and_without_any(stage: Stage, tmp_path: Path) -> None:
    with firefox.running(tmp_path / "profile") as browser:
        quiz(browser, stage, "16", carries=False)
        browser.prefer(*NOTHING_FROM_OTHERS)
        quiz(browser, stage, "17", carries=True)
        stop = worker.start_embedded(stage.app)
        try:
            assert browser.run(_ACT, TEACHER)
            browser.open(f"{stage.lms}/grades")
            for name in ("Made Ayu Lestari", "Nurhaliza Daeng Tika"):
                browser.until(lambda name=name: browser.run(_GRADE, name, CHECKED_QUIZ) not in {"", "–"}, f"the grade of {name}")
        finally:
            stop.set()


def quiz(browser: Firefox, stage: Stage, person: str, *, carries: bool) -> None:
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
    browser.command("SwitchToFrame")
