"""Statements of the hot paths: written with SQLAlchemy's Core, compiled once, run on the driver's cursor."""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Dialect, UpdateBase
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, scoped_session
from sqlalchemy.sql.selectable import ReturnsRows

_Process = Callable[[Any], Any]
Runs = Session | scoped_session[Any] | Connection
"""What a statement runs in: a session's transaction, or a connection's where no objects are needed."""


def tell(connection: Connection, sql: str) -> None:
    """Run a text that has neither values nor rows, such as BEGIN."""
    cursor = connection.connection.cursor()
    try:
        cursor.execute(sql)
    except connection.dialect.loaded_dbapi.Error as error:
        raise _wrapped(connection, cursor, sql, error) from error
    finally:
        cursor.close()


class Statement:
    """One statement with named values, always the same, that runs in its caller's transaction.

    SQLAlchemy spends three times as long on a small statement as the driver does: it looks the compiled text up, makes a context
    and a result for it. Here text, order of values and conversions are worked out once for each engine. Changes that the ORM
    holds back are not flushed first.
    """

    def __init__(self, build: Callable[[str], Any], keys: Sequence[str] | None = None) -> None:
        """Take a function that gives the statement for ``postgresql`` or ``sqlite``; `keys` are the columns of an INSERT."""
        self._build = build
        self._keys = keys
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, session: Runs, values: Mapping[str, Any]) -> list[Any]:
        """Give all rows, as named tuples."""
        return self._run(session, values)

    def one(self, session: Runs, values: Mapping[str, Any]) -> Any:
        """Give the only row, or None."""
        found = self._run(session, values)
        return found[0] if found else None

    def value(self, session: Runs, values: Mapping[str, Any]) -> Any:
        """Give the first column of the only row, or None."""
        found = self._run(session, values)
        return found[0][0] if found else None

    def _run(self, session: Runs, values: Mapping[str, Any]) -> list[Any]:
        connection = session if isinstance(session, Connection) else session.connection()
        dialect = connection.dialect
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = _Compiled(self._build(dialect.name), dialect, self._keys)
        return compiled.run(connection, values)


class _Compiled:
    """A statement for one kind of engine."""

    def __init__(self, statement: UpdateBase | ReturnsRows, dialect: Dialect, keys: Sequence[str] | None) -> None:
        made: Any = statement.compile(dialect=dialect, column_keys=keys)
        left = [*made.update_prefetch, *made.post_compile_params]
        if left:
            raise TypeError(f"defaults of updates and lists (IN) are not filled in here: {left}")
        self._defaults = [(column.key, column.default) for column in made.insert_prefetch]
        self._sql = str(made)
        binds = {name: bind for bind, name in made.bind_names.items()}
        self._fixed = {name: made.params[name] for name in made.params if name not in binds or binds[name].value is not None}
        self._order: Sequence[str] | None = made.positiontup
        self._convert = [
            (name, convert)
            for name, bind in binds.items()
            if (convert := bind.type.dialect_impl(dialect).bind_processor(dialect)) is not None
        ]
        self._columns = list(statement.exported_columns)
        self._row = _row_type(statement.exported_columns.keys())
        self._read: list[tuple[int, _Process]] | None = None

    def run(self, connection: Connection, values: Mapping[str, Any]) -> list[Any]:
        """Execute and fetch; faults of the driver are raised as SQLAlchemy raises them."""
        sent: Any = {**self._fixed, **values}
        for name, default in self._defaults:
            sent[name] = default.arg if default.is_scalar else default.arg(None)
        for name, convert in self._convert:
            sent[name] = convert(sent[name])
        if self._order is not None:
            sent = tuple([sent[name] for name in self._order])
        cursor = connection.connection.cursor()
        try:
            for note in connection.engine.dispatch.before_cursor_execute:
                note(connection, cursor, self._sql, sent, None, False)
            cursor.execute(self._sql, sent)
            return self._rows(cursor.fetchall(), cursor, connection.dialect) if self._columns else []
        except connection.dialect.loaded_dbapi.Error as error:
            raise _wrapped(connection, cursor, self._sql, error) from error
        finally:
            cursor.close()

    def _rows(self, found: Sequence[Any], cursor: Any, dialect: Dialect) -> list[Any]:
        if self._read is None:
            self._read = [
                (at, convert)
                for at, column in enumerate(self._columns)
                if (convert := _result_processor(column, dialect, cursor.description[at][1])) is not None
            ]
        rows = []
        for one in found:
            row = list(one)
            for at, convert in self._read:
                row[at] = convert(row[at])
            rows.append(self._row._make(row))
        return rows


def _row_type(names: Any) -> Any:
    return namedtuple("Row", names)  # noqa: PYI024 - its fields are those of the statement


def _result_processor(column: Any, dialect: Dialect, code: Any) -> _Process | None:
    found: _Process | None = column.type.dialect_impl(dialect).result_processor(dialect, code)
    return found


def _wrapped(connection: Connection, cursor: Any, sql: str, error: Exception) -> BaseException:
    """Give SQLAlchemy's exception for a driver's, without the values: people's words. A dead connection leaves the pool."""
    dialect = connection.dialect
    gone = dialect.is_disconnect(error, connection.connection.driver_connection, cursor)  # type: ignore[arg-type]  # a driver's error
    if gone:
        connection.invalidate(error)
    return DBAPIError.instance(
        sql, None, error, dialect.loaded_dbapi.Error, hide_parameters=True, connection_invalidated=gone, dialect=dialect
    )
