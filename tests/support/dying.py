"""Do one thing in a process of its own that ends, as by kill -9, before or after one of its commits."""

import multiprocessing
import os
from typing import Any

from flask import Flask

DIED = 9
_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(
    ["lms_ext.app", "lms_ext.worker", "psycopg", "tests.support.databases", "tests.support.sum_plugin"]
)


def _arm(app: Flask, point: int) -> None:
    """Die at a point: 0 before the first commit, 1 after it, 2 before the second …"""
    from lms_ext.models import db

    with app.app_context():
        dialect: Any = db.engine.dialect
    commit, passed = dialect.do_commit, iter(range(1000))

    def do_commit(connection: Any) -> None:
        if next(passed) == point:
            os._exit(DIED)
        commit(connection)
        if next(passed) == point:
            os._exit(DIED)

    dialect.do_commit = do_commit


def _app(database_url: str, point: int) -> Flask:
    from lms_ext.app import create_app
    from tests.support import sum_plugin
    from tests.support.databases import test_settings

    app = create_app(test_settings(database_url), extra_plugins={"sum": sum_plugin})
    _arm(app, point)
    return app


def _post(database_url: str, point: int, path: str, form: dict[str, str], cookies: str) -> None:
    client = _app(database_url, point).test_client(use_cookies=False)
    answer = client.post(path, data=form, base_url="https://localhost", headers={"Cookie": cookies})
    os._exit(0 if answer.status_code == 303 else 1)


def _deliver(database_url: str, point: int) -> None:
    from lms_ext.worker import Worker

    app = _app(database_url, point)
    with app.app_context():
        Worker(app).once()
    os._exit(0)


def _run(target: Any, *arguments: Any) -> bool:
    child = _SERVER.Process(target=target, args=arguments)
    child.start()
    child.join(60)
    assert child.exitcode in {0, DIED}, child.exitcode
    return child.exitcode == DIED


def post(database_url: str, point: int, path: str, form: dict[str, str], cookies: str) -> bool:
    """Post a form; tells whether the process died on it, as it does not when it makes fewer commits."""
    return _run(_post, database_url, point, path, form, cookies)


def deliver(database_url: str, point: int) -> bool:
    """Let a worker send what is due; tells whether it died on it."""
    return _run(_deliver, database_url, point)
