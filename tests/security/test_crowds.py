"""Many at once: a school behind one address is served, one that takes all is held to its share, and who waits loses nothing."""

import re
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from lms_ext.app import create_app
from lms_ext.models import LaunchSession, RefusedLaunch, SignInPace, UsedState, db
from lms_ext.services.shared_pace import Pace
from lms_ext.settings import Settings
from lms_ext.web import messages, sessions
from lms_ext.web.throttle import Crowd, Shares, Throttle
from lms_ext.web.tool import tool
from tests.support.platform import KeyServer, begin, claims, launch, login_params, post, register, token

HTTPS = "https://localhost"
GREEDY, MODEST = "https://greedy.example", "https://modest.example"


def log_in(client: FlaskClient, **changes: Any) -> TestResponse:
    return client.get("/lti/login", query_string=login_params(**changes), base_url=HTTPS)


def narrow(crowd: Crowd, *, capacity: int = 10_000, browser: int = 10_000, network: int = 10_000) -> None:
    """Make the numbers small, and the window longer than any test."""
    crowd._networks = Throttle(per_minute=0.001, burst=network)
    crowd._shares = Shares(capacity=capacity, seconds=1e9)
    crowd._browsers = Throttle(per_minute=0.001, burst=browser)


def test_a_workshop_behind_one_address_begins_at_once(app: Flask, keys: KeyServer) -> None:
    for _ in range(600):
        assert log_in(app.test_client()).status_code == 302
    for number in range(60):
        assert launch(app.test_client(), sub=f"kepala-sekolah-{number}").status_code == 303
    crowd = Crowd()
    with app.test_request_context(environ_base={"REMOTE_ADDR": "203.0.113.7"}):
        for number in range(2000):
            crowd.enter(1, f"browser-{number}", str)


def test_one_that_takes_all_leaves_the_others_their_share(app: Flask, keys: KeyServer) -> None:
    register(keys, issuer=GREEDY, client_id="g")
    register(keys, issuer=MODEST, client_id="m")
    tool().lti.registry.forget()
    narrow(tool().logins, capacity=200)
    taken = {GREEDY: 0, MODEST: 0}
    for number in range(600):
        taken[GREEDY] += log_in(app.test_client(), iss=GREEDY, client_id="g").status_code == 302
        if number >= 300 and number % 4 == 0:  # it comes when the other has long had everything
            taken[MODEST] += log_in(app.test_client(), iss=MODEST, client_id="m").status_code == 302
    assert taken[MODEST] == 75, "not one of the modest was refused"
    assert taken[GREEDY] == 301, "alone it had all that it asked for"
    db.session.rollback()
    lines = db.session.execute(select(RefusedLaunch.code, func.count()).group_by(RefusedLaunch.code)).all()
    ((code, number),) = lines
    assert code == "crowded"
    assert number < 100, "its 299 refusals are told in few lines, one in five seconds"


@pytest.mark.parametrize("others", [1, 3, 9])
def test_each_of_many_is_sure_of_its_part(others: int) -> None:
    shares = Shares(capacity=2000, seconds=10)
    got = dict.fromkeys(range(others + 1), 0)
    for window in range(3):
        for call in range(20_000):
            now = window * 10 + call / 2001
            got[0] += not shares.wait(0, now)
            if call % 100 == 0:
                for one in range(1, others + 1):
                    got[one] += not shares.wait(one, now)
    part = 2000 // (others + 1)
    assert all(got[one] == min(3 * 200, 3 * max(part, 200)) for one in range(1, others + 1)), got
    assert 3 * part <= got[0] <= 2000 + 2 * max(part, 1000) + others


def test_what_is_remembered_is_bounded(app: Flask) -> None:
    crowd = Crowd()
    for number in range(25_000):
        address = f"2001:db8:{number % 50_000:x}::1"
        with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
            crowd.enter(number % 7, f"b{number}", str) if number < 900 else crowd._networks.wait(address)
            crowd._browsers.wait(f"b{number}")
    assert len(crowd._networks._buckets) == len(crowd._browsers._buckets) == 10_000
    assert len(crowd._shares._taken) == 7


