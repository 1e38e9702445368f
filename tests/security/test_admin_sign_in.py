"""Signing in as an admin under attack: guessing, fixation, replay, foreign tickets, floods; and nobody is locked out by it."""

from datetime import timedelta

import pyotp
import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import func, select, update

from lms_ext.domain.admins import AdminRole
from lms_ext.models import Admin, AdminSession, AuditEntry, SignInPace, db, utcnow
from lms_ext.services import admin_sessions, passwords, second_factor, shared_pace
from lms_ext.web.admin import pacing
from lms_ext.web.tool import tool
from tests.support.admins import HTTPS, PASSWORD, AdminBrowser, make_admin, signed_in

LOGIN = "dewi@bgtk.example"
COOKIE = "__Host-lxa"


@pytest.fixture
def admin(app: Flask) -> int:
    """Give an owner."""
    return make_admin(LOGIN)


@pytest.fixture
def browser(app: Flask, admin: int) -> AdminBrowser:
    """Give a browser nobody has signed in with."""
    return AdminBrowser(app.test_client())


def secret(browser: AdminBrowser) -> str:
    cookie = browser.client.get_cookie(COOKIE, "localhost")
    return cookie.value if cookie else ""


def second_factor_on(admin: int) -> str:
    made = second_factor.new_secret()
    account = db.session.get(Admin, admin)
    assert account
    second_factor.turn_on(db.session, tool().sealer, account, made, 0)
    db.session.commit()
    return made


def test_the_secret_changes_when_somebody_signs_in(browser: AdminBrowser) -> None:
    """A secret that somebody planted in the browser beforehand is worth nothing afterwards."""
    browser.client.set_cookie(COOKIE, "planted-by-a-stranger", domain="localhost", path="/", secure=True, httponly=True)
    assert browser.sign_in(LOGIN).status_code == 303
    assert secret(browser) not in {"", "planted-by-a-stranger"}
    first = secret(browser)
    browser.client.set_cookie(COOKIE, "planted-by-a-stranger", domain="localhost", path="/", secure=True, httponly=True)
    assert browser.get("/admin/platforms").status_code == 303
    browser.client.set_cookie(COOKIE, first, domain="localhost", path="/", secure=True, httponly=True)
    assert browser.get("/admin/platforms").status_code == 200
    assert browser.sign_in(LOGIN).status_code == 303  # again: the earlier session is over
    assert secret(browser) != first
    assert db.session.execute(select(func.count()).select_from(AdminSession)).scalar_one() == 1


def test_the_cookie_is_as_closed_as_cookies_can_be(browser: AdminBrowser) -> None:
    browser.get("/admin/sign-in")
    lines = browser.post("/admin/sign-in", login=LOGIN, password=PASSWORD).headers.getlist("Set-Cookie")
    for line in lines:
        assert line.startswith("__Host-lxa")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(line.split("; "))
        assert "Domain" not in line
    assert not any("Max-Age" in line for line in lines if line.startswith(f"{COOKIE}="))
    plain = AdminBrowser(browser.client.application.test_client())
    line = plain.client.get("/admin/sign-in").headers["Set-Cookie"]  # over http, which is only ever on this machine
    assert line.startswith("lxa=")
    assert "Secure" not in line


def test_wrong_unknown_and_disabled_are_told_alike(browser: AdminBrowser) -> None:
    for who in (LOGIN, "nobody@bgtk.example", "Not a login at all", "", "a" * 5000, "\x00", "ＤＥＷＩ@bgtk.example"):
        refused = browser.sign_in(who, "wrong but long enough")
        assert (refused.status_code, "Nama masuk atau kata sandi tidak cocok." in refused.text) == (403, True), who
    assert browser.sign_in("  Dewi@BGTK.example ").status_code == 303  # a login is the same however it is written
    db.session.execute(update(Admin).values(disabled_at=utcnow()))
    db.session.commit()
    assert browser.get("/admin/platforms").status_code == 303
    assert "Nama masuk atau kata sandi tidak cocok." in browser.sign_in(LOGIN).text


