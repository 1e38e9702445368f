"""A database that is busy, full or restarting: 503 with Retry-After, so that browsers and scripts try again; nothing is lost."""

import json
import sqlite3
from typing import Any

from flask import Response
from flask.testing import FlaskClient
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from lms_ext import logs
from lms_ext.lti.keyset import KeyRing
from lms_ext.lti.tool_keys import Signer
from lms_ext.models import Draft, db, engine, utcnow
from lms_ext.web.tool import new_session, tool
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


def test_what_is_looked_up_beside_a_transaction_that_writes_does_not_wait_for_it(client: FlaskClient, keys: KeyServer) -> None:
    """Platforms and keys are read again every few seconds, in a session of their own, whatever the request has open by then.

    On SQLite a second writer would wait for the first, which waits for it: ten seconds, then a fault.
    """
    Visitor(client).get()
    lti, now = tool().lti, utcnow()
    claims = {"sub": "x"}
    db.session.remove()  # as at the end of a request
    lti.signer.sign(claims)  # the first key is made where nothing else is open
    engine.may_write()
    db.session.execute(text("UPDATE person SET name = name"))
    lti.registry.forget()
    platform = lti.registry.all().popitem()[1]
    assert platform.issuer == "https://lms.example"
    assert Signer(new_session, lti.sealer).sign(claims)
    assert KeyRing(lti.outbound, new_session).key(platform, "k1", now)
    assert lti.key_set(now)["keys"]
    assert engine._writing.get(), "the caller goes on as it was"
    db.session.commit()


def test_a_fault_after_the_view_is_logged_and_answered_like_any_other(client: FlaskClient, capsys: Any) -> None:
    logs.configure()
    faults: list[Exception] = [OperationalError("SELECT", {}, Exception())]

    @client.application.after_request
    def _fails(response: Response) -> Response:
        if faults:  # the page that says so comes by here as well
            raise faults.pop(0)
        return response

    busy = client.get("/", headers={"Accept": "application/json"})
    assert (busy.status_code, busy.json["code"], busy.headers["Retry-After"]) == (503, "busy", "5")
    faults.append(ValueError("words of a person"))
    fault = client.get("/", headers={"Accept": "application/json"})
    assert (fault.status_code, fault.json["code"]) == (500, "fault")
    logged = [json.loads(one) for one in capsys.readouterr().err.splitlines()]
    assert {"database.away", "fault"} <= {one["event"] for one in logged}
    assert any("_fails" in place for one in logged for place in one.get("where", []))