@pytest.mark.parametrize(("language", "title", "button"), [
    ("id", "Banyak yang membuka sekaligus", "Coba lagi sekarang"), ("en", "Many are opening this at once", "Try again now"),
])  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_who_is_too_fast_waits_on_a_page_that_goes_on_by_itself(
    app: Flask, keys: KeyServer, language: str, title: str, button: str, method: str
) -> None:
    narrow(tool().logins, browser=3)
    browser = app.test_client()
    browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
    browser.set_cookie(sessions.BROWSER_COOKIE, "b1", domain="localhost", secure=True)
    given = login_params(lti_message_hint='a&b=c;d"><script>', lti_deployment_id="1")
    sent: dict[str, Any] = {"query_string": given} if method == "GET" else {"data": given}
    for _ in range(3):
        assert browser.open("/lti/login", method=method, base_url=HTTPS, **sent).status_code == 302
    with app.app_context():  # a language of its own
        refused = browser.open("/lti/login", method=method, base_url=HTTPS, **sent)
    assert refused.status_code == 429
    assert title in refused.text
    assert button in refused.text
    assert "<script>" not in refused.text.partition("<main")[2].partition("</main>")[0].replace("<script src", "")
    wait = int(refused.headers["Retry-After"])
    assert wait >= 1
    again = refused.headers["Refresh"].removeprefix(f"{wait};url=")
    assert again.startswith("/lti/login?")
    assert unescape(re.search(r'href="(/lti/login\?[^"]*)"', refused.text)[1]) == again  # type: ignore[index]  # it is there
    assert "lms.example" in refused.headers["Content-Security-Policy"], "its LMS still shows it"
    narrow(tool().logins)
    later = browser.get(again, base_url=HTTPS)
    assert later.status_code == 302, "nothing of the login was lost"
    assert "lti_message_hint=a%26b%3Dc%3Bd%22%3E%3Cscript%3E" in later.headers["Location"]


def test_a_launch_that_must_wait_is_not_spent(app: Flask, keys: KeyServer) -> None:
    narrow(tool().launches, network=2)
    for number in range(2):
        assert launch(app.test_client(), sub=f"p{number}").status_code == 303
    browser = app.test_client()
    begun = begin(browser)
    form = {"state": begun.state, "id_token": token(claims(begun.nonce))}
    db.session.rollback()
    used = len(db.session.execute(select(UsedState)).all())
    refused = post(browser, **form)
    assert refused.status_code == 429
    assert form["id_token"] not in refused.text
    again = refused.headers["Refresh"].partition("url=")[2]
    db.session.rollback()
    assert len(db.session.execute(select(UsedState)).all()) == used
    assert len(db.session.execute(select(LaunchSession)).all()) == 2
    db.session.rollback()
    narrow(tool().launches)
    assert browser.get(again, base_url=HTTPS).status_code == 302
    assert post(browser, **form).status_code == 303, "nor was the old answer spent"


def test_a_launch_that_cannot_be_begun_again_from_here_says_where_to_go(app: Flask, keys: KeyServer) -> None:
    narrow(tool().launches, network=0)
    browser = app.test_client()
    begun = begin(browser, lti_message_hint="h" * 1500)
    refused = post(browser, state=begun.state, id_token=token(claims(begun.nonce)))
    assert (refused.status_code, "buka lagi aktivitas ini dari kursus Anda" in refused.text) == (429, True)
    assert int(refused.headers["Retry-After"]) >= 1
    assert "Refresh" not in refused.headers


def test_json_clients_are_told_too(app: Flask, keys: KeyServer) -> None:
    narrow(tool().logins, network=0)
    answer = app.test_client().get(
        "/lti/login", query_string=login_params(), base_url=HTTPS, headers={"Accept": "application/json"}
    )
    assert (answer.status_code, answer.get_json()["code"]) == (429, "crowded")
    assert int(answer.headers["Retry-After"]) >= 1


def test_notices_are_counted_by_all_processes_together(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "NOTICES", Pace(20, 36_000))  # nothing comes back while the test runs
    processes = [create_app(replace(settings)) for _ in range(2)]
    answers = []
    for number in range(40):
        with processes[number % 2].app_context():
            answer = processes[number % 2].test_client().post("/lti/notices", json={}, base_url=HTTPS)
            answers.append(answer.status_code)
            db.session.remove()
    assert answers == [400] * 20 + [429] * 20, "each process alone would have let all of them in"
    with processes[0].app_context():
        rows = db.session.execute(select(SignInPace)).scalars().all()
        assert len(rows) == 1
        assert "127.0.0.1" not in rows[0].key, "no address is kept"
        db.session.remove()
    for one in processes:
        with one.app_context():
            db.engine.dispose()
