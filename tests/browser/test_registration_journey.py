"""No shell: a fresh tool, an invitation pasted into the LMS, an approval in the browser, and a learner's score arrives."""

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support import story
from tests.support.servers import command

pytestmark = pytest.mark.slow
LOGIN, PASSWORD = "dewi@bgtk.example", "kuda lari pagi sekali"


def test_an_lms_is_registered_by_its_invitation_alone(database_url: str, tmp_path: Path, chromium: Browser) -> None:
    learner = "Sri Wahyuni"
    with story.staged(database_url, tmp_path, "starter") as stage:
        printed = command(stage.env, "admin", "invite", "--owner")  # what a server prints when it has no owner
        desk = chromium.new_page(locale="id-ID", viewport={"width": 1280, "height": 900})
        begin(desk, re.search(r"http\S+", printed)[0])  # type: ignore[index]  # a link is printed
        address = invite(desk)
        lms = chromium.new_page(locale="id-ID", viewport={"width": 1280, "height": 900})
        paste(stage, lms, address)
        approve(stage, desk)
        lms.get_by_role("button", name="Aktifkan alat").click()
        expect(lms.get_by_text("Aktif", exact=True)).to_be_visible()

        story.add_activities(stage, lms)
        story.act_as(stage, lms, learner)
        story.read_module(stage, lms)
        deadline = time.monotonic() + 30
        while story.grades_of(stage, lms, learner)[0] != "10" and time.monotonic() < deadline:
            lms.wait_for_timeout(300)
        assert story.grades_of(stage, lms, learner)[0] == "10"

        check(desk)
        paste_again(stage, lms, address)
        desk.close()
        lms.close()


def begin(desk: Page, link: str) -> None:
    """Become the owner by the one-time link."""
    desk.goto(link)
    desk.locator("input[name=login]").fill(LOGIN)
    desk.locator("input[name=name]").fill("Dewi Rumbiak")
    for field in desk.locator("input[type=password]").all():
        field.fill(PASSWORD)
    desk.get_by_role("button", name="Buat akun").click()
    if "sign-in" in desk.url:
        desk.locator("input[name=login]").fill(LOGIN)
        desk.locator("input[name=password]").fill(PASSWORD)
        desk.get_by_role("button", name="Masuk").click()
    expect(desk.get_by_role("link", name="Platform", exact=True)).to_be_visible()
    desk.get_by_role("link", name="Platform", exact=True).click()


def invite(desk: Page) -> str:
    """Make the address and copy it, as the button does."""
    desk.get_by_role("link", name="Daftarkan platform").click()
    desk.get_by_role("link", name="LMS lain dengan LTI 1.3").click()
    desk.get_by_label("Nama LMS di sini").first.fill("LMS Latihan")
    desk.get_by_role("button", name="Buat alamat pendaftaran").click()
    desk.context.grant_permissions(["clipboard-read", "clipboard-write"])
    desk.locator("[data-copy='#undangan']").click()
    expect(desk.locator("[data-copy='#undangan']")).to_contain_text("Disalin")
    copied = str(desk.evaluate("navigator.clipboard.readText()"))
    assert copied == desk.locator("#undangan").inner_text()
    return copied


def paste(stage: story.Stage, lms: Page, address: str) -> None:
    """Paste it into the LMS; the tool's page says what is asked for, registers on its button, and the frame closes itself."""
    lms.goto(f"{stage.lms}/tool")
    lms.get_by_role("link", name="Daftarkan alat dengan alamatnya").click()
    lms.get_by_label("Alamat pendaftaran alat").fill(address)
    lms.get_by_role("button", name="Tambah alat LTI").click()
    frame = story.frame_of(lms)
    expect(frame.get_by_role("heading", name="Daftarkan alat ini di LMS Latihan")).to_be_visible()
    expect(frame.get_by_text("Membaca daftar anggota kelas")).to_be_visible()
    expect(frame.get_by_label("Alamat surel")).not_to_be_checked()
    frame.get_by_role("button", name="Daftarkan", exact=True).click()
    expect(lms.get_by_role("button", name="Aktifkan alat")).to_be_visible()  # back at the LMS's own page


def approve(stage: story.Stage, desk: Page) -> None:
    desk.get_by_role("link", name="Lihat yang menunggu").click()
    row = desk.get_by_role("listitem").filter(has_text="LMS Latihan")
    expect(row).to_contain_text("Menunggu persetujuan")
    row.get_by_role("link", name=re.compile("Tinjau")).click()
    expect(desk.get_by_text(stage.lms).first).to_be_visible()
    desk.get_by_role("button", name="Setujui platform").click()
    expect(desk.get_by_text("Platform ini boleh membuka alat.")).to_be_visible()


def check(desk: Page) -> None:
    desk.get_by_role("button", name="Jalankan uji coba").click()
    expect(desk.get_by_text("Terakhir dijalankan")).to_be_visible()
    findings = {one.inner_text(): one.get_attribute("data-finding") for one in desk.locator(".check-mark").all()}
    assert {one.get_attribute("data-finding") for one in desk.locator(".check-mark").all()} == {"ok"}, findings
    expect(desk.get_by_text("Buku nilai terbuka")).to_be_visible()
    expect(desk.get_by_role("button", name="Salin laporan untuk bantuan")).to_be_visible()


def paste_again(stage: story.Stage, lms: Page, address: str) -> None:
    """The invitation was for once."""
    story.act_as(stage, lms, "admin")
    lms.goto(f"{stage.lms}/tool/register")
    lms.get_by_label("Alamat pendaftaran alat").fill(address)
    lms.get_by_role("button", name="Tambah alat LTI").click()
    expect(story.frame_of(lms).get_by_role("heading", name="Undangan ini tidak dapat dipakai")).to_be_visible()
