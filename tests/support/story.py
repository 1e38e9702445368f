"""The main story, step by step, for the browser test that proves it and the script that takes its pictures."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import FrameLocator, Page, expect

from tests.support.servers import ROOT, command, environment, free_port, practice_lms, process, tool_server

ACTIVITIES = {"Mengenal tiga prinsip": "10", "Kuis tiga prinsip": "20", "Jurnal pertama": "100"}


@dataclass
class Stage:
    """Everything that runs."""

    tool: str
    lms: str
    folder: Path
    env: dict[str, str]


@contextmanager
def staged(database_url: str, folder: Path, *packs: str) -> Iterator[Stage]:
    """Run gunicorn, a grade worker and the practice LMS as processes; publish packs by their folder's name."""
    port, lms_port = free_port(), free_port()
    tool, lms = f"http://localhost:{port}", f"http://127.0.0.1:{lms_port}"
    env = environment(database_url, tool)
    for name in packs:
        command(env, "pack", "publish", str(ROOT / "course_packs" / name))
    with ExitStack() as running:
        running.enter_context(practice_lms(lms_port, "", folder))
        running.enter_context(tool_server(env, port, folder, workers=2 if "postgresql" in database_url else 1))
        running.enter_context(process(["-m", "lms_ext", "worker"], env, folder / "worker.log"))
        yield Stage(tool, lms, folder, env)


def register(stage: Stage, page: Page) -> None:
    """Exchange addresses both ways: the tool's typed into the LMS, the LMS's file given to the command line."""
    page.goto(f"{stage.lms}/tool")
    page.get_by_label("Alamat dasar alat").fill(stage.tool)
    page.get_by_role("button", name="Isi dari alamat dasar").click()
    page.get_by_role("button", name="Simpan alamat alat").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Unduh JSON").click()
    file = stage.folder / "lms.json"
    download.value.save_as(file)
    assert json.loads(file.read_text())["issuer"] == stage.lms
    assert "Registered" in command(stage.env, "platform", "add", "--file", str(file))


def act_as(stage: Stage, page: Page, name: str) -> None:
    """Become somebody else in the practice LMS."""
    page.goto(f"{stage.lms}/course")
    page.locator("details.menu summary").first.click()
    choices = page.get_by_label("Saya bertindak sebagai").locator("option")
    wanted = next(one for one in choices.all() if name in (one.text_content() or ""))
    page.get_by_label("Saya bertindak sebagai").select_option(value=wanted.get_attribute("value"))
    page.get_by_role("button", name="Terapkan").click()


def frame_of(page: Page) -> FrameLocator:
    return page.frame_locator("iframe.launch-frame")


def open_link(stage: Stage, page: Page, title: str) -> FrameLocator:
    """Open a course link in the LMS's frame."""
    page.goto(f"{stage.lms}/course")
    page.get_by_role("link", name=f"Buka {title}").click()
    return frame_of(page)


def add_activities(stage: Stage, page: Page) -> None:
    page.goto(f"{stage.lms}/course")
    page.get_by_role("link", name="Pilih", exact=True).click()
    picker = frame_of(page)
    for title, points in ACTIVITIES.items():
        picker.get_by_label(f"Pilih {title}").check()
        row = picker.locator("li", has=page.get_by_label(f"Pilih {title}"))
        row.get_by_label("Poin").fill(points)
    picker.get_by_role("button", name="Tambahkan 3 aktivitas").click()
    picker.get_by_role("link", name="Kembali ke Ruang Belajar").click()
    for title in ACTIVITIES:
        expect(page.get_by_role("link", name=f"Buka {title}")).to_be_visible()


def read_module(stage: Stage, page: Page) -> None:
    frame = open_link(stage, page, "Mengenal tiga prinsip")
    frame.get_by_role("button", name="Tandai selesai dan lanjut").click()
    expect(frame.locator("math").first).to_be_visible()
    frame.get_by_role("button", name="Tandai selesai, tutup modul").click()
    expect(frame.get_by_text("Dinilai 10")).to_be_visible()


def answer_quiz(stage: Stage, page: Page) -> None:
    frame = open_link(stage, page, "Kuis tiga prinsip")
    frame.get_by_label("Bermakna").check()
    expect(frame.locator("[data-save-state]")).to_have_attribute("data-state", "saved")
    again = open_link(stage, page, "Kuis tiga prinsip")  # what was answered is there in a new launch
    expect(again.get_by_label("Bermakna")).to_be_checked()
    again.get_by_label("Benar", exact=True).check()
    again.get_by_role("button", name="Kumpulkan jawaban").click()
    expect(again.get_by_text("100%")).to_be_visible()


def write_journal(stage: Stage, page: Page) -> None:
    frame = open_link(stage, page, "Jurnal pertama")
    boxes = frame.locator("textarea")
    expect(boxes).to_have_count(4)
    for number, words in enumerate(["Murid membagi kue lapis.", "Saya tenang.", "Cerita membantu.", "Minggu depan di kelas V."]):
        boxes.nth(number).fill(words)
    expect(frame.locator("[data-save-state]")).to_have_attribute("data-state", "saved")
    frame.get_by_role("button", name="Kirim refleksi").click()
    expect(frame.get_by_text("Terkumpul")).to_be_visible()


def mark_journal(stage: Stage, page: Page, learner: str, before_saving: Callable[[], None] = lambda: None) -> None:
    frame = open_link(stage, page, "Jurnal pertama")
    frame.get_by_role("row", name=learner).get_by_role("link", name="Nilai").click()
    expect(frame.get_by_text("Murid membagi kue lapis.")).to_be_visible()
    for label in ("Menyebut pengalaman atau materi", "Menyebut emosi yang dirasakan", "Menyebut yang sudah baik"):
        frame.get_by_label(label).check()
    frame.get_by_label("Tanggapan Anda").fill("Ceritakan pula tantangannya.")
    before_saving()
    frame.get_by_role("button", name="Simpan").first.click()
    expect(frame.get_by_role("row", name=learner)).to_contain_text("75")


def grades_of(stage: Stage, page: Page, learner: str) -> list[str]:
    page.goto(f"{stage.lms}/grades")
    return [one.strip().split()[0] for one in page.get_by_role("row", name=learner).get_by_role("cell").all_text_contents()]
