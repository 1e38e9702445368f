"""Who looks after the tool: the first owner by a printed link, colleagues by invitation, rights that end at once."""

import re
from pathlib import Path

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select, text, update
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from lms_ext.domain.admins import CONSOLE, AdminRole
from lms_ext.domain.refusals import Refused
from lms_ext.models import Admin, AdminInvite, AdminSession, AuditEntry, db, utcnow
from lms_ext.services import admin_invites, admins, audit, passwords
from lms_ext.services.admins import Rights
from lms_ext.services.shared_pace import Pace
from lms_ext.web.admin import pacing, tell_when_ownerless
from tests.security.test_admin_walker import platform
from tests.support.admins import PASSWORD, AdminBrowser, signed_in

NEW = "rumah kebun angin timur"


def link(page: TestResponse) -> str:
    """Find the one-time link on a page."""
    found = re.search(r"http://localhost:8000(/admin/invite/[\w-]+)<", page.text)
    assert found, page.text
    return found[1]


def first_link(rights: Rights | None = None, login: str = "") -> str:
    token = admin_invites.invite(db.session, CONSOLE, login, "", rights or Rights(AdminRole.OWNER), utcnow())
    db.session.commit()
    return f"/admin/invite/{token}"


def actions() -> list[str]:
    db.session.remove()
    return list(db.session.execute(select(AuditEntry.action).order_by(AuditEntry.at, AuditEntry.id)).scalars())


def browser_of(app: Flask) -> AdminBrowser:
    return AdminBrowser(app.test_client())


def test_the_first_owner_comes_by_a_link_and_invites_a_colleague(app: Flask) -> None:
    number, other = platform("satu"), platform("zamrud")
    owner, path = browser_of(app), first_link()
    assert "Pemilik pertama" in owner.get(path).text
    assert owner.get(path).status_code == 200  # looking does not use it up
    form = {"login": "Dewi@bgtk.example", "name": "Dewi  Rumbiak", "password": PASSWORD, "again": PASSWORD}
    for wrong, words in (({"again": "x"}, "Kedua isian"), ({"password": "pendek", "again": "pendek"}, "terlalu pendek"),
                         ({"login": "tidak boleh begini"}, "tidak dapat dipakai"), ({"name": " "}, "Nama belum")):  # fmt: skip
        refused = owner.post(path, **(form | wrong))
        assert refused.status_code == 422, wrong
        assert words in refused.text
    assert owner.post(path, **form).headers["Location"] == "/admin"
    assert "Dewi Rumbiak" in owner.get("/admin/system").text
    used = browser_of(app).get(path)
    assert (used.status_code, "invite-over" in used.text) == (404, True)

    owner.get("/admin/admins/invite")
    assert owner.post("/admin/admins/invite", login="yosef", role="platform").status_code == 422  # of which platform?
    assert owner.post("/admin/admins/invite", login="", role="auditor").status_code == 422
    assert owner.post("/admin/admins/invite", login="dewi@bgtk.example", role="auditor").status_code == 409
    made = owner.post("/admin/admins/invite", login="yosef", name="Yosef", role="platform", platform=str(number))
    assert "yosef" in owner.get("/admin/admins").text
    colleague = browser_of(app)
    colleague.get(link(made))
    assert colleague.post(link(made), name="Yosef W.", password=NEW, again=NEW).status_code == 303
    listed = colleague.get("/admin/platforms").text
    assert ("LMS satu" in listed, "LMS zamrud" in listed) == (True, False)
    assert colleague.get("/admin/admins").status_code == 403

    yosef = db.session.execute(select(Admin.id).where(Admin.login == "yosef")).scalar_one()
    owner.get(f"/admin/admins/{yosef}")
    assert (
        owner.post(f"/admin/admins/{yosef}", name="Yosef", role="platform", platform=[str(number), str(other)]).status_code == 303
    )
    assert colleague.get("/admin/platforms").headers["Location"].startswith("/admin/sign-in")  # new rights, new session
    assert colleague.sign_in("yosef", NEW).status_code == 303
    assert "LMS zamrud" in colleague.get("/admin/platforms").text
    assert "LMS satu, LMS zamrud" in owner.get("/admin/admins").text
    form = {"name": "Yosef Wanggai", "role": "platform", "platform": [str(number), str(other)]}
    assert owner.post(f"/admin/admins/{yosef}", **form).status_code == 303
    assert colleague.get("/admin/platforms").status_code == 200, "another name is no other right"
    assert owner.post(f"/admin/admins/{yosef}", **(form | {"platform": "987654"})).status_code == 422, "of no platform"
    for _ in range(2):
        assert owner.post(f"/admin/admins/{yosef}/disable").status_code == 303
    assert colleague.get("/admin/platforms").status_code == 303
    assert colleague.sign_in("yosef", NEW).status_code == 403
    assert owner.post(f"/admin/admins/{yosef}/reset").status_code == 404
    for _ in range(2):
        assert owner.post(f"/admin/admins/{yosef}/enable").status_code == 303
    assert colleague.sign_in("yosef", NEW).status_code == 303
    assert [one for one in actions() if one.startswith("admin.")] == [
        "admin.invite", "admin.create", "admin.invite", "admin.create", "admin.rights", "admin.rename", "admin.disable",
        "admin.enable",
    ]  # fmt: skip


