"""Statements on the driver's cursor behave as SQLAlchemy's own do."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from flask import Flask
from sqlalchemy import bindparam, event, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from lms_ext.models import Draft, Person, Platform, Space, UsedState, db
from lms_ext.models.statements import Statement

KEY = {"platform_id": 1, "space_id": 2, "attempt_id": 3, "field": "q"}
AT = datetime(2026, 11, 24, 12, 30, tzinfo=timezone(timedelta(hours=7)))
_DRAFT = Statement(
    lambda _: insert(Draft), keys=("platform_id", "space_id", "attempt_id", "field", "value", "tab", "n", "saved_at")
)
_READ = Statement(lambda _: select(Draft.value, Draft.rev, Draft.saved_at).where(Draft.attempt_id == bindparam("attempt_id")))
_USE = Statement(lambda _: insert(UsedState), keys=("platform_id", "state_id", "expires_at"))


def test_values_come_back_as_the_types_of_their_columns_and_defaults_are_filled_in(app: Flask) -> None:
    _DRAFT.rows(db.session, {**KEY, "value": ["é", "'"], "tab": "t", "n": 1 << 40, "saved_at": AT})
    read = _READ.one(db.session, {"attempt_id": 3})
    assert (read.value, read.rev, read.saved_at) == (["é", "'"], 1, AT)
    assert read.saved_at.tzinfo == UTC
    assert db.session.get(Draft, tuple(KEY.values())).n == 1 << 40


def test_nothing_found_is_no_row_and_no_value(app: Flask) -> None:
    assert _READ.rows(db.session, {"attempt_id": 9}) == []
    assert _READ.one(db.session, {"attempt_id": 9}) is None
    assert _READ.value(db.session, {"attempt_id": 9}) is None


def test_it_runs_in_the_transaction_of_its_caller(app: Flask) -> None:
    values = {"platform_id": 1, "state_id": "s", "expires_at": AT}
    _USE.rows(db.session, values)
    db.session.rollback()
    assert db.session.get(UsedState, (1, "s")) is None
    db.session.rollback()
    with db.engine.begin() as connection:
        _USE.rows(connection, values)
    assert db.session.get(UsedState, (1, "s")) is not None


def test_faults_are_sqlalchemys_own_and_hold_nobodys_words(app: Flask) -> None:
    values = {"platform_id": 1, "state_id": "rahasia", "expires_at": AT}
    _USE.rows(db.session, values)
    with pytest.raises(IntegrityError) as caught:
        _USE.rows(db.session, values)
    assert "rahasia" not in str(caught.value.statement)
    assert caught.value.params is None
    db.session.rollback()
    broken = Statement(lambda _: text("SELECT nothing FROM nowhere").columns(Person.name))
    with pytest.raises(DBAPIError):
        broken.rows(db.session, {})


def test_listeners_of_the_engine_hear_it(app: Flask) -> None:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    _READ.rows(db.session, {"attempt_id": 1})
    event.remove(db.engine, "before_cursor_execute", note)
    assert any("FROM draft" in one for one in seen)


def test_a_list_of_values_is_refused_because_its_length_would_be_fixed(app: Flask) -> None:
    listed = Statement(lambda _: select(Space.id).where(Space.id.in_(bindparam("ids", expanding=True))))
    with pytest.raises(TypeError):
        listed.rows(db.session, {"ids": [1, 2]})


def test_a_connection_that_the_server_ended_is_not_used_again(app: Flask) -> None:
    if db.engine.dialect.name == "sqlite":
        pytest.skip("a file has no server")
    pid = db.session.execute(text("SELECT pg_backend_pid()")).scalar_one()
    with db.engine.connect() as admin:
        admin.execute(text("SELECT pg_terminate_backend(:pid, 2000)"), {"pid": pid})
    platforms = Statement(lambda _: select(Platform.id))
    with pytest.raises(DBAPIError) as caught:
        platforms.rows(db.session, {})
    assert caught.value.connection_invalidated
    db.session.rollback()
    assert platforms.rows(db.session, {}) == []
