"""Launches race: a form is good for one launch, and parallel first launches of one browser all succeed."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from lms_ext.models import LaunchSession, Person, Space, UsedState, db
from lms_ext.settings import Settings
from tests.support.apps import application
from tests.support.platform import KeyServer, begin, claims, post, token


def at_once(number: int, work: Callable[[int], TestResponse]) -> list[TestResponse]:
    """Run all at the same moment, each in its own thread."""
    gate = threading.Barrier(number)

    def run(index: int) -> TestResponse:
        gate.wait()
        return work(index)

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(run, range(number)))


def count(table: type) -> int:
    db.session.rollback()
    return db.session.execute(select(func.count()).select_from(table)).scalar_one()


def test_the_same_form_posted_50_times_at_once_launches_once(app: Flask, keys: KeyServer) -> None:
    client = app.test_client()
    begun = begin(client)
    form = {"state": begun.state, "id_token": token(claims(begun.nonce))}
    cookies = begun.response.headers["Set-Cookie"].partition(";")[0]

    def send(_: int) -> TestResponse:
        return app.test_client(use_cookies=False).post(
            "/lti/launch", data=form, base_url="https://localhost", headers={"Cookie": cookies}
        )

    answers = [one.status_code for one in at_once(50, send)]
    assert sorted(answers) == [303] + [401] * 49
    assert (count(UsedState), count(LaunchSession), count(Person)) == (1, 1, 1)


def test_100_parallel_first_launches_from_one_cookie_jar_all_succeed(app: Flask, keys: KeyServer) -> None:
    client = app.test_client()
    begun = [begin(client) for _ in range(100)]
    jar = "; ".join(one.response.headers["Set-Cookie"].partition(";")[0] for one in begun)
    forms = [{"state": one.state, "id_token": token(claims(one.nonce))} for one in begun]

    def send(index: int) -> TestResponse:
        return app.test_client(use_cookies=False).post(
            "/lti/launch", data=forms[index], base_url="https://localhost", headers={"Cookie": jar}
        )

    answers = [one.status_code for one in at_once(100, send)]
    assert answers == [303] * 100
    assert (count(LaunchSession), count(Person), count(Space)) == (100, 1, 1)
    assert keys.hits == 1


def test_a_used_form_stays_used_after_a_restart(app: Flask, keys: KeyServer, settings: Settings) -> None:
    client = app.test_client()
    begun = begin(client)
    form = {"state": begun.state, "id_token": token(claims(begun.nonce))}
    cookies = begun.response.headers["Set-Cookie"].partition(";")[0]
    assert post(client, **form).status_code == 303
    with application(settings) as again:
        answer = again.test_client(use_cookies=False).post(
            "/lti/launch", data=form, base_url="https://localhost", headers={"Cookie": cookies}
        )
    assert answer.status_code == 401