def test_what_is_not_there_cannot_be_changed(app: Flask) -> None:
    owner = signed_in(app)
    before = actions()
    for path in ("987654", "987654/disable", "987654/enable", "987654/reset", "invitations/987654/withdraw"):
        assert owner.post(f"/admin/admins/{path}", name="X", role="auditor").status_code == 404, path
    assert actions() == before


def test_a_taken_name_is_told_and_the_link_still_works(app: Flask) -> None:
    signed_in(app, login="dewi")
    guest, path = browser_of(app), first_link(Rights(AdminRole.AUDITOR))
    guest.get(path)
    form = {"login": "Dewi", "name": "Dewi Kedua", "password": NEW, "again": NEW}
    refused = guest.post(path, **form)
    assert (refused.status_code, "Nama masuk sudah dipakai" in refused.text) == (409, True)
    assert guest.post(path, **(form | {"login": "dewi2"})).status_code == 303


def test_there_is_always_an_owner(app: Flask) -> None:
    owner = signed_in(app, AdminRole.OWNER)
    me = db.session.execute(select(Admin.id)).scalar_one()
    for path, form in ((f"/admin/admins/{me}/disable", {}), (f"/admin/admins/{me}", {"name": "D", "role": "auditor"})):
        refused = owner.post(path, **form)
        assert (refused.status_code, "pemilik terakhir" in refused.text) == (409, True), path
    signed_in(app, AdminRole.OWNER, login="second@bgtk.example")
    assert owner.post(f"/admin/admins/{me}", name="D", role="auditor").status_code == 303
    second = db.session.execute(select(Admin.id).where(Admin.login == "second@bgtk.example")).scalar_one()
    with pytest.raises(Refused, match="admin-last-owner"):
        admins.disable(db.session, CONSOLE, second, utcnow())


def test_a_link_ends_with_its_time_its_successor_its_withdrawal_and_its_inviter(app: Flask) -> None:
    auditor = Rights(AdminRole.AUDITOR)
    visitor = browser_of(app)
    late = first_link(auditor, "a@bgtk.example")
    db.session.execute(update(AdminInvite).values(expires_at=utcnow()))
    db.session.commit()
    assert visitor.get(late).status_code == 404
    earlier, later = first_link(auditor, "b@bgtk.example"), first_link(auditor, "b@bgtk.example")
    assert (visitor.get(earlier).status_code, visitor.get(later).status_code) == (404, 200)
    owner = signed_in(app, AdminRole.OWNER)
    number = db.session.execute(select(AdminInvite.id).where(AdminInvite.login == "b@bgtk.example")).scalar_one()
    assert owner.post(f"/admin/admins/invitations/{number}/withdraw").status_code == 303
    assert visitor.get(later).status_code == 404
    owner.get("/admin/admins/invite")
    of_owner = link(owner.post("/admin/admins/invite", login="c@bgtk.example", role="owner"))
    assert visitor.get(of_owner).status_code == 200
    db.session.execute(update(Admin).values(role="auditor"))  # who may not invite any more has not invited
    db.session.commit()
    assert visitor.get(of_owner).status_code == 404
    assert visitor.post(of_owner, name="C", password=NEW, again=NEW).status_code == 404
    assert len(db.session.execute(select(Admin)).all()) == 1


