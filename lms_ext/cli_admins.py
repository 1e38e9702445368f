"""`lms-ext admin …`: who looks after the tool."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from lms_ext.cli_app import InApp

if TYPE_CHECKING:
    from lms_ext.models import Admin
    from lms_ext.services.admins import Rights

_ROLES = click.Choice(["owner", "platform", "auditor"])


@click.group(cls=InApp)
def admin() -> None:
    """Look after the admins of this tool."""


@contextmanager
def _change() -> Iterator[None]:
    """Commit what is done inside; a refusal ends the command with its sentence."""
    from lms_ext.domain.refusals import Refused
    from lms_ext.models import db

    try:
        yield
    except Refused as error:
        message = error.refusal.message
        raise click.ClickException(f"{message['id']} / {message['en']}") from error
    db.session.commit()


def _rights(role: str, platform_ids: tuple[int, ...]) -> "Rights":
    from lms_ext.domain.admins import AdminRole
    from lms_ext.services.admins import Rights

    return Rights(AdminRole(role), frozenset(platform_ids))


def _named(login: str) -> "Admin":
    from lms_ext.models import db
    from lms_ext.services import admins

    found = admins.by_login(db.session, login.strip().casefold())
    if found is None:
        raise click.ClickException(f"Tidak ada admin {login}. / There is no admin {login}.")
    return found


def _show_link(token: str) -> None:
    from lms_ext.web.admin.invites import address
    from lms_ext.web.tool import tool

    click.echo("Tautan sekali pakai, berlaku terbatas / One-time link, for a limited time:")
    click.echo(address(tool().settings.public_url, token))


@admin.command("list")
def list_admins() -> None:
    """List the admins: number, state, role, sign-in name, name, platforms, factors."""
    from lms_ext.models import db
    from lms_ext.services import admins

    found = admins.every(db.session)
    if not found:
        click.echo("Belum ada admin; undang pemilik: `lms-ext admin invite --owner`. / No admin yet; invite an owner that way.")
    scopes = admins.scopes(db.session)
    for one in found:
        platforms = ",".join(map(str, sorted(scopes.get(one.id, ())))) or "-"
        factors = "two-step" if one.totp_sealed else "one-step"
        state = "disabled" if one.disabled_at else "active"
        click.echo(f"{one.id}\t{state}\t{one.role}\t{one.login}\t{one.name}\t{platforms}\t{factors}")


@admin.command()
@click.option("--login", prompt="Nama masuk atau surel / Sign-in name or e-mail")
@click.option("--name", prompt="Nama / Name")
@click.option("--role", type=_ROLES, default="owner", show_default=True)
@click.option("--platform", "platform_ids", type=int, multiple=True, help="A platform to look after, by its number; repeat it.")
def create(login: str, name: str, role: str, platform_ids: tuple[int, ...]) -> None:
    """Make an admin; asks for the password."""
    from lms_ext.domain.admins import CONSOLE
    from lms_ext.models import db
    from lms_ext.services import admins

    password = click.prompt("Kata sandi / Password", hide_input=True, confirmation_prompt=True)
    with _change():
        made = admins.create(db.session, CONSOLE, login, name, _rights(role, platform_ids), password)
    click.echo(f"Admin baru / New admin: {made.id} {made.login} ({made.role})")


@admin.command()
@click.option("--owner", is_flag=True, help="For the first owner, who chooses sign-in name and password at the link.")
@click.option("--login", default="", help="E-mail or sign-in name of who is invited.")
@click.option("--name", default="")
@click.option("--role", type=_ROLES, default="platform", show_default=True)
@click.option("--platform", "platform_ids", type=int, multiple=True, help="A platform to look after, by its number; repeat it.")
def invite(owner: bool, login: str, name: str, role: str, platform_ids: tuple[int, ...]) -> None:
    """Print a one-time link by which somebody becomes an admin."""
    from lms_ext.domain.admins import CONSOLE
    from lms_ext.models import db, utcnow
    from lms_ext.services import admin_invites

    if not owner and not login:
        raise click.ClickException("Tulis --login, atau --owner untuk pemilik. / Give --login, or --owner for an owner.")
    with _change():
        rights = _rights("owner" if owner else role, () if owner else platform_ids)
        token = admin_invites.invite(db.session, CONSOLE, login, name, rights, utcnow())
    _show_link(token)


@admin.command()
@click.argument("login")
def disable(login: str) -> None:
    """Sign an admin out everywhere and let them in no more; the last owner cannot be disabled."""
    from lms_ext.domain.admins import CONSOLE
    from lms_ext.models import db, utcnow
    from lms_ext.services import admins

    found = _named(login)
    with _change():
        admins.disable(db.session, CONSOLE, found.id, utcnow())
    click.echo(f"Dinonaktifkan / Disabled: {found.login}")


@admin.command()
@click.argument("login")
def enable(login: str) -> None:
    """Let a disabled admin sign in again."""
    from lms_ext.domain.admins import CONSOLE
    from lms_ext.models import db
    from lms_ext.services import admins

    found = _named(login)
    with _change():
        admins.enable(db.session, CONSOLE, found.id)
    click.echo(f"Aktif lagi / Enabled: {found.login}")


@admin.command()
@click.argument("login")
def reset(login: str) -> None:
    """Print a one-time link by which an admin sets a new password; it also turns the second factor off."""
    from lms_ext.domain.admins import CONSOLE
    from lms_ext.models import db, utcnow
    from lms_ext.services import admin_invites

    found = _named(login)
    if found.disabled_at:
        raise click.ClickException("Admin ini dinonaktifkan; aktifkan dahulu. / This admin is disabled; enable them first.")
    with _change():
        token = admin_invites.reset(db.session, CONSOLE, found, utcnow())
    _show_link(token)
