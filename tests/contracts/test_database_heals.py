"""A database that restarts fails no later request: pooled connections that it ended are replaced."""

import pytest
from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from lms_ext.models import db

pytestmark = pytest.mark.postgres


def test_connections_that_the_server_ended_are_replaced_at_their_next_use(app: Flask) -> None:
    if db.engine.dialect.name == "sqlite":
        pytest.skip("a file has no server")
    first = db.session.execute(text("SELECT pg_backend_pid()")).scalar_one()
    db.session.remove()
    admin = create_engine(db.engine.url)
    with admin.connect() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid, 2000)"), {"pid": first})
    admin.dispose()
    assert db.session.execute(text("SELECT pg_backend_pid()")).scalar_one() != first


def test_a_process_that_stands_still_in_a_transaction_loses_it(app: Flask) -> None:
    """A worker on a paused machine must not keep a platform's lane, nor the newest score, from all the others."""
    if db.engine.dialect.name == "sqlite":
        pytest.skip("a file has no server that could end a transaction")
    shown = "SHOW idle_in_transaction_session_timeout"
    assert db.session.execute(text(shown)).scalar_one() == "30s"
    db.session.rollback()
    db.session.execute(text("SET LOCAL idle_in_transaction_session_timeout = '50ms'"))
    locked = db.session.execute(text("SELECT pg_backend_pid()")).scalar_one()
    other = create_engine(db.engine.url)
    with other.connect() as connection:
        for _ in range(400):
            if not connection.execute(text("SELECT count(*) FROM pg_stat_activity WHERE pid = :pid"), {"pid": locked}).scalar():
                break
            connection.execute(text("SELECT pg_sleep(0.02)"))
            connection.rollback()
    other.dispose()
    with pytest.raises(DBAPIError, match="idle-in-transaction"):
        db.session.execute(text("SELECT 1"))
    db.session.rollback()
    assert db.session.execute(text(shown)).scalar_one() == "30s"