def test_a_reset_gives_a_new_password_and_takes_the_lost_phone_away(app: Flask) -> None:
    owner = signed_in(app, AdminRole.OWNER)
    lost = signed_in(app, AdminRole.AUDITOR, login="lupa@bgtk.example")
    turn_on(lost)
    who = db.session.execute(select(Admin.id).where(Admin.login == "lupa@bgtk.example")).scalar_one()
    made = owner.post(f"/admin/admins/{who}/reset")
    again = browser_of(app)
    assert "lupa@bgtk.example" in again.get(link(made)).text
    assert again.post(link(made), password=NEW, again=NEW).status_code == 303
    assert lost.get("/admin/platforms").status_code == 303
    assert again.get(link(made)).status_code == 404
    unused = owner.post(f"/admin/admins/{who}/reset")
    owner.post(f"/admin/admins/{who}/disable")
    stranger = browser_of(app)
    stranger.get(link(unused))
    assert stranger.post(link(unused), password=PASSWORD, again=PASSWORD).status_code == 404, "no way back in past the owner"
    owner.post(f"/admin/admins/{who}/enable")
    fresh = browser_of(app)
    assert fresh.sign_in("lupa@bgtk.example", PASSWORD).status_code == 403
    assert fresh.sign_in("lupa@bgtk.example", NEW).status_code == 303


def turn_on(browser: AdminBrowser) -> str:
    """Turn the second factor on by the pages; gives the page with the recovery codes."""
    browser.get("/admin/account")
    shown = browser.post("/admin/account/second-factor", current=PASSWORD)
    assert shown.status_code == 200
    secret = re.search(r'id="kunci">(\w+)<', shown.text)
    ticket = re.search(r'name="ticket" value="([^"]*)"', shown.text)
    assert secret
    assert ticket
    assert "<svg" in shown.text
    assert "style=" not in shown.text
    wrong = browser.post("/admin/account/second-factor/on", ticket=ticket[1], code="000000")
    assert (wrong.status_code, secret[1] in wrong.text) == (422, True)
    return browser.post("/admin/account/second-factor/on", ticket=ticket[1], code=pyotp.TOTP(secret[1]).now()).text


def test_ones_own_account_is_changed_with_the_password_only(app: Flask) -> None:
    here = signed_in(app, AdminRole.AUDITOR)  # also who may change nothing else
    there = browser_of(app)
    assert there.sign_in(here.login).status_code == 303
    for path in ("password", "second-factor", "second-factor/off", "recovery", "unlink"):
        refused = here.post(f"/admin/account/{path}", current="wrong", password=NEW, again=NEW)
        assert (refused.status_code, "Kata sandi sekarang tidak cocok" in refused.text) == (403, True), path
        here.get("/admin/account")
        signed = here.post("/admin/account/password", current=PASSWORD, password="x", again="x")
        assert signed.status_code == 422  # a right password gives the tries back
    assert here.post("/admin/account/password", current=PASSWORD, password=NEW, again="x").status_code == 422
    assert here.post("/admin/account/password", current=PASSWORD, password=NEW, again=NEW).status_code == 303
    assert here.get("/admin/account?ok=password").status_code == 200
    assert there.get("/admin/account").status_code == 303  # signed out by the new password
    assert there.sign_in(here.login, PASSWORD).status_code == 403
    assert there.sign_in(here.login, NEW).status_code == 303
    there.get("/admin/account")
    assert there.post("/admin/account/sign-out-others").status_code == 303
    assert here.get("/admin/account").status_code == 303
    assert there.get("/admin/account").status_code == 200
    assert len(db.session.execute(select(AdminSession)).all()) == 1


