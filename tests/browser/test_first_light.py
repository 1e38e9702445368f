"""The whole story in a real browser: an admin registers the LMS, a teacher adds a module, a quiz and a journal, a learner works
in the LMS's frame on another site, the teacher marks, and all three grades stand in the LMS gradebook.
"""

import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.support import story

pytestmark = pytest.mark.slow


def test_an_lms_launches_three_activities_and_the_scores_land(database_url: str, tmp_path: Path, chromium: Browser) -> None:
    learner = "Sri Wahyuni"
    with story.staged(database_url, tmp_path, "starter") as stage:
        page = chromium.new_page(locale="id-ID", viewport={"width": 1280, "height": 900})
        story.register(stage, page)
        story.add_activities(stage, page)
        story.act_as(stage, page, learner)
        story.read_module(stage, page)
        story.answer_quiz(stage, page)
        story.write_journal(stage, page)
        story.act_as(stage, page, "pengajar")
        story.mark_journal(stage, page, learner)
        deadline = time.monotonic() + 30
        while story.grades_of(stage, page, learner) != ["10", "20", "75"] and time.monotonic() < deadline:
            page.wait_for_timeout(300)
        assert story.grades_of(stage, page, learner) == ["10", "20", "75"]
        page.close()