def test_a_password_kept_by_weaker_settings_is_hashed_anew(browser: AdminBrowser) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(PASSWORD)
    db.session.execute(update(Admin).values(password_hash=weak))
    db.session.commit()
    assert browser.sign_in(LOGIN, "wrong but long enough").status_code == 403
    assert db.session.execute(select(Admin.password_hash)).scalar_one() == weak
    db.session.rollback()
    assert browser.sign_in(LOGIN).status_code == 303
    kept = db.session.execute(select(Admin.password_hash)).scalar_one()
    assert passwords.is_outdated(weak)
    assert not passwords.is_outdated(kept)
    assert passwords.fits(kept, PASSWORD)


def test_guessing_is_slowed_down_and_the_wait_is_honest(app: Flask, browser: AdminBrowser) -> None:
    for _ in range(5):
        assert browser.sign_in(LOGIN, "wrong but long enough").status_code == 403
    refused = browser.sign_in(LOGIN)  # even the right one: who guesses must not learn that it was right
    assert refused.status_code == 429
    wait = int(refused.headers["Retry-After"])
    assert 50 <= wait <= 60
    assert str(wait) in refused.text
    db.session.execute(update(SignInPace).values(free_at=SignInPace.free_at - wait * 1000))
    db.session.commit()
    assert browser.sign_in(LOGIN).status_code == 303
    assert "session.refused" in set(db.session.execute(select(AuditEntry.action)).scalars())


