"""An admin looks after a running tool: grades that wait, what is broken, launches that were refused, plugins set aside."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text, update

from lms_ext.domain.admins import AdminRole
from lms_ext.domain.pacing import Rules
from lms_ext.models import AuditEntry, GradeSlot, PlatformKeySet, RefusedLaunch, db, utcnow
from lms_ext.services import lanes, launch_log
from lms_ext.web.tool import tool
from tests.support.admins import AdminBrowser, signed_in
from tests.support.classroom import Classroom, with_a_grade
from tests.support.platform import KeyServer, begin, key_server, launch, register


@pytest.fixture
def room(app: Flask) -> Classroom:
    """Give a course whose one grade has waited for three hours."""
    return with_a_grade(utcnow(), utcnow() - timedelta(hours=3))


def park(reason: str) -> None:
    db.session.execute(update(GradeSlot).values(state="parked", reason=reason))
    db.session.commit()


def rest(platform_id: int) -> None:
    """Let a platform be one that does not answer."""
    pace = lanes.enter(db.session, platform_id, Rules(), utcnow())
    assert pace
    for _ in range(5):
        pace = pace.failed("unreachable", Rules(), utcnow())
    lanes.keep(db.session, platform_id, pace)
    db.session.commit()


def test_parked_grades_are_sent_again_by_reason(app: Flask, room: Classroom) -> None:
    owner = signed_in(app)
    keeper, stranger = (
        signed_in(app, AdminRole.PLATFORM, [one], login=f"{one}-keeper") for one in (room.actor.platform_id, _second())
    )
    page = owner.get("/admin/grades").text
    assert "Lancar" in page
    assert "Yang tertua menunggu 180 menit." in page
    park("not-enrolled")
    page = keeper.get("/admin/grades").text
    assert "1 tertahan" in page
    assert "Kelas F" in page
    assert "Kelas F" not in stranger.get("/admin/grades").text
    path = f"/admin/grades/{room.actor.platform_id}/resend"
    assert keeper.post(path, reason="no-column").status_code == 303
    assert db.session.execute(select(GradeSlot.state)).scalar_one() == "parked", "it is parked for another reason"
    db.session.rollback()
    assert stranger.post(path, reason="").status_code == 404
    answer = keeper.post(path, reason="not-enrolled")
    assert "dikirim ulang" in keeper.get(answer.headers["Location"]).text
    slot = db.session.execute(select(GradeSlot.state, GradeSlot.due_at)).one()
    assert (slot.state, slot.due_at <= utcnow()) == ("queued", True)
    notes = db.session.scalars(select(AuditEntry.detail).where(AuditEntry.action == "grades.resend").order_by(AuditEntry.at))
    assert [one["number"] for one in notes] == [0, 1]


def _second() -> int:
    with key_server() as server:
        return register(server, issuer="https://other.example").id


def findings(browser: AdminBrowser) -> list[tuple[str, str]]:
    """Give verdict and title of each part, in the order of the page."""
    page = browser.get("/admin/health").text
    return re.findall(r"</svg>(Baik|Perhatikan|Rusak)</span><span class=\"rows-main\"><strong>([^<]*)<", page)


def test_health_says_what_is_broken_and_first(app: Flask, room: Classroom) -> None:
    auditor = signed_in(app, AdminRole.AUDITOR)
    assert findings(auditor)[0] == ("Rusak", "1 nilai menunggu lebih dari 15 menit")
    park("not-enrolled")
    assert ("Perhatikan", "1 nilai tertahan, 0 LMS tidak menjawab") in findings(auditor)
    db.session.execute(update(GradeSlot).values(state="queued", queued_at=utcnow()))
    db.session.commit()
    assert {one for one, _ in findings(auditor)} == {"Baik"}
    rest(room.actor.platform_id)
    assert ("Perhatikan", "0 nilai tertahan, 1 LMS tidak menjawab") in findings(auditor)
    db.session.add(PlatformKeySet(platform_id=room.actor.platform_id, last_error="timeout"))
    db.session.execute(text("UPDATE alembic_version SET version_num = 'older'"))
    db.session.commit()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(tool().plugins.quarantined, "rusak", "ImportError: tidak ada")
        bad = [title for state, title in findings(auditor) if state == "Rusak"]
        assert "Plugin rusak disisihkan." in auditor.get("/admin/plugins").text
    assert bad == ["Tabel basis data belum terbaru", "Kunci LMS tidak terambil", "Ada plugin yang disisihkan"]


@pytest.fixture
def keys(app: Flask) -> Iterator[KeyServer]:
    with key_server() as server:
        register(server)
        yield server


def test_launches_are_listed_by_platform(app: Flask, keys: KeyServer) -> None:
    other = register(keys, issuer="https://other.example")
    other.name = "LMS kedua"
    number = other.id
    db.session.commit()
    launch(app.test_client())
    client = app.test_client()
    begin(client, lti_deployment_id="blocked")
    begin(client, iss="https://other.example", lti_deployment_id="blocked")
    begin(client, iss="https://nobody.example")
    owner, keeper = signed_in(app), signed_in(app, AdminRole.PLATFORM, [number])
    opened = owner.get("/admin/launches?show=opened").text
    assert "Kelas F" in opened
    assert "Peserta" in opened
    assert "Kelas F" in owner.get("/admin/launches?show=opened&platform=1").text
    assert "Kelas F" not in owner.get(f"/admin/launches?show=opened&platform={number}").text
    assert "Kelas F" not in keeper.get("/admin/launches?show=opened").text
    page = owner.get("/admin/launches").text
    assert page.count("<code>deployment-blocked</code>") == 2
    assert "https://nobody.example" in page
    page = owner.get(f"/admin/launches?platform={number}").text
    assert page.count("<code>deployment-blocked</code>") == 1
    assert keeper.get("/admin/launches").text.count("<code>deployment-blocked</code>") == 1
    assert keeper.get("/admin/launches?platform=1").text.count("<code>deployment-blocked</code>") == 1, "only their own"


def test_the_oldest_refused_launches_make_room(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch_log, "KEPT", 3)
    now = utcnow()
    for count in range(5):
        launch_log.keep_refused(db.session, 7, "clock-skew", f"nomor {count}", {}, 0, now + timedelta(seconds=count))
    launch_log.keep_refused(db.session, 8, "clock-skew", "lain", {}, 0, now)
    db.session.commit()
    left = db.session.scalars(select(RefusedLaunch.request_id).order_by(RefusedLaunch.at)).all()
    assert sorted(left) == ["lain", "nomor 2", "nomor 3", "nomor 4"]


def test_a_refusal_of_an_older_version_is_listed_by_its_code(app: Flask) -> None:
    db.session.add(RefusedLaunch(at=utcnow(), code="long-gone", request_id="r", told={}, repeats=0))
    db.session.commit()
    assert "<strong>long-gone</strong>" in signed_in(app).get("/admin/launches").text
