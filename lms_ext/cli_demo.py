"""`lms-ext demo`: the tool and the practice LMS beside each other on this machine, ready for a teacher and a class."""

import json
import os
import secrets
import shlex
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Self

import click

from lms_ext.cli_app import refuse_busy

if TYPE_CHECKING:
    from lms_ext.settings import Settings

_START_LIMIT = 60.0
"""Seconds the two servers have to come up."""
_STOP_LIMIT = 10.0
_PORT = click.IntRange(1, 65_535)
_PORTS = 8000, 9000


def say(indonesian: str, english: str) -> None:
    """Print a step at once, also into a pipe."""
    click.echo(f"  {indonesian} / {english}")
    sys.stdout.flush()


@click.command()
@click.option("--port", type=_PORT, default=8000, show_default=True, help="Port of the tool, at http://localhost:PORT.")
@click.option(
    "--lms-port", type=_PORT, default=9000, show_default=True, help="Port of the practice LMS, at http://127.0.0.1:PORT."
)
@click.option("--data", type=click.Path(file_okay=False, path_type=Path),
              help="Folder that keeps the demo; by default var/demo, for other ports one of their own beside it.")  # fmt: skip
def demo(port: int, lms_port: int, data: Path | None) -> None:
    """Run the tool and a practice LMS here, with course packs published and a class to act as."""
    if port == lms_port:
        raise click.ClickException("Kedua porta harus berbeda. / The two ports must differ.")
    for name, number, option in (("lms_ext", port, "--port (make demo PORT=…)"), ("LMS", lms_port, "--lms-port (LMS_PORT=…)")):
        refuse_busy(number, name, option)
    tool_url, lms_url = f"http://localhost:{port}", f"http://127.0.0.1:{lms_port}"
    # a course keeps the tool's address in its links: other ports are another course
    data = (data or Path("var", "demo" if (port, lms_port) == _PORTS else f"demo-{port}-{lms_port}")).resolve()
    data.mkdir(parents=True, exist_ok=True)
    environment = _environment(data, tool_url, lms_url)
    say("Menyiapkan basis data dan paket kursus …", "Preparing the database and the course packs …")
    _prepare(environment)
    with _Servers(environment, data) as servers:
        servers.start("lms", "-m", "lms_ext", "sandbox", "--port", str(lms_port), "--tool", tool_url,
                      "--data", str(data / "lms.db"))  # fmt: skip
        say("Menjalankan LMS latihan dan alat …", "Starting the practice LMS and the tool …")
        servers.wait_for("lms", f"{lms_url}/tool/registration.json")
        _register(environment, f"{lms_url}/tool/registration.json")
        servers.start("tool", "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--threads", "8", "--workers", "1",
                      "--log-level", "warning", "lms_ext.app:create_app()")  # fmt: skip
        servers.wait_for("tool", f"{tool_url}/health")
        click.echo(f"admin: {_way_in(environment)}")
        say(f"Untuk perintah lms-ext pada demo ini: . {shlex.quote(_near(data / 'env'))}",
            f"For lms-ext commands on this demo: . {shlex.quote(_near(data / 'env'))}")  # fmt: skip
        say("Buka LMS latihan; Ctrl-C menghentikan.", "Open the practice LMS; Ctrl-C stops.")
        click.echo(f"ready: LMS latihan {lms_url}  lms_ext {tool_url}")
        sys.stdout.flush()
        servers.run_until_told()


def _near(file: Path) -> str:
    """Give a path as a person at this folder would type it."""
    return str(file.relative_to(Path.cwd())) if file.is_relative_to(Path.cwd()) else str(file)


def _environment(data: Path, tool_url: str, lms_url: str) -> dict[str, str]:
    """Give the settings of both servers; the secrets are made once, so that sessions and keys outlive a restart."""
    from lms_ext.services.sealing import new_key

    settings = {
        "LMS_EXT_PUBLIC_URL": tool_url,
        "LMS_EXT_SECRET_KEY": _kept(data / "secret", lambda: secrets.token_urlsafe(48)),
        "LMS_EXT_SEAL_KEYS": _kept(data / "seal-key", new_key),
        "LMS_EXT_DATABASE_URL": f"sqlite:///{data / 'lms_ext.db'}",
        "LMS_EXT_ALLOW_LOOPBACK": "1",
        "LMS_EXT_EMBEDDED_WORKER": "1",
        "LMS_EXT_PRACTICE_URL": lms_url,
        "LMS_EXT_LOG_LEVEL": "warning",
    }
    # for authors and admins who want to run other commands on the demo's database: `. var/demo/env`
    shell = data / "env"
    shell.touch(mode=0o600)
    shell.write_text("".join(f"export {name}={shlex.quote(value)}\n" for name, value in settings.items()), encoding="utf-8")
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LMS_EXT_")}
    return clean | settings


