"""Many rows at once."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from lms_ext.services.seats import Db

_CHUNK = 1000


def chunks(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Cut a list so that a statement with its values stays small."""
    return (values[at : at + _CHUNK] for at in range(0, len(values), _CHUNK))


def add_missing(session: Db, table: Any, rows: Sequence[dict[str, Any]]) -> None:
    """Insert what is not there; what another transaction has inserted meanwhile stays."""
    if rows:
        insert = (postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert)(table.__table__)
        session.execute(insert.on_conflict_do_nothing(), rows)