def test_a_stranger_locks_nobody_out(app: Flask, browser: AdminBrowser, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the same network or from many: the browser that the admin has used before still gets in."""
    monkeypatch.setattr(pacing, "STRANGE_BROWSERS", shared_pace.Pace(6, 120))
    assert browser.sign_in(LOGIN).status_code == 303
    browser.post("/admin/sign-out")
    stranger = AdminBrowser(app.test_client())
    for number in range(7):
        stranger.client.environ_base["REMOTE_ADDR"] = f"2001:db8:{number:x}::1"
        stranger.get("/admin/sign-in")
        answer = stranger.post("/admin/sign-in", login=LOGIN, password="x")
    assert answer.status_code == 429  # many networks together are slowed down, too
    stranger.client.environ_base["REMOTE_ADDR"] = "127.0.0.1"
    assert stranger.sign_in(LOGIN).status_code == 429
    assert browser.sign_in(LOGIN).status_code == 303


def test_the_mark_of_a_known_browser_cannot_be_made(app: Flask, browser: AdminBrowser) -> None:
    known = browser.client
    assert browser.sign_in(LOGIN).status_code == 303
    mark = known.get_cookie("__Host-lxak", "localhost")
    assert mark
    for value in (mark.value[:-1] + ("0" if mark.value[-1] != "0" else "1"), "1-x-y", "x", mark.value.replace("1-", "2-", 1)):
        with app.test_request_context("/", base_url=HTTPS, headers={"Cookie": f"__Host-lxak={value}"}):
            account = db.session.get(Admin, 1)
            assert account
            assert len(pacing.for_password(LOGIN, account)) == 3, value
    browser.post("/admin/sign-out")
    for _ in range(5):  # and a real one has a pace of its own
        assert browser.sign_in(LOGIN, "x").status_code == 403
    assert browser.sign_in(LOGIN).status_code == 429
    other = AdminBrowser(app.test_client())
    assert other.sign_in(LOGIN).status_code == 303


def test_a_household_of_ipv6_addresses_is_one_network(app: Flask, browser: AdminBrowser) -> None:
    for number in range(6):
        browser.client.environ_base["REMOTE_ADDR"] = f"2001:db8::{number:x}"
        answer = browser.sign_in(LOGIN, "x")
    assert answer.status_code == 429


def test_the_rows_stay_few(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_pace, "MOST_ROWS", 50)
    monkeypatch.setattr(shared_pace, "_ROOM", 10)
    now = utcnow()
    for number in range(120):
        counted = [shared_pace.Counted(f"k{number}", shared_pace.Pace(5, 60 + number))]
        assert shared_pace.take(db.session, counted, now) == 0
    assert db.session.execute(select(func.count()).select_from(SignInPace)).scalar_one() <= 50
    assert db.session.get(SignInPace, "k119") is not None  # those that matter longest stay
    shared_pace.take(db.session, [shared_pace.Counted("late", shared_pace.NETWORK)], now + timedelta(days=1))
    assert db.session.execute(select(SignInPace.key)).scalars().all() == ["late"]


def test_a_code_counts_once(app: Flask, browser: AdminBrowser, admin: int) -> None:
    made = second_factor_on(admin)
    asked = browser.sign_in(LOGIN)
    assert (asked.status_code, "Kode verifikasi" in asked.text) == (200, True)
    assert browser.get("/admin/platforms").status_code == 303  # a password alone opens nothing
    code = pyotp.TOTP(made).now()
    ticket = ticket_of(asked.text)
    assert browser.post("/admin/sign-in/code", ticket=ticket, code=f"{code[:3]} {code[3:]}").status_code == 303
    assert browser.get("/admin/platforms").status_code == 200
    other = AdminBrowser(app.test_client())
    again = other.sign_in(LOGIN)
    refused = other.post("/admin/sign-in/code", ticket=ticket_of(again.text), code=code)
    assert (refused.status_code, "sudah dipakai" in refused.text) == (403, True)


def ticket_of(page: str) -> str:
    return page.partition('name="ticket" value="')[2].partition('"')[0]


def test_an_older_code_than_the_last_is_refused(app: Flask, admin: int) -> None:
    made = second_factor_on(admin)
    account = db.session.get(Admin, admin)
    assert account
    now = utcnow()
    newer = pyotp.TOTP(made).at(now + timedelta(seconds=30))
    assert second_factor.take_code(db.session, tool().sealer, account, newer, now) == "totp"
    assert second_factor.take_code(db.session, tool().sealer, account, pyotp.TOTP(made).at(now), now) == ""
    for wrong in ("", "12345", "1234567", "१२३४५६", pyotp.TOTP(made).at(now - timedelta(seconds=90))):
        assert second_factor.take_code(db.session, tool().sealer, account, wrong, now) == "", wrong


def test_codes_are_not_guessed_and_a_ticket_is_of_one_browser(app: Flask, browser: AdminBrowser, admin: int) -> None:
    made = second_factor_on(admin)
    ticket = ticket_of(browser.sign_in(LOGIN).text)
    thief = AdminBrowser(app.test_client())
    thief.get("/admin/sign-in")
    for forged in (ticket, "", "AAAA", ticket[:-4]):
        refused = thief.post("/admin/sign-in/code", ticket=forged, code=pyotp.TOTP(made).now())
        assert (refused.status_code, "Masuk lagi dari awal" in refused.text) == (403, True)
    for _ in range(5):
        assert browser.post("/admin/sign-in/code", ticket=ticket, code="000000").status_code == 403
    refused = browser.post("/admin/sign-in/code", ticket=ticket, code=pyotp.TOTP(made).now())
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) >= 50
    assert db.session.execute(select(AdminSession)).first() is None


def test_a_recovery_code_counts_once(app: Flask, browser: AdminBrowser, admin: int) -> None:
    second_factor_on(admin)
    account = db.session.get(Admin, admin)
    assert account
    codes = second_factor.new_recovery_codes(db.session, account)
    db.session.commit()
    assert len(set(codes)) == 10
    ticket = ticket_of(browser.sign_in(LOGIN).text)
    assert browser.post("/admin/sign-in/code", ticket=ticket, code=codes[0].upper().replace("-", " ")).status_code == 303
    other = AdminBrowser(app.test_client())
    ticket = ticket_of(other.sign_in(LOGIN).text)
    assert other.post("/admin/sign-in/code", ticket=ticket, code=codes[0]).status_code == 403
    assert second_factor.recovery_left(db.session, admin) == 9


@pytest.mark.parametrize(("column", "age"), [("seen_at", admin_sessions.IDLE), ("created_at", admin_sessions.ABSOLUTE)])
def test_a_session_ends_by_itself(app: Flask, column: str, age: timedelta) -> None:
    browser = signed_in(app, AdminRole.AUDITOR)
    db.session.execute(update(AdminSession).values({column: utcnow() - age + timedelta(minutes=5)}))
    if column == "created_at":
        db.session.execute(update(AdminSession).values(expires_at=utcnow() + timedelta(minutes=5)))
    db.session.commit()
    assert browser.get("/admin/platforms").status_code == 200
    noted = db.session.execute(select(AdminSession.seen_at)).scalar_one()
    assert utcnow() - noted < timedelta(minutes=1)  # use keeps a session awake …
    assert browser.get("/admin/tidak-ada").status_code == 404
    db.session.execute(update(AdminSession).values(seen_at=utcnow() - timedelta(minutes=5)))
    db.session.commit()
    assert browser.post("/admin/account/sign-out-others").status_code == 303
    assert utcnow() - db.session.execute(select(AdminSession.seen_at)).scalar_one() < timedelta(minutes=1)
    limit = {"seen_at": utcnow() - age - timedelta(seconds=1)} if column == "seen_at" else {"expires_at": utcnow()}
    db.session.execute(update(AdminSession).values(limit))  # … up to its limits
    db.session.commit()
    assert browser.get("/admin/platforms").headers["Location"].startswith("/admin/sign-in")
    assert browser.post("/admin/account/password").status_code == 401


def test_after_signing_in_nobody_is_sent_elsewhere(browser: AdminBrowser) -> None:
    for where in ("https://evil.example", "//evil.example", "/admin/../..//evil.example", "/l/1-1-1", "/admin/x",
                  "/admin/sign-in?next=/admin/sign-in", "/admin/platforms\r\nX: y", "\\\\evil.example"):  # fmt: skip
        page = browser.get("/admin/sign-in", query_string={"next": where})
        assert 'name="next" value="/admin"' in page.text, where
    assert browser.post("/admin/sign-in", login=LOGIN, password=PASSWORD, next="//evil.example").headers["Location"] == "/admin"


def test_signing_out_ends_the_session_on_the_server(app: Flask) -> None:
    browser = signed_in(app, AdminRole.OWNER)
    kept = secret(browser)
    assert browser.post("/admin/sign-out").headers["Location"] == "/admin/sign-in"
    browser.client.set_cookie(COOKIE, kept, domain="localhost", path="/", secure=True)
    assert browser.client.get("/admin/platforms", base_url=HTTPS).status_code == 303


def test_the_spelling_of_a_name_does_not_tell_whether_it_exists(app: Flask, admin: int) -> None:
    """All spellings of one name count together, known or not: else only a known one is slowed down under its other spelling."""
    told = []
    for name in (LOGIN, "nobody@bgtk.example"):
        stranger = AdminBrowser(app.test_client())
        stranger.client.environ_base["REMOTE_ADDR"] = f"2001:db8:{len(told)}::1"
        wide = name.replace("bgtk", "\uff42\uff47\uff54\uff4b")
        told.append([stranger.sign_in(one, "x").status_code for one in [name] * 5 + [wide]])
    assert told[0] == told[1]


def test_ipv4_addresses_written_as_ipv6_are_networks_of_their_own(app: Flask, admin: int) -> None:
    """A server that listens on both kinds of addresses writes them so; one stranger would use up everybody's tries."""
    stranger = AdminBrowser(app.test_client())
    stranger.client.environ_base["REMOTE_ADDR"] = "::ffff:192.0.2.1"
    for _ in range(6):
        answer = stranger.sign_in(LOGIN, "x")
    assert answer.status_code == 429
    other = AdminBrowser(app.test_client())
    other.client.environ_base["REMOTE_ADDR"] = "::ffff:198.51.100.7"
    assert other.sign_in(LOGIN).status_code == 303
