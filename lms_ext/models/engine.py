"""How connections behave on each engine."""

import select
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from sqlite3 import Connection as SqliteConnection
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import Session, scoped_session
from sqlalchemy.pool import ConnectionPoolEntry

from lms_ext.models.statements import tell

_writing: ContextVar[bool] = ContextVar("writing", default=True)
"""Whether the next transaction of this context may write. On SQLite a writer must say so when it begins: a read transaction
that turns into a write fails at once if another writer was faster (SQLITE_BUSY_SNAPSHOT), no timeout helps."""


def engine_options(database_url: str) -> dict[str, Any]:
    """Give the options for `create_engine`. Parameters stay out of error texts: they hold people's words."""
    if database_url.startswith("sqlite"):
        return {"connect_args": {"timeout": 10, "check_same_thread": False}, "hide_parameters": True}
    return {"pool_size": 10, "max_overflow": 20, "pool_timeout": 10, "hide_parameters": True}


IDLE_SECONDS = 30
"""How long a transaction on PostgreSQL may wait for its process; no caller talks to others or to people within one."""


def prepare(engine: Engine) -> None:
    """Set up an engine's connections: SQLite gets WAL, full durability, foreign keys and explicit transactions."""
    if engine.dialect.name != "sqlite":
        event.listen(engine, "connect", _bound_idleness)
        event.listen(engine, "checkout", _discard_dead)
        return

    @event.listens_for(engine, "connect")
    def _connect(connection: SqliteConnection, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, see _begin
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        tell(connection, "BEGIN IMMEDIATE" if _writing.get() else "BEGIN")


def _bound_idleness(connection: Any, _record: object) -> None:
    """Let the server end a transaction whose process stands still, e.g. a paused machine: its locks would stop the others.

    Said by a statement: PgBouncer refuses to start a connection that brings the setting along.
    """
    connection.autocommit = True
    connection.execute(f"SET idle_in_transaction_session_timeout = '{IDLE_SECONDS}s'")
    connection.autocommit = False


def _discard_dead(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
    """Replace a pooled connection that the server has ended, e.g. by a restart, before a request would fail on it.

    An idle connection has nothing to read unless the server said goodbye. Looking costs microseconds, where a ping
    (SQLAlchemy's ``pool_pre_ping``) costs a round trip at every request.
    """
    if not record.info.get("used"):
        record.info["used"] = True
        return
    ready = select.poll()
    ready.register(connection.fileno(), select.POLLIN)
    if ready.poll(0):
        raise InvalidatePoolError


def reads_only() -> None:
    """Promise that the next transactions of this context only read."""
    _writing.set(False)


@contextmanager
def reading() -> Iterator[None]:
    """Let the transactions that begin inside only read, whatever their caller is doing.

    For what is looked up beside a request's own transaction: on SQLite a second writer would wait for the first, which waits for
    it, until both fail.
    """
    before = _writing.set(False)
    try:
        yield
    finally:
        _writing.reset(before)


def begin_reading(session: Session | scoped_session[Any]) -> None:
    """Promise that this request only reads. PostgreSQL then opens no transaction: no BEGIN and ROLLBACK to wait for.

    Nothing is lost by it: under READ COMMITTED each statement sees its own moment anyway.
    """
    reads_only()
    current = session() if isinstance(session, scoped_session) else session
    if not current.in_transaction() and current.get_bind().dialect.name == "postgresql":
        current.connection(execution_options={"isolation_level": "AUTOCOMMIT"})


def may_write() -> None:
    """Let the next transactions of this context write."""
    _writing.set(True)


def begin_writing(session: Session | scoped_session[Any]) -> None:
    """End a reading transaction, so that what follows may write; what was read before must be read again."""
    if not _writing.get():
        session.rollback()
        _writing.set(True)
