"""The product with its own packs, plugins and practice LMS, as the pages' tests walk through it; one for the whole run."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Frame, Page
from sqlalchemy import update

from lms_ext.models import Platform, db
from lms_ext.models.base import utcnow
from lms_ext.services import platforms, publishing
from lms_ext.web.tool import tool
from tests.browser.serving import serving
from tests.support.admins import make_admin
from tests.support.apps import application
from tests.support.databases import test_settings
from tests.support.servers import ROOT, free_port, practice_lms

TEACHER = "3"
ADMIN = "dewi@bgtk.example"
PACK, MODULE, QUIZ, JOURNAL = "Paket contoh", "Mengenal tiga prinsip", "Kuis tiga prinsip", "Jurnal pertama"
CHECKED_QUIZ = "Kuis tiga prinsip, satu per satu"
WORDS = ("Murid membagi kue lapis.", "Saya tenang.", "Cerita membantu.", "Minggu depan di kelas V.")


@dataclass
class Stage:
    """Everything that runs, and who sits at the browser."""

    tool: str
    lms: str
    app: Flask
    links: dict[str, str] = field(default_factory=dict)

    def act(self, context: BrowserContext, person: str, profile: str = "generic") -> None:
        """Become a person of the practice course."""
        answer = context.request.post(f"{self.lms}/acting", form={"person": person, "profile": profile, "back": "/"})
        assert answer.ok, answer.status

    def register(self, context: BrowserContext, profile: str) -> None:
        """Register the practice LMS as it is when it imitates another one; it is one LMS at a time, with one client id."""
        self.act(context, TEACHER, profile)
        data = context.request.get(f"{self.lms}/tool/registration.json").json()
        with self.app.app_context():
            db.session.execute(update(Platform).where(Platform.issuer != data["issuer"]).values(status="pending"))
            platforms.save(db.session, data, allow_http=True).platform.status = "active"
            db.session.commit()
            tool().lti.registry.forget()

    def open(self, context: BrowserContext, title: str, person: str, page: Page | None = None) -> Page:
        """Launch a link of the course in a tab, as a person."""
        self.act(context, person)
        page = page or context.new_page()
        page.goto(f"{self.lms}{self.links[title]}/launch")
        page.wait_for_url(f"{self.tool}/l/**")
        return page

    def picker(self, context: BrowserContext) -> Page:
        """Open the picker in a tab, as the teacher."""
        self.act(context, TEACHER)
        page = context.new_page()
        page.goto(f"{self.lms}/course/choose/launch")
        page.wait_for_url(f"{self.tool}/l/**")
        return page

    def hand_in(self, page: Page | Frame) -> None:
        """Press the page's one button, say yes if it asks about blanks, and wait for the review."""
        page.locator(".dock .btn-primary").click()
        sure = page.locator("button[name=sure]")
        page.locator(".chip-sent, .chip-marked").or_(sure).first.wait_for()
        if sure.count():
            sure.click()
            page.locator(".chip-sent, .chip-marked").first.wait_for()

    def journal(self, context: BrowserContext, person: str) -> Page:
        """Write the journal and hand it in."""
        page = self.open(context, JOURNAL, person)
        for box, words in zip(page.locator("#kerja textarea").all(), WORDS, strict=False):
            box.fill(words)
        self.hand_in(page)
        return page

    def work(self, context: BrowserContext, title: str, name: str) -> Page:
        """Open a learner's work as the teacher."""
        page = self.open(context, title, TEACHER)
        page.get_by_role("row", name=name).get_by_role("link").click()
        page.wait_for_url("**/works/*")
        return page


@contextmanager
def staged(database_url: str, folder: Path, chromium: Browser) -> Iterator[Stage]:
    """Run tool and practice LMS, registered with each other, the course filled by a teacher in the picker."""
    tool_url = f"http://localhost:{free_port()}"
    with application(test_settings(database_url, public_url=tool_url)) as app:
        stage = Stage(tool_url, f"http://127.0.0.1:{free_port()}", app)
        with app.app_context():
            _publish(folder)
            make_admin(ADMIN)
        lms_port = urlsplit(stage.lms).port or 0
        with serving(app, stage.tool), practice_lms(lms_port, stage.tool, folder):
            context = chromium.new_context(locale="id-ID")
            stage.register(context, "generic")
            _fill_course(stage, context)
            context.close()
            yield stage


def _publish(folder: Path) -> None:
    """Publish the starter pack, and a second whose quiz checks each question at once."""
    second = folder / "satu-satu"
    shutil.copytree(ROOT / "course_packs/starter", second)
    for file, pairs in {
        "pack.yaml": [("id: contoh-awal", "id: satu-satu"), ("title: {id: Paket contoh", "title: {id: Paket kedua")],
        "mulai/kuis.quiz.md": [
            ("feedback: deferred", "feedback: immediate"),
            ("{id: Kuis tiga prinsip", f'{{id: "{CHECKED_QUIZ}"'),
        ],
    }.items():
        text = (second / file).read_text(encoding="utf-8")
        for old, new in pairs:
            assert old in text
            text = text.replace(old, new)
        (second / file).write_text(text, encoding="utf-8")
    for one in (ROOT / "course_packs/starter", second):
        loaded = publishing.read(one, tool().plugins)
        assert loaded.pack is not None, loaded.problems
        publishing.publish(db.session, loaded.pack, loaded.blobs, utcnow())
        db.session.commit()


def _fill_course(stage: Stage, context: BrowserContext) -> None:
    page = stage.picker(context)
    for box in page.locator("[data-pick-box]").all():
        ref = box.get_attribute("value") or ""
        if ref.startswith("contoh-awal") or ref == "satu-satu/mulai-kuis":
            box.check()
    page.locator("[data-pick-send]").click()
    page.wait_for_url(f"{stage.lms}/**")
    course = context.request.get(f"{stage.lms}/course").text()
    found = re.findall(r'href="(/course/links/\d+)">.*?visually-hidden"> (.*?)</span>', course, re.DOTALL)
    stage.links = {title: path for path, title in found}
    assert {PACK, MODULE, QUIZ, JOURNAL, CHECKED_QUIZ} <= set(stage.links), stage.links
