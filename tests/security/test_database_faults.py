"""A database that is busy, full or restarting: 503 with Retry-After, so that browsers and scripts try again; nothing is lost."""

import sqlite3
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import event, text

from lms_ext.models import Draft, db, engine
from tests.support.platform import KeyServer
from tests.support.published import Visitor


def kill_connections() -> None:
    """Do what a restart of PostgreSQL does to the connections that are in use."""
    with db.engine.connect() as other:
        other.execute(text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
                           "AND datname = current_database()"))  # fmt: skip


def test_a_lost_connection_asks_to_try_again(client: FlaskClient, keys: KeyServer) -> None:
    learner = Visitor(client)
    page = learner.get()
    db.session.remove()

    if db.engine.dialect.name == "postgresql":
        once = [True]

        @event.listens_for(db.engine, "before_cursor_execute")
        def _cut(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
            if once and statement.startswith("INSERT INTO draft"):
                once.clear()
                kill_connections()

        answer = learner.draft(page, note="Saya belajar.")
    else:
        db.engine.dispose()
        event.listen(db.engine, "connect", lambda connection, _record: connection.execute("PRAGMA busy_timeout=50"))
        with sqlite3.connect(db.engine.url.database or "") as other:
            other.isolation_level = None
            other.execute("BEGIN IMMEDIATE")
            answer = learner.draft(page, note="Saya belajar.")
            other.execute("ROLLBACK")
    assert (answer.status_code, answer.json["code"]) == (503, "busy")
    db.session.remove()  # as at the end of a request on a server
    assert 1 <= int(answer.headers["Retry-After"]) <= 30
    assert learner.draft(page, note="Saya belajar.").status_code == 200
    assert db.session.query(Draft).one().value == ["Saya belajar."]


def test_a_request_that_writes_says_so_whatever_its_thread_did_before(client: FlaskClient, keys: KeyServer) -> None:
    """A thread that served a page keeps its promise to read only; on SQLite the next form's transaction would then fail when
    another writer was faster.
    """
    learner = Visitor(client)
    learner.get()
    page = learner.get()  # the first visit wrote: it began the attempt
    db.session.remove()
    begun: list[bool] = []

    @event.listens_for(db.engine, "begin")
    def _begun(_connection: Any) -> None:
        begun.append(bool(engine._writing.get()))

    assert learner.draft(page, note="Satu.").status_code == 200
    assert begun == [True]
