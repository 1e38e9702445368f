"""An admin's packs: an archive is uploaded, checked and published; each platform's teachers choose from what is on for them."""

import io
import zipfile
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from lms_ext.api import PackPublished, hookimpl
from lms_ext.domain.admins import AdminRole
from lms_ext.models import Attempt, AuditEntry, PackUpload, PublishedPack, db, utcnow
from lms_ext.settings import Settings
from tests.journeys.test_choosing import Teacher
from tests.support.admins import AdminBrowser, signed_in
from tests.support.apps import entered
from tests.support.platform import KeyServer, begin, claims, key_server, post, register, token
from tests.unit.test_cli_packs import JOURNAL, MODULE, PACK

FILES = {"pack.yaml": PACK, "modul.module.md": MODULE, "jurnal.yaml": JOURNAL}
TARGET = "http://localhost:8000/lti/launch?activity=kecil/jurnal"


class Listener:
    """A plugin that hears what is published."""

    def __init__(self) -> None:
        self.heard: list[PackPublished] = []

    @hookimpl
    def on_pack_published(self, event: PackPublished) -> None:
        self.heard.append(event)


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
def app(settings: Settings, listener: Listener) -> Iterator[Flask]:
    with entered(settings, listener=listener) as app:
        yield app


def archive(**changed: tuple[str, str]) -> bytes:
    """Zip the small pack; `changed` replaces a text by another in a file, by the file's name up to its first dot."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name, content in FILES.items():
            old, new = changed.get(name.partition(".")[0], ("", ""))
            assert old in content
            file.writestr(name, content.replace(old, new) if old else content)
    return made.getvalue()


def upload(browser: AdminBrowser, data: bytes, name: str = "kecil.zip") -> str:
    """Upload an archive; gives the address of what the checks say."""
    answer = browser.post("/admin/packs", archive=(io.BytesIO(data), name))
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def publish(browser: AdminBrowser, data: bytes) -> TestResponse:
    return browser.post(upload(browser, data))


def published() -> list[tuple[str, str]]:
    db.session.rollback()
    return [(one.pack_id, one.snapshot_hash) for one in db.session.scalars(select(PublishedPack))]


def noted(prefix: str) -> list[str]:
    db.session.rollback()
    rows = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.at, AuditEntry.id))
    return [one for one in rows if one.startswith(prefix)]


def test_a_pack_is_uploaded_checked_and_published(app: Flask, listener: Listener) -> None:
    owner = signed_in(app)
    assert "Belum ada paket" in owner.get("/admin/packs").text
    here = upload(owner, archive())
    page = owner.get(here).text
    assert "Tidak ada masalah." in page
    assert "Paket baru: belum pernah terbit." in page
    assert (published(), listener.heard) == ([], []), "looking publishes nothing"
    assert owner.post(here).headers["Location"].startswith("/admin/packs?ok=published")
    ((pack, first),) = published()
    assert [(one.pack, one.version, one.snapshot) for one in listener.heard] == [(pack, "1.0.0", first)]
    assert "Paket sudah terbit." in owner.get("/admin/packs?ok=published").text
    assert db.session.scalars(select(PackUpload)).first() is None, "what is published is no upload any more"
    gone = owner.get(here)
    assert (gone.status_code, "Unggahan ini sudah tidak ada" in gone.text) == (404, True)

    same = upload(owner, archive())
    assert "Yang berubah dari versi 1.0.0" in owner.get(same).text
    assert owner.post(same).headers["Location"].startswith("/admin/packs?ok=same")
    assert len(listener.heard) == 1

    db.session.add(Attempt(platform_id=1, space_id=1, link_id=1, activity_ref="kecil/jurnal", person_id=1, number=1,
                           snapshot_hash=first, seed=1, state={}, checked=[]))  # fmt: skip
    db.session.commit()
    newer = upload(owner, archive(pack=("1.0.0", "1.1.0"), jurnal=("points: 100", "points: 50")))
    page = owner.get(newer).text
    assert "Jurnal (jurnal): skor maksimum 100 menjadi 50." in page
    assert "1 sedang dikerjakan, dan selesai dengan versi lamanya." in page
    owner.post(newer)
    assert published()[0][1] != first
    page = owner.get("/admin/packs").text
    assert "Versi 1.1.0" in page
    assert "1 sedang dikerjakan, 1 di antaranya versi lama" in page
    assert noted("pack.") == ["pack.upload", "pack.publish", "pack.upload", "pack.upload", "pack.publish"]


def test_a_faulty_pack_says_where_and_changes_nothing(app: Flask, listener: Listener) -> None:
    owner = signed_in(app)
    publish(owner, archive())
    before = published()
    faulty = archive(jurnal=("points: 100", "points: 900"), modul=("Murid", "<script>alert(1)</script> Murid"))
    here = upload(owner, faulty)
    for answer, status in ((owner.get(here), 200), (owner.post(here), 422)):
        assert answer.status_code == status
        assert "Paket ini belum dapat terbit." in answer.text
        assert "<code>jurnal.yaml:4</code>" in answer.text
        assert "<code>modul.module.md:8</code>" in answer.text
        assert "<code>points</code>" in answer.text
        assert "`" not in answer.text
        assert "Terbitkan" not in answer.text
    broken = upload(owner, b"PK", "../../rusak\x00.zip")
    assert "archive-broken" in owner.get(broken).text
    assert published() == before
    assert len(listener.heard) == 1
    nothing = owner.post("/admin/packs")
    assert (nothing.status_code, "Belum ada berkas" in nothing.text) == (422, True)
    assert owner.post("/admin/packs", archive=(io.BytesIO(b""), "kosong.zip")).status_code == 422


def test_a_warning_is_told_and_may_be_published(app: Flask) -> None:
    owner = signed_in(app)
    here = upload(owner, archive(modul=("Murid", "Siswa")))
    assert "Paket ini dapat terbit, dengan catatan di bawah." in owner.get(here).text
    assert owner.post(here).status_code == 303
    assert len(published()) == 1


def test_uploads_are_ones_own_few_and_kept_for_a_day(app: Flask) -> None:
    owner, other = signed_in(app), signed_in(app, login="second@bgtk.example")
    first, *newest = [upload(owner, archive()) for _ in range(4)]
    assert owner.get(first).status_code == 404
    assert [owner.get(one).status_code for one in newest] == [200, 200, 200]
    assert other.get(newest[0]).status_code == 404
    assert other.post(newest[0]).status_code == 404
    db.session.execute(update(PackUpload).values(created_at=utcnow() - timedelta(hours=25)))
    db.session.commit()
    upload(other, archive())
    assert owner.get(newest[-1]).status_code == 404, "yesterday's is forgotten"


@pytest.fixture
def keys(app: Flask) -> Iterator[KeyServer]:
    with key_server() as server:
        register(server)
        yield server


def test_a_pack_is_switched_off_for_one_platform(app: Flask, keys: KeyServer) -> None:
    """Its teachers cannot choose it any more; what stands in courses stays open, and other platforms see no difference."""
    owner = signed_in(app)
    publish(owner, archive())
    elsewhere = register(keys, issuer="https://other.example").id
    keeper, auditor = signed_in(app, AdminRole.PLATFORM, [1]), signed_in(app, AdminRole.AUDITOR)
    assert "Dapat dipilih di semua platform Anda" in keeper.get("/admin/packs").text
    assert Teacher(app.test_client(), keys).titles()
    path = "/admin/platforms/1/packs/kecil"
    assert keeper.post(path, on="0").headers["Location"] == "/admin/packs?ok=switched#p-kecil"
    assert keeper.post(path, on="0").status_code == 303, "twice is once"
    assert noted("pack.o") == ["pack.off"]
    assert "Tidak dapat dipilih di 1 platform" in owner.get("/admin/packs").text
    assert "Tidak dapat dipilih di 1 platform" in keeper.get("/admin/packs").text
    assert Teacher(app.test_client(), keys).titles() == []
    pupil = app.test_client()
    begun = begin(pupil, target_link_uri=TARGET)
    opened = post(pupil, state=begun.state, id_token=token(claims(begun.nonce, target_link_uri=TARGET)))
    assert opened.status_code == 303, "a link that stands in a course"
    assert keeper.post(f"/admin/platforms/{elsewhere}/packs/kecil", on="0").status_code == 404
    owner.post(f"/admin/platforms/{elsewhere}/packs/kecil", on="0")
    assert "Tidak dapat dipilih di 2 platform" in owner.get("/admin/packs").text
    assert "Tidak dapat dipilih di 1 platform" in keeper.get("/admin/packs").text, "the other one is not theirs to know of"
    keeper.post(path, on="1")
    assert Teacher(app.test_client(), keys).titles()
    assert noted("pack.o") == ["pack.off", "pack.off", "pack.on"]
    assert keeper.post("/admin/platforms/1/packs/tidak-ada", on="0").status_code == 404
    assert "packs/kecil" not in auditor.get("/admin/packs").text, "who only looks gets no button"
