"""Alembic runs inside the application: its engine, its tables."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.runtime.migration import MigrationContext
from click import ClickException
from flask import current_app
from sqlalchemy import JSON, Connection

from lms_ext.models import engine
from lms_ext.models.base import UtcDateTime

database = current_app.extensions["migrate"].db
engine.may_write()


def render_item(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Write our column types as plain ones: a migration must not change when the application's code does."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, JSON):
        autogen.imports.add("from sqlalchemy.dialects.postgresql import JSONB")
        return 'sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")'
    return False


def keep_keys(connection: Connection, *, on: bool) -> None:
    """Switch SQLite's watch over foreign keys; it heeds that outside of transactions only.

    To change a table, SQLite copies it and drops the old one. Under watch that drop fails, or deletes what refers to its rows.
    """
    if connection.dialect.name == "sqlite":
        watched: Any = connection.connection.driver_connection
        watched.execute(f"PRAGMA foreign_keys={'ON' if on else 'OFF'}")


def check_keys(ctx: MigrationContext, **_told: Any) -> None:
    """Undo a migration that leaves rows without what they refer to: the watch is off."""
    connection = ctx.connection
    if connection is not None and connection.dialect.name == "sqlite":
        lost = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if lost:
            raise ClickException(
                "Basis data tidak diubah: ada baris yang merujuk baris yang sudah tidak ada. "
                f"/ The database was not changed: rows refer to others that are gone. {sorted({one[0] for one in lost})}"
            )


with database.engine.connect() as connection:
    keep_keys(connection, on=False)
    try:
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            render_item=render_item,
            on_version_apply=check_keys,
            **current_app.extensions["migrate"].configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()
    finally:
        connection.rollback()
        keep_keys(connection, on=True)
