"""What the practice LMS remembers: SQLite, in memory or in a file, one writer at a time."""

import json
import sqlite3
import threading
from typing import Any

_TABLES = """
create table if not exists meta (name text primary key, value text not null);
create table if not exists people (id text primary key, name text not null, given text not null, family text not null,
  email text not null, role text not null);
create table if not exists courses (id text primary key, title text not null, label text not null,
  copied_from text not null default '');
create table if not exists links (id integer primary key autoincrement, title text not null, url text not null,
  custom text not null, copied_from text not null default '', course text not null default '7');
create table if not exists columns (id integer primary key autoincrement, label text not null, maximum real not null,
  resource_id text not null default '', tag text not null default '', link_id integer, starts text not null default '',
  ends text not null default '', course text not null default '7');
create table if not exists grades (column_id integer not null, person_id text not null, score real, comment text not null,
  stamp text not null, received text not null, given_by text not null, activity text not null, grading text not null,
  submissions integer not null, primary key (column_id, person_id));
create table if not exists hints (id text primary key, body text not null, used integer not null default 0,
  expires real not null);
create table if not exists tokens (hash text primary key, scopes text not null, expires real not null);
create table if not exists seen (jti text primary key, expires real not null);
create table if not exists enrolments (n integer primary key autoincrement, person_id text not null, status text not null);
create table if not exists group_sets (id integer primary key autoincrement, name text not null);
create table if not exists groups (id integer primary key autoincrement, name text not null, set_id integer,
  tag text not null default '');
create table if not exists group_people (group_id integer not null, person_id text not null, primary key (group_id, person_id));
create table if not exists link_groups (link_id integer not null, group_id integer not null, primary key (link_id, group_id));
create table if not exists messages (id integer primary key autoincrement, at text not null, body text not null);
"""
_ADDED = (
    ("links", "course text not null default '7'"),
    ("columns", "course text not null default '7'"),
    ("links", "starts text not null default ''"),
    ("links", "ends text not null default ''"),
    ("columns", "review text not null default ''"),
    ("columns", "released integer not null default 1"),
)
"""Columns that files of earlier versions lack."""


class Store:
    """A small database; every call is its own transaction unless made under `lock`."""

    def __init__(self, path: str) -> None:
        self.lock = threading.RLock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.executescript(_TABLES)
        for table, column in _ADDED:
            names = [row["name"] for row in self._db.execute(f"pragma table_info({table})")]
            if column.split()[0] not in names:
                self._db.execute(f"alter table {table} add column {column}")

    def all(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        """Give all rows of a query."""
        with self.lock:
            return [dict(row) for row in self._db.execute(sql, values)]

    def one(self, sql: str, *values: Any) -> dict[str, Any] | None:
        """Give the first row, or None."""
        with self.lock:
            row = self._db.execute(sql, values).fetchone()
            return dict(row) if row else None

    def run(self, sql: str, *values: Any) -> int:
        """Change something; gives the id of an inserted row."""
        with self.lock:
            return self._db.execute(sql, values).lastrowid or 0

    def changed(self, sql: str, *values: Any) -> int:
        """Change something; gives how many rows were."""
        with self.lock:
            return self._db.execute(sql, values).rowcount

    def get(self, name: str) -> Any:
        """Give a remembered value, or None."""
        row = self.one("select value from meta where name = ?", name)
        return json.loads(row["value"]) if row else None

    def put(self, name: str, value: Any) -> None:
        """Remember a value under a name."""
        self.run("insert or replace into meta values (?, ?)", name, json.dumps(value))

    def close(self) -> None:
        """Let the file go."""
        with self.lock:
            self._db.close()
