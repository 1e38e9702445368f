"""The admin's pages for platforms: registering by hand, approving, replacing, deployments, and what each role may do there."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from lms_ext.domain.admins import AdminRole
from lms_ext.domain.lms_guides import GUIDES
from lms_ext.domain.refusals import Refused
from lms_ext.models import (
    AuditEntry,
    Deployment,
    Invitation,
    OldConsumer,
    PackOff,
    Platform,
    PlatformCheckup,
    PlatformKeySet,
    Retention,
    ServiceToken,
    Space,
    db,
    utcnow,
)
from lms_ext.services import platform_desk, platforms, registering
from lms_ext.services.platforms import BadPlatform
from lms_ext.services.registering import Told
from tests.support.admins import AdminBrowser, signed_in

MOODLE = {"issuer": "https://moodle.example/", "client_id": "abc", "deployment_ids": "1", "name": "Moodle  BGTK"}


def stored() -> list[Platform]:
    db.session.rollback()
    found = list(db.session.execute(select(Platform).order_by(Platform.id)).scalars())
    db.session.expunge_all()
    db.session.rollback()
    return found


def by_hand(browser: AdminBrowser) -> Platform:
    answer = browser.post("/admin/platforms/new/moodle", **MOODLE)
    assert answer.status_code == 303, answer.text
    return stored()[-1]


def registered(
    client_id: str, deployment: str = "7", issuer: str = "https://moodle.example", over: int | None = None
) -> Platform:
    """Register as an LMS does; `over` is the platform whose own page made the invitation."""
    invitation, _ = registering.invite(db.session, utcnow(), for_platform=over)
    told = Told(issuer, client_id, deployment, "moodle", "Moodle", f"{issuer}/auth", f"{issuer}/token", f"{issuer}/jwks", "",
                shares_issuer=False)  # fmt: skip
    registering.record(db.session, invitation, told, utcnow())
    db.session.commit()
    return stored()[-1]


def test_every_lms_has_its_page(app: Flask) -> None:
    """In both languages, with our addresses to copy and its own fields."""
    browser = signed_in(app)
    assert browser.get("/admin/platforms/new").text.count("/admin/platforms/new/") == len(GUIDES)
    for guide in GUIDES.values():
        for language in ("id", "en"):
            page = browser.get(f"/admin/platforms/new/{guide.key}?lang={language}").text
            assert "http://localhost:8000/lti/login" in page, guide.key
            assert all(f'name="{one.name}"' in page for one in guide.asked), guide.key
            assert ("Buat alamat pendaftaran" in page or "Make a registration address" in page) == bool(guide.paste)
    assert browser.get("/admin/platforms/new/angel").status_code == 404


def test_by_hand_with_mistakes(app: Flask) -> None:
    """Each fault says where in the LMS the value stands; what was typed stays."""
    browser = signed_in(app)
    browser.get("/admin/platforms/new/moodle")
    answer = browser.post("/admin/platforms/new/moodle", issuer="moodle", client_id="abc", deployment_ids="")
    assert answer.status_code == 400
    assert "Isi dari kolom “Deployment ID” di Moodle, misalnya 1." in answer.text
    assert "diawali https://" in answer.text
    assert 'value="abc"' in answer.text
    assert answer.text.count('aria-invalid="true"') == 2, "fields that are made from the platform id are not blamed"
    assert not stored()
    plain = browser.post("/admin/platforms/new/moodle", **(MOODLE | {"jwks_url": "http://moodle.example/jwks"}))
    assert plain.status_code == 303, "tests allow http; production does not"
    one = stored()[0]
    assert (one.issuer, one.status, one.name) == ("https://moodle.example", "active", "Moodle  BGTK")
    assert one.auth_token_url == "https://moodle.example/mod/lti/token.php"
    changed = browser.post(f"/admin/platforms/{one.id}/edit", **(MOODLE | {"client_id": "def"}))
    assert changed.status_code == 303
    (same,) = stored()
    assert (same.id, same.client_id) == (one.id, "def")


def test_two_registrations_cannot_become_one(app: Flask) -> None:
    browser = signed_in(app)
    browser.get("/admin/platforms/new/moodle")
    first = by_hand(browser)
    assert browser.post("/admin/platforms/new/moodle", **(MOODLE | {"client_id": "def"})).status_code == 303
    refused = browser.post(f"/admin/platforms/{first.id}/edit", **(MOODLE | {"client_id": "def"}))
    assert refused.status_code == 400
    assert 'aria-invalid="true"' in refused.text
    assert [one.client_id for one in stored()] == ["abc", "def"]


def test_in_production_every_address_is_https(app: Flask) -> None:
    told = {"issuer": "https://lms.example", "client_id": "c", "other_hosts": ["https://a.example", "https://*.b.example"]}
    told |= {f"{name}_url": f"https://lms.example/{name}" for name in ("auth_login", "auth_token", "jwks")}
    with pytest.raises(BadPlatform) as caught:
        platforms.save(db.session, told | {"jwks_url": "http://lms.example/jwks"}, allow_http=False)
    assert caught.value.faults == {"jwks_url": ["must be https"]}
    made = platforms.save(db.session, told, allow_http=False).platform
    assert made.other_hosts == "https://a.example https://*.b.example"
    del told["other_hosts"]
    again = platforms.save(db.session, told, allow_http=False)
    assert (again.is_new, again.platform.other_hosts) == (False, "https://a.example https://*.b.example"), "what was listed stays"
    assert platforms.set_status(db.session, made.id + 1, "disabled") is None


def test_an_invitation_belongs_to_its_admin_and_is_shown_once(app: Flask) -> None:
    browser = signed_in(app)
    browser.get("/admin/platforms/new/moodle")
    page = browser.post("/admin/platforms/new/moodle/invite", name="Moodle BGTK").text
    secret = re.search(r"/lti/register\?invite=([\w-]+)", page)
    assert secret
    kept = db.session.execute(select(Invitation)).scalar_one()
    assert kept.made_by
    assert kept.token_hash == registering.digest(secret[1])
    assert secret[1] not in browser.get("/admin/platforms/new/moodle").text
    db.session.rollback()
    noted = db.session.execute(select(AuditEntry).where(AuditEntry.action == "platform.invite")).scalar_one()
    assert secret[1] not in str(vars(noted))


def test_waiting_registrations_are_approved_refused_or_take_the_work_over(app: Flask) -> None:
    browser = signed_in(app)
    browser.get("/admin/platforms/new/moodle")
    old = by_hand(browser)
    space = Space(platform_id=old.id, deployment_id="1", context_id="7")
    db.session.add(space)
    db.session.add(PlatformKeySet(platform_id=old.id, last_error="timeout"))
    db.session.commit()
    assert "Kunci tidak terambil" in browser.get("/admin/platforms").text
    new = registered("new")
    listed = browser.get("/admin/platforms").text
    assert listed.index("Kunci tidak terambil") < listed.index("Menunggu persetujuan")
    page = browser.get(f"/admin/platforms/{new.id}").text
    assert "Gantikan “Moodle  BGTK”" in page
    answer = browser.post(f"/admin/platforms/{new.id}/approve", replaces=str(old.id))
    assert answer.headers["Location"].startswith(f"/admin/platforms/{old.id}?")
    (kept,) = stored()
    assert (kept.id, kept.client_id, kept.status) == (old.id, "new", "active")
    assert db.session.execute(select(Space.deployment_id)).scalar_one() == "7"
    db.session.rollback()
    third = registered("third", issuer="https://other.example")
    assert browser.post(f"/admin/platforms/{third.id}/approve", replaces=str(old.id)).status_code == 404, "another LMS's work"
    assert browser.post(f"/admin/platforms/{third.id}/refuse").status_code == 303
    assert [one.id for one in stored()] == [old.id]
    assert "not-waiting" in browser.post(f"/admin/platforms/{old.id}/refuse").headers["Location"]
    assert [one.id for one in stored()] == [old.id]


def test_a_registration_with_work_is_neither_replaced_nor_forgotten(app: Flask) -> None:
    """Also when it was disabled and waits anew because its LMS registered again."""
    browser = signed_in(app)
    browser.get("/admin/platforms/new/moodle")
    old = by_hand(browser)
    db.session.add(Space(platform_id=old.id, deployment_id="1", context_id="7"))
    db.session.add(PlatformKeySet(platform_id=old.id, last_error="timeout"))
    db.session.add(ServiceToken(platform_id=old.id, scope="s", token="t", expires_at=utcnow()))
    db.session.commit()
    assert browser.post("/admin/platforms/new/moodle", **(MOODLE | {"client_id": "second"})).status_code == 303
    second = stored()[-1]
    browser.post(f"/admin/platforms/{old.id}/switch", status="disabled")
    again = registered("abc", over=old.id)
    assert [(one.id, one.status) for one in stored()] == [(old.id, "pending"), (second.id, "active")]
    assert again.id == second.id, "nothing was added"
    kept = [*db.session.scalars(select(PlatformKeySet)), *db.session.scalars(select(ServiceToken))]
    assert kept == [], "they were of other addresses"
    db.session.rollback()
    third = registered("third", deployment="")
    assert [one.client_id for one in stored()] == ["abc", "second", "third"], "it does not take the place of one with work"
    here = f"/admin/platforms/{old.id}"
    assert "Gantikan" not in browser.get(here).text
    assert browser.post(f"{here}/approve", replaces=str(second.id)).status_code == 404
    assert "not-waiting" in browser.post(f"{here}/refuse").headers["Location"]
    assert browser.post(f"{here}/approve").status_code == 303
    for made in (PackOff(platform_id=third.id, pack_id="demo"), Retention(platform_id=third.id, months=12),
                 OldConsumer(platform_id=third.id, consumer_key="k", secret="s")):  # fmt: skip
        db.session.add(made)
    db.session.commit()
    assert browser.post(f"/admin/platforms/{third.id}/refuse").status_code == 303, "what an admin set for it goes with it"
    assert [(one.client_id, one.status) for one in stored()] == [("abc", "active"), ("second", "active")]


def test_deployments_that_wait_are_few(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = signed_in(app)
    browser.get("/admin/platforms/new/moodle")
    one = by_hand(browser)
    monkeypatch.setattr(registering, "_MOST_PENDING", 2)
    assert [registering.arrive(db.session, one.id, f"baru {number}", utcnow()) for number in range(4)] == ["pending"] * 4
    waiting = select(Deployment.deployment_id).where(Deployment.status == "pending").order_by(Deployment.deployment_id)
    assert db.session.scalars(waiting).all() == ["baru 0", "baru 1"]


def test_switched_off_renamed_and_its_deployments(app: Flask) -> None:
    browser = signed_in(app)
    browser.get("/admin/platforms/new/moodle")
    one = by_hand(browser)
    here = f"/admin/platforms/{one.id}"
    browser.post(f"{here}/switch", status="disabled")
    assert stored()[0].status == "disabled"
    assert "Aktifkan lagi" in browser.get(here).text
    browser.post(f"{here}/switch", status="active")
    assert browser.post(f"{here}/switch", status="pending").status_code == 400
    assert registering.arrive(db.session, one.id, "baru", utcnow()) == "pending"
    db.session.commit()
    assert "Penempatan menunggu" in browser.get("/admin/platforms").text
    browser.post(f"{here}/deployments", deployment="baru", status="disabled")
    assert browser.post(f"{here}/deployments", deployment="tidak ada", status="active").status_code == 404
    assert browser.post(f"{here}/deployments", deployment="baru", status="pending").status_code == 400
    assert db.session.get_one(Deployment, (one.id, "baru")).status == "disabled"
    db.session.rollback()
    browser.post(f"{here}/settings", name="  Moodle\u00a0 Papua ", takes_deployments="1")
    assert (stored()[0].name, stored()[0].takes_deployments) == ("Moodle Papua", True)
    browser.post(f"{here}/settings", name="")
    assert (stored()[0].name, stored()[0].takes_deployments) == ("Moodle Papua", False)
    actions = set(db.session.execute(select(AuditEntry.action)).scalars())
    assert {"platform.save", "platform.disable", "platform.enable", "deployment.block", "platform.change"} <= actions
    db.session.rollback()


def test_the_check_is_shown_with_what_to_click(app: Flask) -> None:
    browser = signed_in(app)
    browser.get("/admin/platforms/new/moodle")
    one = by_hand(browser)
    db.session.execute(Platform.__table__.update().values(jwks_url="http://10.0.0.7/jwks", auth_token_url="http://10.0.0.7/t"))
    db.session.commit()
    assert browser.post(f"/admin/platforms/{one.id}/check").status_code == 303
    page = browser.get(f"/admin/platforms/{one.id}").text
    assert "10.0.0.7 beralamat di jaringan dalam" in page
    assert "Keyset URL" in page
    assert "[x] Kunci platform tidak terambil" in page, "the report for support"
    assert "Periksa" in browser.get("/admin/platforms").text
    checks = db.session.execute(select(PlatformCheckup)).scalar_one()
    checks.checks = [item | {"finding": "bad" if item["name"] == "token" else "ok"} for item in checks.checks]
    db.session.commit()
    assert [row.state for row in platform_desk.overview(db.session, None, utcnow())] == ["trouble"], "the keys are well now"


def test_a_platform_admin_registers_again_but_nothing_new(app: Flask) -> None:
    owner = signed_in(app)
    owner.get("/admin/platforms/new/moodle")
    one = by_hand(owner)
    keeper = signed_in(app, AdminRole.PLATFORM, [one.id])
    assert "Daftarkan platform" not in keeper.get("/admin/platforms").text
    page = keeper.post(f"/admin/platforms/{one.id}/invite").text
    assert "/lti/register?invite=" in page
    made = db.session.execute(select(Invitation)).scalar_one()
    assert made.for_platform_id == one.id
    with pytest.raises(Refused, match="invite-for-another"):
        registering.check_purpose(db.session, made, "https://other.example")
    registering.check_purpose(db.session, made, "https://moodle.example")
    db.session.rollback()
    assert keeper.post("/admin/platforms/new/moodle", **MOODLE).status_code == 403
    auditor = signed_in(app, AdminRole.AUDITOR)
    assert "Simpan pengaturan" not in auditor.get(f"/admin/platforms/{one.id}").text