def test_an_account_without_a_password_gets_one_before_it_lets_go_of_the_outside_one(app: Flask) -> None:
    here, other = signed_in(app), signed_in(app, AdminRole.AUDITOR)
    db.session.execute(update(Admin).where(Admin.login == here.login).values(
        password_hash="", oidc_issuer="https://accounts.example", oidc_subject="1"))  # fmt: skip
    db.session.commit()
    refused = here.post("/admin/account/unlink")
    assert (refused.status_code, "Masuk sekali lagi" in refused.text) == (403, True)
    assert here.post("/admin/account/recovery").status_code == 403, "there is no second factor whose codes could be new"
    shown = other.post("/admin/account/second-factor", current=PASSWORD).text
    foreign = re.search(r'name="ticket" value="([^"]*)"', shown)
    assert foreign
    for ticket in ("", "AAAA", foreign[1]):
        assert "admin-form-expired" in here.post("/admin/account/second-factor/on", ticket=ticket, code="000000").text
    here.get("/admin/account")
    assert here.post("/admin/account/password", password=NEW, again=NEW).status_code == 403, "they must sign in once more"
    db.session.execute(update(Admin).where(Admin.login == here.login).values(password_hash=passwords.hashed(NEW)))
    db.session.commit()
    assert here.post("/admin/account/unlink", current=NEW).status_code == 303
    assert db.session.execute(select(Admin.oidc_subject, Admin.totp_sealed).where(Admin.login == here.login)).one() == (None, "")


