"""`lms-ext pack …` as an author and an admin use it: bad input is told by line and leaves what is published alone."""

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextvars import copy_context
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select

from lms_ext.cli_packs import pack
from lms_ext.models import Attempt, PublishedPack, Snapshot, db, utcnow
from lms_ext.packs.report import render
from lms_ext.services import publishing
from lms_ext.web.tool import tool
from tests.unit.packs import kinds
from tests.unit.test_cli import run

PACK = kinds.PACK.replace("id: contoh", "id: kecil").replace("kartu.cards.md, tulis.yaml", "modul.module.md, jurnal.yaml")
MODULE = """\
---
id: modul
title: Modul
experience: memahami
---
## Bagian pertama {#pertama minutes=5}

Murid mengukur dalamnya sumur.
"""
JOURNAL = """\
id: jurnal
type: module
title: Jurnal
points: 100
experience: merefleksi
config:
  sections:
    - {id: akhir, title: Akhir, blocks: [{text: Apa yang berubah?}]}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a good pack."""
    top = tmp_path / "kecil"
    top.mkdir()
    for name, content in (("pack.yaml", PACK), ("modul.module.md", MODULE), ("jurnal.yaml", JOURNAL)):
        (top / name).write_text(content)
    return top


def check(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `pack check` as an author does: without a database and without settings."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "lms_ext", "pack", "check", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)


def zipped(folder: Path) -> Path:
    archive = folder.parent / "paket.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for one in sorted(folder.rglob("*")):
            file.write(one, one.relative_to(folder.parent))
    return archive


def published() -> list[tuple[str, str]]:
    db.session.rollback()
    found = [(one.pack_id, one.snapshot_hash) for one in db.session.scalars(select(PublishedPack))]
    db.session.rollback()  # an open transaction would keep the command's process waiting
    return found


def invoke(*arguments: str) -> tuple[int, str]:
    """Run a pack command in the application of the test; gives (exit status, what it printed)."""
    # a context of its own: a command that promises only to read must not bind the test
    done = copy_context().run(CliRunner().invoke, pack, arguments)
    db.session.rollback()
    return done.exit_code, done.output


def _publish(folder: Path) -> None:
    loaded = publishing.read(folder, tool().plugins)
    assert loaded.pack is not None, render(loaded.problems, "id")
    publishing.publish(db.session, loaded.pack, loaded.blobs, utcnow())
    db.session.commit()


def edit(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text()
    assert old in text
    (folder / name).write_text(text.replace(old, new))


def _bomb(folder: Path) -> None:
    rows = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    rows += [f"{one}: &{one} [{', '.join([f'*{before}'] * 9)}]" for before, one in zip("abcdefgh", "bcdefghi", strict=True)]
    (folder / "jurnal.yaml").write_text("\n".join(rows))


def _huge(folder: Path) -> None:
    edit(folder, "modul.module.md", "Murid", "![Peta](besar.png)\n\nMurid")
    with (folder / "besar.png").open("wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
        file.truncate(200 * 1024 * 1024)


BAD: dict[str, tuple[Callable[[Path], None], str, str]] = {
    "broken yaml": (lambda folder: edit(folder, "pack.yaml", "[Seseorang]", "[Seseorang"), "pack.yaml:8: ", "yaml-syntax"),
    "yaml bomb": (_bomb, "jurnal.yaml:1: ", "yaml-alias"),
    "path outside": (lambda folder: edit(folder, "pack.yaml", "jurnal.yaml]", "../../x.yaml]"), "pack.yaml:12: ", "bad-path"),
    "picture outside": (lambda folder: edit(folder, "modul.module.md", "Murid", "![Peta](../rahasia.png) Murid"),
                        "modul.module.md:8: ", "bad-path"),
    "200 MB picture": (_huge, "modul.module.md:8: ", "file-too-big"),
    "script": (lambda folder: edit(folder, "modul.module.md", "Murid", "<script>alert(1)</script> Murid"),
               "modul.module.md:8: ", "raw-html"),
    "duplicate ids": (lambda folder: edit(folder, "jurnal.yaml", "id: jurnal", "id: modul"), "jurnal.yaml:1: ", "duplicate-id"),
    "not a zip": (lambda folder: (folder.parent / "paket.zip").write_text("PK"), "paket.zip: ", "archive-broken"),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(BAD))
def test_bad_input_is_told_by_line_and_the_published_pack_stays(app: Flask, folder: Path, name: str) -> None:
    _publish(folder)
    before = published()
    assert len(before) == 1
    spoil, where, rule = BAD[name]
    spoil(folder)
    path = folder.parent / "paket.zip" if name == "not a zip" else folder
    code, told_all = invoke("publish", str(path), "--lang", "en")
    assert code == 1, told_all
    told = [line for line in told_all.splitlines() if line.startswith(f"{where}error [{rule}] ")]
    assert len(told) == 1, told_all
    assert " Fix: " in told[0]
    assert published() == before


def test_a_zip_publishes_like_its_folder(app: Flask, database_url: str, folder: Path) -> None:
    done = run(database_url, "pack", "publish", str(zipped(folder)))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Terbit: kecil 1.0.0" in done.stdout
    again = run(database_url, "pack", "publish", str(folder))
    assert again.stdout.endswith("Tidak ada yang berubah.\n"), "the folder has the same content"
    assert len(published()) == 1


def _begin(snapshot: str, number: int) -> None:
    """Store an attempt under way, as the web does."""
    db.session.add(
        Attempt(platform_id=1, space_id=1, link_id=1, activity_ref="kecil/jurnal", person_id=1, number=number,
                snapshot_hash=snapshot, seed=1, state={}, checked=[])
    )  # fmt: skip
    db.session.commit()


def test_list_and_diff_say_what_people_at_work_notice(app: Flask, folder: Path) -> None:
    assert invoke("list")[1] == ""
    assert invoke("diff", str(folder))[1].endswith("Paket kecil belum pernah terbit.\n")
    _publish(folder)
    ((_, first),) = published()
    _begin(first, 1)
    line = invoke("list", "--lang", "en")[1].rstrip("\n").split("\t")
    assert line[:3] == ["kecil", "1.0.0", first[:12]]
    assert line[4] == "1 under way"
    edit(folder, "pack.yaml", "1.0.0", "1.1.0")
    edit(folder, "jurnal.yaml", "points: 100", "points: 50")
    edit(folder, "modul.module.md", "dalamnya", "tinggi air")
    told = invoke("diff", str(zipped(folder)))[1]
    assert "Yang terbit: kecil 1.0.0, 1 sedang dikerjakan." in told
    assert "- Jurnal (jurnal): skor maksimum 100 menjadi 50." in told
    assert "- Modul (modul): teks bagian pertama berubah." in told
    assert "Yang sedang mengerjakan menyelesaikan versi lama" in told
    assert published() == [("kecil", first)], "diff changes nothing"
    assert invoke("publish", str(folder))[0] == 0
    edit(folder, "jurnal.yaml", "points: 50", "points: 60")
    assert "the version is still 1.1.0: raise `version`" in invoke("publish", str(folder), "--lang", "en")[1]
    _begin(published()[0][1], 2)
    assert invoke("list")[1].endswith("2 sedang dikerjakan, 1 di antaranya versi lama\n")
    assert len(db.session.scalars(select(Snapshot)).all()) == 3
    assert invoke("diff", str(folder), "--lang", "en")[1].endswith("No changes.\n")


def test_check_needs_no_database_and_says_how_much_it_read(folder: Path) -> None:
    done = check(str(folder))
    assert (done.returncode, done.stdout) == (0, "3 berkas diperiksa: 0 galat, 0 peringatan.\n"), done.stderr
    assert check(str(folder / "pack.yaml"), "--lang", "en").stdout == "3 files checked: errors: 0, warnings: 0.\n"


def test_check_reports_everything_at_once(folder: Path) -> None:
    edit(folder, "pack.yaml", "licence: CC0-1.0\n", "")
    edit(folder, "modul.module.md", "Murid", "Siswa ![](peta.png) <b>")
    edit(folder, "jurnal.yaml", "points: 100", "points: 900")
    edit(folder, "jurnal.yaml", "experience: merefleksi", "experience: merefleksikan")
    done = check(str(folder))
    assert done.returncode == 1
    rules = {line.partition(": ")[0] + " " + line.partition("[")[2].partition("]")[0] for line in done.stdout.splitlines()[:-1]}
    assert rules >= {
        "pack.yaml:1 missing-key", "modul.module.md:8 term-murid", "modul.module.md:8 alt-missing",
        "modul.module.md:8 file-missing", "modul.module.md:8 raw-html", "jurnal.yaml:4 bad-range", "jurnal.yaml:5 bad-choice",
    }  # fmt: skip
    read = json.loads(check(str(folder), "--json").stdout)
    assert read["errors"] == sum(one["severity"] == "error" for one in read["problems"]) > 0
    assert all(one["fix"]["id"] and one["fix"]["en"] for one in read["problems"])


def test_a_warning_alone_does_not_fail(folder: Path) -> None:
    edit(folder, "modul.module.md", "Murid", "Siswa")
    done = check(str(folder))
    assert done.returncode == 0
    assert done.stdout.endswith("3 berkas diperiksa: 0 galat, 1 peringatan.\n")


def test_a_path_that_is_not_there_is_told(tmp_path: Path) -> None:
    done = check(str(tmp_path / "tidak-ada"))
    assert done.returncode == 1
    assert "[no-pack]" in done.stdout
    assert "Traceback" not in done.stderr
