"""An admin at the desk: why a launch failed, what waits for a gradebook, which packs may be chosen, and how the tool is."""

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from lms_ext.app import create_app
from lms_ext.domain.admins import AdminRole
from lms_ext.domain.launch_hints import codes
from lms_ext.domain.refusals import catalogue
from lms_ext.models import AuditEntry, GradeSlot, LaunchSession, PackUpload, RefusedLaunch, db, utcnow
from lms_ext.services import launch_log
from lms_ext.settings import Settings
from lms_ext.web.refused_launches import Pacer
from tests.contracts.refusing import TEACHER, login, selection, with_header
from tests.support.admins import HTTPS, AdminBrowser, signed_in
from tests.support.platform import KeyServer, begin, key_server, launch, post, register


@pytest.fixture
def keys(app: Flask) -> Iterator[KeyServer]:
    del app
    with key_server() as server:
        register(server)
        register(server, issuer="https://two.example", client_id="t1")
        yield server


def archive(*changes: tuple[str, str, str], root: Path) -> bytes:
    """Zip the starter pack, with changes (file, old, new)."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        for file in sorted((root / "course_packs/starter").rglob("*")):
            if file.is_file():
                name, data = str(file.relative_to(root / "course_packs/starter")), file.read_bytes()
                for changed, old, new in changes:
                    if changed == name:
                        assert old.encode() in data
                        data = data.replace(old.encode(), new.encode())
                made.writestr(name, data)
    return packed.getvalue()


def upload(browser: AdminBrowser, data: bytes, name: str = "paket.zip") -> str:
    """Upload an archive; gives the page of what the checks say."""
    browser.get("/admin/packs")
    answer = browser.post("/admin/packs", archive=(io.BytesIO(data), name))
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def test_a_refused_launch_says_why_and_what_to_do_but_not_who(app: Flask, client: FlaskClient, keys: KeyServer) -> None:
    login(iss="https://unknown.example")(client)
    begun = begin(client)
    forged = with_header(kid="evil", alg="none")(client)
    post(client, state=begun.state, id_token="x" * 70_000)
    assert launch(client, roles=TEACHER).status_code == 303
    assert selection()(client).status_code == 303
    page = signed_in(app).get("/admin/launches").text
    assert "https://unknown.example" in page
    assert "Daftarkan LMS ini" in page
    assert "signature-wrong" in page
    assert "evil" in page
    assert "token-too-large" in page
    request_id = forged.text.split("signature-wrong · ")[1][:9]
    assert request_id in page, "the code that a person reads out leads to the line"
    told = [json.dumps(one.told) for one in db.session.execute(select(RefusedLaunch)).scalars()]
    sent = json.dumps(told)
    for hidden in ("Sri", "user-1", "eyJ", "nonce", "login_hint"):
        assert hidden not in sent
    opened = signed_in(app, login="dua@bgtk.example").get("/admin/launches?show=opened").text
    assert "Memilih aktivitas" in opened
    assert "Pengajar" in opened
    assert "Sri" not in opened


def test_a_platform_admin_sees_the_launches_of_the_own_platform_only(app: Flask, client: FlaskClient, keys: KeyServer) -> None:
    login(iss="https://unknown.example")(client)
    with_header(kid="evil", alg="none")(client)
    second = db.session.execute(select(func.max(RefusedLaunch.platform_id))).scalar_one() + 1
    browser = signed_in(app, AdminRole.PLATFORM, [second])
    for page in ("/admin/launches", "/admin/launches?platform=1", "/admin/launches?show=opened", "/admin/grades"):
        text = browser.get(page).text
        assert "signature-wrong" not in text
        assert "unknown.example" not in text


def test_a_flood_leaves_few_lines_and_a_platform_keeps_its_newest(app: Flask, client: FlaskClient) -> None:
    for number in range(40):
        login(iss=f"https://unknown{number}.example")(client)
    rows = db.session.execute(select(func.count()).select_from(RefusedLaunch)).scalar_one()
    assert rows <= 2, "one line in five seconds, the others are counted"
    for number in range(launch_log.KEPT + 5):
        launch_log.keep_refused(db.session, 7, "clock-skew", f"{number}", {}, 0, utcnow())
    kept = launch_log.refused(db.session, {7}, 7, limit=1000)
    assert len(kept) == launch_log.KEPT
    assert "0" not in {one.request_id for one in kept}


def test_what_is_not_written_is_counted_with_the_next() -> None:
    pacer = Pacer()
    assert [pacer.admit((1, "a"), 0.0) for _ in range(4)] == [0, None, None, None]
    assert pacer.admit((1, "a"), 6.0) == 3
    assert pacer.admit((1, "a"), 12.0) == 0
    assert [pacer.admit((2, str(number)), 12.0) for number in range(40)].count(None) == 11


def test_every_hint_is_for_a_refusal_that_exists() -> None:
    assert codes() <= catalogue().keys()


def test_parked_grades_are_seen_with_their_reason_and_sent_again(app: Flask, client: FlaskClient, keys: KeyServer) -> None:
    assert launch(client).status_code == 303
    session = db.session.execute(select(LaunchSession)).scalar_one()
    now = utcnow()
    db.session.add(
        GradeSlot(platform_id=1, space_id=session.space_id, link_id=session.link_id, person_id=session.person_id, maximum=100,
                  given=5.0, due_at=now, queued_at=now - timedelta(hours=1), state="parked", reason="not-allowed")
    )  # fmt: skip
    db.session.commit()
    for role, may in ((AdminRole.OWNER, True), (AdminRole.AUDITOR, False)):
        page = signed_in(app, role).get("/admin/grades").text
        assert "1 tertahan" in page
        assert ("Kirim lagi" in page) == may
    browser = signed_in(app, AdminRole.PLATFORM, [1])
    browser.get("/admin/grades")
    assert browser.post("/admin/grades/1/resend", reason="not-allowed").status_code == 303
    assert db.session.execute(select(GradeSlot.state)).scalar_one() == "queued"
    entry = db.session.execute(select(AuditEntry).where(AuditEntry.action == "grades.resend")).scalar_one()
    assert (entry.platform_id, entry.detail) == (1, {"reason": "not-allowed", "number": 1})
    health = signed_in(app, login="tiga@bgtk.example").get("/admin/health").text
    assert "menunggu lebih dari 15 menit" in health


def test_a_pack_is_uploaded_checked_published_and_switched_off(
    app: Flask, client: FlaskClient, keys: KeyServer, root: Path
) -> None:
    browser = signed_in(app)
    assert browser.post("/admin/packs").status_code == 422, "without a file"
    page = browser.get(upload(browser, archive(("pack.yaml", "version:", "versi:"), root=root))).text
    assert "Paket ini belum dapat terbit." in page
    assert "pack.yaml:" in page
    assert browser.post(upload(browser, b"not a zip")).status_code == 422
    assert "Belum ada paket" in browser.get("/admin/packs").text, "nothing wrong was published"
    good = upload(browser, archive(root=root))
    assert "Paket baru" in browser.get(good).text
    answer = browser.post(good)
    assert answer.headers["Location"].endswith("?ok=published")
    assert "Paket contoh" in browser.get("/admin/packs").text
    assert browser.get(good).status_code == 404, "an upload is published once"
    again = upload(browser, archive(root=root))
    assert browser.post(again).headers["Location"].endswith("?ok=same")
    changed = upload(browser, archive(("pack.yaml", "title: {id: Paket contoh", "title: {id: Paket berubah"), root=root))
    assert "Yang berubah dari versi" in browser.get(changed).text
    for _ in range(4):
        upload(browser, archive(root=root))
    assert db.session.execute(select(func.count()).select_from(PackUpload)).scalar_one() == 3
    assert browser.get(changed).status_code == 404

    assert "Paket contoh" in picker(client)
    keeper = signed_in(app, AdminRole.PLATFORM, [1])
    assert "Unggah paket" not in keeper.get("/admin/packs").text
    assert keeper.post("/admin/platforms/1/packs/contoh-awal", on="0").status_code == 303
    assert "Paket contoh" not in picker(client)
    assert "Tidak dapat dipilih di 1 platform" in keeper.get("/admin/packs").text
    assert keeper.post("/admin/platforms/1/packs/contoh-awal", on="1").status_code == 303
    assert "Paket contoh" in picker(client)
    assert keeper.post("/admin/platforms/1/packs/tidak-ada", on="0").status_code == 404
    actions = set(db.session.execute(select(AuditEntry.action)).scalars())
    assert {"pack.upload", "pack.publish", "pack.off", "pack.on"} <= actions


def picker(client: FlaskClient) -> str:
    """Give the page on which a teacher chooses."""
    answer = selection()(client)
    page = client.get(answer.headers["Location"], base_url=HTTPS).text
    db.session.remove()
    return page


def test_another_admins_upload_is_absent_and_a_large_form_is_refused(app: Flask, root: Path) -> None:
    mine = upload(signed_in(app), archive(root=root))
    assert signed_in(app, login="dua@bgtk.example").get(mine).status_code == 404
    large = b"0" * 600_000
    kind = "multipart/form-data; boundary=x"
    auditor = signed_in(app, AdminRole.AUDITOR).client.post("/admin/packs", data=large, content_type=kind, base_url=HTTPS)
    assert auditor.status_code == 403, "refused before it is read"
    stranger = app.test_client()
    stranger.get("/admin/sign-in", base_url=HTTPS)
    assert stranger.post("/admin/sign-in", data=large, content_type=kind, base_url=HTTPS).status_code == 413


def test_a_plugin_that_was_set_aside_is_named_with_the_reason(settings: Settings, app: Flask) -> None:
    broken = create_app(Settings(**{**vars(settings), "plugins": ("quiz", "tidak-ada"), "strict_plugins": False}))
    with broken.app_context():
        browser = signed_in(broken)
        page = browser.get("/admin/plugins").text
        assert "Plugin tidak-ada disisihkan." in page
        assert "Kuis" in page
        health = browser.get("/admin/health").text
        assert "Ada plugin yang disisihkan" in health
        assert "Rusak" in health
        db.session.remove()
        db.engine.dispose()
