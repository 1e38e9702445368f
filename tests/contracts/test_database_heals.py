"""A database that restarts fails no later request: pooled connections that it ended are replaced."""

import pytest
from flask import Flask
from sqlalchemy import create_engine, text

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
