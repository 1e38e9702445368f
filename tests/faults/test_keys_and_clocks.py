"""Keys that are rotated while people launch (F10) or while platforms remember ours (F11); clocks that differ (F17)."""

# ruff: noqa: F811 - fixtures of another file

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from time import time
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from lms_ext.domain.refusals import refusal
from lms_ext.lti.tool_keys import make_key
from lms_ext.models import LaunchSession, PlatformKeySet, Submission, db
from lms_ext.services import tool_keys
from lms_ext.web.tool import tool
from tests.journeys.test_activity import Learner, app, count  # noqa: F401 - fixtures
from tests.support.platform import KEY, OTHER_KEY, KeyServer, begin, claims, jwk, launch, post, token

LAUNCHES = 200
NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)


def half_a_minute_passes() -> None:
    """Let the one fetch that all processes have in 30 s be free again."""
    tried = db.session.execute(select(PlatformKeySet.attempted_at)).scalar_one()
    assert tried
    db.session.execute(update(PlatformKeySet).values(attempted_at=tried - timedelta(seconds=31)))
    db.session.commit()


def test_f10_a_platform_that_rotates_its_key_during_200_launches_loses_none(app: Flask, keys: KeyServer) -> None:
    assert launch(app.test_client()).status_code == 303
    half_a_minute_passes()
    rotated = threading.Event()

    def one(number: int) -> int:
        if number == LAUNCHES // 3:
            keys.body = json.dumps({"keys": [jwk(OTHER_KEY, "k2"), jwk(KEY, "k1")]}).encode()
            rotated.set()
        client = app.test_client()
        begun = begin(client)
        key, kid = (OTHER_KEY, "k2") if rotated.is_set() and number % 2 else (KEY, "k1")
        signed = token(claims(begun.nonce), key=key, header={"alg": "RS256", "typ": "JWT", "kid": kid})
        return post(client, state=begun.state, id_token=signed).status_code

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(one, range(LAUNCHES)))
    assert answers == [303] * LAUNCHES
    assert keys.hits == 2, "one fetch at first, one for the new key"
    assert count(LaunchSession) == LAUNCHES + 1


def test_f10_a_key_that_replaces_all_others_works_at_once(client: FlaskClient, keys: KeyServer) -> None:
    assert launch(client).status_code == 303
    half_a_minute_passes()
    keys.body = json.dumps({"keys": [jwk(OTHER_KEY, "k2")]}).encode()
    begun = begin(client)
    signed = token(claims(begun.nonce), key=OTHER_KEY, header={"alg": "RS256", "typ": "JWT", "kid": "k2"})
    assert post(client, state=begun.state, id_token=signed).status_code == 303


@pytest.mark.parametrize(
    ("status", "body"), [(503, b'{"keys": []}'), (200, b"<html>"), (200, b'{"keys": []}'), (200, b"x" * 10_000_000), (500, b"")],
    ids=["503 json", "html", "empty", "10 MB", "500"],
)  # fmt: skip
def test_f10_a_key_set_that_fails_does_no_harm_to_keys_we_know(
    client: FlaskClient, keys: KeyServer, status: int, body: bytes
) -> None:
    assert launch(client).status_code == 303
    hours_pass(20)
    keys.status, keys.body = status, body
    assert launch(client).status_code == 303, "the last good keys serve for a day"
    assert keys.hits == 2
    hours_pass(5)
    assert launch(client).status_code == 401, "and not for longer"
    half_a_minute_passes()
    keys.status, keys.body = 200, json.dumps({"keys": [jwk(KEY, "k1")]}).encode()
    assert launch(client).status_code == 303


def hours_pass(hours: int) -> None:
    db.session.rollback()
    row = db.session.execute(select(PlatformKeySet)).scalar_one()
    for name in ("attempted_at", "fetched_at", "fresh_until"):
        setattr(row, name, getattr(row, name) - timedelta(hours=hours))
    db.session.commit()
    tool().lti.keys._kept.clear()  # what this process remembers has aged as well


@pytest.fixture
def rotated(app: Flask) -> tuple[str, str]:
    """Give the kids of our key and of the one that follows it, added at noon."""
    old, new = make_key("old"), make_key("new")
    tool_keys.add(db.session, tool().sealer, old, NOON - timedelta(days=30), at_once=True)
    tool_keys.add(db.session, tool().sealer, new, NOON)
    db.session.commit()
    return "old", "new"


@pytest.mark.parametrize(
    ("remembers", "phase"), [(60, 0), (60, 20), (60, 59), (1440, 0), (1440, 700), (1440, 1439)],
)  # fmt: skip
def test_f11_platforms_that_remember_our_keys_for_an_hour_or_a_day_refuse_nothing(
    rotated: tuple[str, str], remembers: int, phase: int
) -> None:
    """A platform reads our keys every hour or day, `phase` minutes past; we sign for days around the rotation."""
    known: set[str] = set()
    used = []
    lead = int(tool_keys.LEAD.total_seconds()) // 60
    for minute in range(phase - remembers, lead + 180):
        now = NOON + timedelta(minutes=minute)
        if (minute - phase) % remembers == 0:
            known = {one.kid for one in tool_keys.published(db.session, now)}
        if minute % 20 and abs(minute - lead) > 2:
            continue
        for chosen_at in (now, now - timedelta(seconds=59)):  # a process keeps its choice for a minute
            signing = tool_keys.signing(db.session, chosen_at)
            assert signing
            assert signing.kid in known
            used.append(signing.kid)
    assert used[::2] == sorted(used[::2], reverse=True), "first the old key, then the new one"
    assert set(used) == set(rotated)


def test_f11_both_keys_are_published_for_more_than_a_day(rotated: tuple[str, str]) -> None:
    for hours in (0, 24, 48, 49, 48 + 25):
        assert {one.kid for one in tool_keys.published(db.session, NOON + timedelta(hours=hours))} == set(rotated)


@pytest.mark.parametrize(
    ("skew", "life", "code"),
    [
        (0, 60, ""), (50, 60, ""), (-50, 60, ""), (-100, 60, ""), (-300, 3600, ""),
        (80, 60, "clock-skew"), (300, 60, "clock-skew"), (300, 3600, "clock-skew"), (-130, 60, "token-expired"),
        (-300, 60, "token-expired"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("claim", ["iat", "nbf"])
def test_f17_a_platforms_clock_may_differ_by_a_minute_and_what_is_wrong_is_told(
    client: FlaskClient, keys: KeyServer, claim: str, skew: int, life: int, code: str
) -> None:
    now = int(time()) + skew
    answer = launch(client, **{"iat": now, "exp": now + life, claim: now})
    assert answer.status_code == (401 if code else 303)
    if code:
        assert refusal(code).message["id"] in answer.text


@pytest.mark.parametrize("years", [-2, 2])
def test_f17_a_device_whose_clock_is_years_off_saves_and_hands_in(client: FlaskClient, keys: KeyServer, years: int) -> None:
    learner = Learner(client)
    page = learner.get()
    device = int((time() + years * 365 * 86_400) * 1000)
    assert learner.save(page, "a", total=("4", device, 0)).json["saved"]["total"]["rev"] == 1
    assert learner.save(page, "a", total=("5", device + 1, 1)).json["saved"]["total"]["rev"] == 2
    fresh = learner.get()
    assert 'value="5"' in fresh
    assert learner.send(fresh, total="5", note="dari formulir", action="submit").status_code == 303
    answer: Any = db.session.execute(select(Submission.answer)).scalar_one()
    assert answer["note"] == ["dari formulir"]
