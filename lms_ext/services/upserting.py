"""Insert or update in one statement, so that parallel first launches meet in one row."""

from functools import cache
from typing import Any

from sqlalchemy import Table, func
from sqlalchemy.dialects import postgresql, sqlite

from lms_ext.models import new_id
from lms_ext.models.statements import Runs, Statement


def upsert(
    session: Runs, table: type[Any], key: dict[str, Any], values: dict[str, Any], *, has_id: bool = True, **only_new: Any
) -> int:
    """Insert, or update what was told, in one statement that parallel first launches survive; gives the row's id.

    For a person that is the id under which their work is kept.
    """
    row = {**key, **values, **only_new, **({"id": new_id()} if has_id else {})}
    statement = _statement(table.__table__, tuple(key), tuple(values), tuple(row), "id" if has_id else "platform_id")
    return int(statement.value(session, row))


@cache
def _statement(table: Table, key: tuple[str, ...], values: tuple[str, ...], columns: tuple[str, ...], wanted: str) -> Statement:
    def build(dialect: str) -> Any:
        statement = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(table)
        # updating the key to itself makes RETURNING give the row that was there
        changed = {name: statement.excluded[name] for name in values or key[:1]}
        given = func.coalesce(table.c.work_of, table.c.id).label("id") if "work_of" in table.c else table.c[wanted]
        return statement.on_conflict_do_update(index_elements=list(key), set_=changed).returning(given)

    return Statement(build, keys=columns)