def _kept(file: Path, make: Callable[[], str]) -> str:
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(make(), encoding="ascii")
    return file.read_text(encoding="ascii").strip()


@contextmanager
def _tool(environment: Mapping[str, str]) -> Iterator["Settings"]:
    """Run the block inside the application, which lets go of the database at its end: the servers have theirs."""
    from dataclasses import replace

    from lms_ext.app import create_app
    from lms_ext.models import db
    from lms_ext.settings import Settings

    settings = replace(Settings.from_env(environment), embedded_worker=False)
    with create_app(settings).app_context():
        try:
            yield settings
        finally:
            db.session.remove()
            db.engine.dispose()


def _prepare(environment: Mapping[str, str]) -> None:
    """Bring the database to the newest version and publish every pack that came with the tool."""
    from lms_ext.migrating import upgrade
    from lms_ext.models import db, utcnow
    from lms_ext.services import publishing
    from lms_ext.settings import data_folder
    from lms_ext.web.tool import tool

    with _tool(environment):
        upgrade()
        for folder in sorted(one.parent for one in data_folder("course_packs").glob("*/pack.yaml")):
            loaded = publishing.read(folder, tool().plugins)
            if loaded.pack is None:
                raise click.ClickException(f"{folder}: {len(loaded.problems)} problems; see lms-ext pack check {folder}")
            publishing.publish(db.session, loaded.pack, loaded.blobs, utcnow())
            db.session.commit()
            say(f"Paket {loaded.pack.id} terbit.", f"Pack {loaded.pack.id} is published.")


def _register(environment: Mapping[str, str], address: str) -> None:
    """Register the practice LMS as an admin would: with the JSON it shows on its tool page."""
    from lms_ext.models import db
    from lms_ext.services import platforms

    with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 - our own practice LMS on loopback
        data = json.load(answer)
    with _tool(environment):
        saved = platforms.save(db.session, data, allow_http=True)
        db.session.commit()
        say(f"Terdaftar: {saved.platform.name}", f"Registered: {saved.platform.name}")


def _way_in(environment: Mapping[str, str]) -> str:
    """Give where the admin pages are opened: a new one-time link while nobody owns the tool."""
    from lms_ext.domain.admins import CONSOLE, AdminRole
    from lms_ext.models import db, utcnow
    from lms_ext.services import admin_invites, admins
    from lms_ext.web.admin.invites import address

    with _tool(environment) as settings:
        if admins.has_owner(db.session):
            return f"{settings.public_url}/admin"
        token = admin_invites.invite(db.session, CONSOLE, "", "", admins.Rights(AdminRole.OWNER), utcnow())
        db.session.commit()
        return address(settings.public_url, token)


class _Servers:
    """Child processes that live no longer than this one."""

    def __init__(self, environment: Mapping[str, str], data: Path) -> None:
        self._environment = environment
        self._data = data
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._told = False

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        return self

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._told = True

    def start(self, name: str, *arguments: str) -> None:
        """Start a Python child whose output goes to its own log file."""
        with self._log(name).open("ab") as log:
            self._running[name] = subprocess.Popen(  # noqa: S603 - our own modules
                [sys.executable, *arguments], env=self._environment, stdout=log, stderr=log, start_new_session=True
            )

    def _log(self, name: str) -> Path:
        return self._data / f"{name}.log"

    def wait_for(self, name: str, address: str) -> None:
        """Wait until an address answers; raise ClickException with the end of the log when the server dies first."""
        deadline = time.monotonic() + _START_LIMIT
        while not self._told:
            try:
                with urllib.request.urlopen(address, timeout=2):  # noqa: S310 - loopback
                    return
            except (urllib.error.URLError, OSError):
                self._check(name)
                if time.monotonic() > deadline:
                    self._complain(name)
                time.sleep(0.1)

    def _check(self, name: str) -> None:
        if self._running[name].poll() is not None:
            self._complain(name)

    def _complain(self, name: str) -> None:
        tail = "\n".join(self._log(name).read_text(errors="replace").splitlines()[-5:])
        raise click.ClickException(f"{name} berhenti / stopped. {self._log(name)}:\n{tail}")

    def run_until_told(self) -> None:
        """Return when Ctrl-C or SIGTERM comes; complain when a server dies."""
        while not self._told:
            for name in self._running:
                self._check(name)
            time.sleep(0.2)

    def __exit__(self, *_: object) -> None:
        for one in self._running.values():
            one.terminate()
        for one in self._running.values():
            try:
                one.wait(_STOP_LIMIT)
            except subprocess.TimeoutExpired:  # pragma: no cover - a server that does not stop when it is asked to
                one.kill()
        click.echo("Selesai. / Stopped.")
