"""Command groups whose commands run inside the application."""

import os
import socket
import sys
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from functools import wraps
from typing import Any

import click
from flask import Flask, current_app

from lms_ext.settings import Settings, SettingsError


def open_app() -> Flask:
    """Build the application from the environment; an unsafe setting ends the command with a sentence."""
    from lms_ext.app import create_app  # late: `lms-ext --help` must not load the application

    try:
        # commands deliver nothing by the way: only a web process may run the embedded worker
        return create_app(replace(Settings.from_env(os.environ), embedded_worker=False))
    except SettingsError as error:
        raise click.ClickException(str(error)) from error


class InApp(click.Group):
    """A group whose commands run inside the application."""

    def invoke(self, ctx: click.Context) -> Any:
        if ctx.invoked_subcommand == "--help" or "--help" in sys.argv or current_app:
            return super().invoke(ctx)
        with open_app().app_context():
            return super().invoke(ctx)


def in_app(command: Callable[..., None]) -> Callable[..., None]:
    """Run a command inside the application, the running one if there is one; others of its group may need no settings."""

    @wraps(command)
    def run(**given: Any) -> None:
        with nullcontext() if current_app else open_app().app_context():
            command(**given)

    return run


def note(action: str, about: str = "", *, platform_id: int = 0, **detail: Any) -> None:
    """Write what a command did to the audit log, in the running transaction; see `services.audit.write`."""
    from lms_ext.domain.admins import CONSOLE
    from lms_ext.models import db
    from lms_ext.services import audit

    audit.write(db.session, CONSOLE, action, about, platform_id=platform_id, **detail)


def refuse_busy(port: int, name: str, option: str) -> None:
    """End the command with a sentence when something listens on a port of this machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise click.ClickException(
                f"Porta {port} ({name}) sedang dipakai program lain; hentikan program itu atau pilih porta lain dengan {option}. "
                f"/ Port {port} ({name}) is in use; stop that program or choose another with {option}."
            ) from error