def test_a_browser_left_open_is_no_place_to_guess(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    here = signed_in(app)
    monkeypatch.setattr(pacing, "ACCOUNT_HERE", Pace(2, 3600))
    for _ in range(2):
        assert here.post("/admin/account/second-factor/off", current="x").status_code == 403
    assert here.post("/admin/account/second-factor/off", current=PASSWORD).status_code == 429
    guest, path = browser_of(app), first_link(Rights(AdminRole.AUDITOR), "baru")
    guest.get(path)
    guest.client.environ_base["REMOTE_ADDR"] = "192.0.2.7"
    monkeypatch.setattr(pacing, "NETWORK", Pace(2, 3600))
    for _ in range(2):
        assert guest.post(path, password="x", again="y").status_code == 422
    assert guest.post(path, password="x", again="y").status_code == 429, "links are not guessed either"


def test_a_second_factor_is_sealed_and_its_recovery_codes_shown_once(app: Flask) -> None:
    browser = signed_in(app, AdminRole.OWNER)
    page = turn_on(browser)
    codes = re.findall(r"\b\w{4}-\w{4}-\w{4}-\w{4}\b", page)
    assert len(set(codes)) == 10
    kept = db.session.execute(select(Admin.totp_sealed)).scalar_one()
    assert kept.startswith("sealed:")
    assert codes[0] not in browser.get("/admin/account").text
    fresh = browser.post("/admin/account/recovery", current=PASSWORD).text
    assert not set(codes) & set(re.findall(r"\b\w{4}-\w{4}-\w{4}-\w{4}\b", fresh))
    assert browser.post("/admin/account/second-factor/off", current=PASSWORD).status_code == 303
    assert browser_of(app).sign_in(browser.login).status_code == 303
    assert "admin.second-factor-on" in actions()
    everything = " ".join(map(str, db.session.execute(select(AuditEntry.object, AuditEntry.detail)).all()))
    assert not any(one in everything for one in (*codes, PASSWORD, kept))


def test_the_audit_log_is_narrowed_and_paged(app: Flask) -> None:
    number, other = platform("satu"), platform("zamrud")
    owner = signed_in(app, AdminRole.OWNER)
    for count in range(120):
        audit.write(db.session, CONSOLE, "platform.approve", f"nomor {count:03}", platform_id=(number, other)[count % 2])
    db.session.commit()
    seen: list[str] = []
    path = "/admin/audit?action=platform"
    while path:
        page = owner.get(path).text
        found = re.findall(r"nomor \d\d\d", page)
        assert len(found) <= 50
        seen += found
        more = re.search(r'href="(/admin/audit\?[^"]*before=[^"]*)"', page)
        path = more[1].replace("&amp;", "&") if more else ""
    assert seen == [f"nomor {count:03}" for count in reversed(range(120))]
    assert "nomor" not in owner.get("/admin/audit?action=admin.create").text
    assert "nomor" not in owner.get(f"/admin/audit?actor={owner.login}").text
    assert owner.get(f"/admin/audit?platform={other}").text.count("nomor") == 50
    for odd in (
        "before=x",
        "before=99999999999999999999-1",
        "before=-1",
        "platform=99999999999",
        "platform=x",
        "action=%25",
        "actor=%00",
    ):
        assert owner.get(f"/admin/audit?{odd}").status_code == 200, odd
    theirs = signed_in(app, AdminRole.PLATFORM, [number])
    page = theirs.get("/admin/audit").text
    assert "nomor 118" in page
    assert "nomor 119" not in page
    assert "zamrud" not in page
    assert owner.login not in page  # what concerns the whole tool is not theirs


_CODE = r'"([a-z]+\.[a-z-]+)"'
_NOTED = re.compile(rf'(?:audit\.write|guard\.note|_changed)\((?:[^()]|\([^()]*\))*?{_CODE}(?: if [^"]*? else {_CODE})?')


def test_every_act_of_the_audit_log_has_words_and_names_its_platform_once(app: Flask, root: Path) -> None:
    written = [
        one for file in (root / "lms_ext").rglob("*.py") for pair in _NOTED.findall(file.read_text("utf-8")) for one in pair
    ]
    assert len({one for one in written if one}) >= 35
    declared = {code for code, _ in audit.topics()}
    assert {one for one in written if one} <= declared
    number = platform("satu")
    owner = signed_in(app, AdminRole.OWNER)
    owner.post(f"/admin/platforms/{number}/settings", name="LMS satu", takes_deployments="1")
    page = owner.get("/admin/audit?action=platform.change").text
    row = re.sub(r"<[^>]+>", " ", page[page.index("<tbody") : page.index("</tbody")]).split()
    assert " ".join(row).startswith("Pengaturan platform diubah LMS satu Menyetujui penempatan baru sendiri: ya")
    assert "platform.change" not in " ".join(row)


def test_a_slash_behind_admin_leads_to_the_desk_and_the_front_page_names_it(app: Flask) -> None:
    stranger = app.test_client()
    assert stranger.get("/admin/").headers["Location"].startswith("/admin")
    assert stranger.get("/admin/").status_code == stranger.get("/admin").status_code == 303
    assert 'href="/admin"' in stranger.get("/").text


def test_a_server_without_an_owner_says_what_to_run_and_no_link(app: Flask) -> None:
    with capture_logs() as said:
        tell_when_ownerless(app)
    assert [(one["event"], one["run"]) for one in said] == [("admin.no_owner", "lms-ext admin invite --owner")]
    db.session.execute(text("ALTER TABLE admin RENAME TO admin_away"))
    db.session.commit()
    try:
        with capture_logs() as said:
            tell_when_ownerless(app)
    finally:
        db.session.execute(text("ALTER TABLE admin_away RENAME TO admin"))
        db.session.commit()
    assert said == [], "a database that is not ready is another matter"
    signed_in(app, AdminRole.OWNER)
    with capture_logs() as said:
        tell_when_ownerless(app)
    assert said == []
