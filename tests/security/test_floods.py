"""A flood of logins or of made-up keys costs no rows, no growing memory and no flood of calls to the platform."""

import gc
import itertools
import time
import tracemalloc

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select

from lms_ext.models import db, utcnow
from lms_ext.models.admin_desk import RefusedLaunch
from lms_ext.web.tool import tool
from tests.security.test_walker import everything
from tests.support.platform import KeyServer, begin, claims, login_params, post, token

HTTPS = "https://localhost"


def test_ten_thousand_logins_leave_nothing(client: FlaskClient, keys: KeyServer) -> None:
    before = everything()
    lti = tool().lti

    def log_in(times: int) -> None:
        for number in range(times):
            given = {name: [value] for name, value in login_params(login_hint=f"{number}-{'x' * 300}").items()}
            lti.begin_login(given, utcnow())

    log_in(200)
    db.session.remove()
    gc.collect()
    tracemalloc.start()
    log_in(10_000)
    gc.collect()
    grown = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert grown < 300_000, grown
    for _ in range(100):
        assert begin(client).response.status_code == 302
    assert everything() == before


def test_refused_logins_of_made_up_platforms_leave_few_lines(client: FlaskClient, keys: KeyServer) -> None:
    for number in range(300):
        assert begin(client, iss=f"https://made-up-{number}.example").response.status_code in {400, 401, 403, 404}
    db.session.rollback()
    assert db.session.execute(select(func.count()).select_from(RefusedLaunch)).scalar_one() <= 5


def test_three_hundred_made_up_keys_are_one_call_to_the_platform(app: Flask, keys: KeyServer) -> None:
    browsers = itertools.cycle([app.test_client() for _ in range(3)])
    began = time.monotonic()
    for number in range(300):
        browser = next(browsers)
        begun = begin(browser)
        header = {"alg": "RS256", "kid": f"made-up-{number}"}
        answer = post(browser, state=begun.state, id_token=token(claims(begun.nonce), header=header))
        assert answer.status_code == 401
    assert keys.hits <= 1 + (time.monotonic() - began) // 30, "one call in 30 seconds, however slow the machine is"
    kept = tool().lti.keys._kept
    assert [set(one.keys) for one in kept.values()] == [{"k1"}]


def test_a_platform_that_is_down_is_not_asked_at_each_launch(client: FlaskClient, keys: KeyServer) -> None:
    keys.status = 500
    for _ in range(40):
        begun = begin(client)
        assert post(client, state=begun.state, id_token=token(claims(begun.nonce))).status_code == 503
    assert keys.hits == 1


def test_logins_of_made_up_platforms_read_no_table_each(client: FlaskClient, keys: KeyServer) -> None:
    """Anybody can send them: each would else read every registration and deployment while all others wait."""
    read: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        read.extend(["read"] if "FROM deployment" in statement else [])

    assert begin(client).response.status_code == 302
    event.listen(db.engine, "before_cursor_execute", count)
    try:
        began = time.monotonic()
        for number in range(60):
            assert begin(client, iss=f"https://made-up-{number}.example").response.status_code == 403
        seconds = time.monotonic() - began
    finally:
        event.remove(db.engine, "before_cursor_execute", count)
    assert len(read) <= 2 + 2 * seconds, "a process looks again every half second at most"
