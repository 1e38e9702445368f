"""The README's pictures, taken from the running product: `make pictures`. Nothing in them is drawn by hand."""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "plugins")]

from playwright.sync_api import Page, sync_playwright  # noqa: E402 - the path is set above

from tests.support import story  # noqa: E402 - as above
from tests.support.browser import launched  # noqa: E402 - as above
from tests.support.databases import Databases  # noqa: E402 - as above
from tests.support.servers import command  # noqa: E402 - as above

FOLDER = ROOT / "docs" / "pictures"
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1180, "height": 760}
LEARNER = "Sri Wahyuni"


def shot(page: Page, name: str) -> None:
    """Save what a person sees without scrolling."""
    page.wait_for_load_state("networkidle")
    page.screenshot(path=FOLDER / f"{name}.png")
    print(f"  {name}.png")


def on_a_phone(stage: story.Stage, page: Page, title: str, name: str, act: Callable[[Page], None] | None = None) -> None:
    """Open an activity as phones do, in a tab of its own, and take its picture."""
    page.set_viewport_size(PHONE)
    page.goto(f"{stage.lms}/course")
    number = page.get_by_role("link", name=f"Buka {title}").get_attribute("href")
    page.goto(f"{stage.lms}{number}/launch")
    page.wait_for_url("**/l/**")
    if act:
        act(page)
    shot(page, name)
    page.set_viewport_size(DESK)


def answer(page: Page) -> None:
    """Tick an answer and wait until the server has it."""
    page.get_by_label("Bermakna").check()
    page.locator("[data-save-state][data-state=saved]").wait_for()


def write(page: Page) -> None:
    """Write into the first box and wait until the server has it."""
    page.locator("textarea").first.fill("Murid membagi sepuluh kue lapis untuk empat meja dan menuliskan bagiannya.")
    page.locator("[data-save-state][data-state=saved]").wait_for()


def tell(stage: story.Stage, page: Page) -> None:
    """Walk the story and take the pictures on the way."""
    story.register(stage, page)
    page.goto(f"{stage.lms}/course/choose")
    picker = story.frame_of(page)
    picker.get_by_label("Pilih Kuis tiga prinsip").check()
    shot(page, "picker")
    story.add_activities(stage, page)
    story.act_as(stage, page, LEARNER)
    on_a_phone(stage, page, "Mengenal tiga prinsip", "module")
    on_a_phone(stage, page, "Kuis tiga prinsip", "quiz", answer)
    on_a_phone(stage, page, "Jurnal pertama", "journal", write)
    story.read_module(stage, page)
    story.answer_quiz(stage, page)
    story.write_journal(stage, page)
    story.act_as(stage, page, "pengajar")
    frame = story.open_link(stage, page, "Jurnal pertama")
    frame.get_by_role("row", name=LEARNER).get_by_role("link").first.wait_for()
    shot(page, "class")
    story.mark_journal(stage, page, LEARNER, lambda: shot(page, "marking"))
    page.wait_for_timeout(3000)
    page.goto(f"{stage.lms}/grades")
    shot(page, "gradebook")


def administer(stage: story.Stage, page: Page) -> None:
    """Begin as the owner, take the pictures of registering, and of the list."""
    printed = command(stage.env, "admin", "invite", "--owner")
    page.goto(next(word for word in printed.split() if word.startswith("http")))
    for name, text in {"login": "dewi@bgtk.example", "name": "Dewi Rumbiak"}.items():
        page.locator(f"input[name={name}]").fill(text)
    for field in page.locator("input[type=password]").all():
        field.fill("kuda lari pagi sekali")
    page.get_by_role("button", name="Buat akun").click()
    page.get_by_role("link", name="Platform", exact=True).click()
    shot(page, "admin-platforms")
    page.get_by_role("link", name="Daftarkan platform").click()
    page.get_by_role("link", name="Moodle").first.click()
    page.get_by_label("Nama LMS di sini").first.fill("Moodle BGTK Papua")
    page.get_by_role("button", name="Buat alamat pendaftaran").click()
    page.locator("#undangan").wait_for()
    shot(page, "admin-register")


def main() -> None:
    """Run the product in a folder of its own and take every picture."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright, launched(playwright) as browser:
        folder = Path(name)
        with story.staged(Databases(folder).sqlite(), folder, "starter") as stage:
            page = browser.new_page(locale="id-ID", viewport=DESK)
            tell(stage, page)
            administer(stage, page)


if __name__ == "__main__":
    main()
