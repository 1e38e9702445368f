"""`lms-ext admin …`: who looks after the tool."""

import click

from lms_ext.cli_app import InApp

_ROLES = click.Choice(["owner", "platform", "auditor"])


@click.group(cls=InApp)
def admin() -> None:
    """Look after the admins of this tool."""


@admin.command()
@click.option("--login", prompt="Nama masuk atau surel / Sign-in name or e-mail")
@click.option("--name", prompt="Nama / Name")
@click.option("--role", type=_ROLES, default="owner", show_default=True)
@click.option("--platform", "platform_ids", type=int, multiple=True, help="A platform to look after, by its number; repeat it.")
def create(login: str, name: str, role: str, platform_ids: tuple[int, ...]) -> None:
    """Make an admin; asks for the password."""
    from lms_ext.domain.admins import CONSOLE, AdminRole
    from lms_ext.domain.refusals import Refused
    from lms_ext.models import db
    from lms_ext.services import admins

    password = click.prompt("Kata sandi / Password", hide_input=True, confirmation_prompt=True)
    rights = admins.Rights(AdminRole(role), frozenset(platform_ids))
    try:
        made = admins.create(db.session, CONSOLE, login, name, rights, password)
    except Refused as error:
        raise _told(error) from error
    db.session.commit()
    click.echo(f"Admin baru / New admin: {made.id} {made.login} ({made.role})")


def _told(error: object) -> click.ClickException:
    """Say a refusal in both languages."""
    from lms_ext.domain.refusals import Refused

    if not isinstance(error, Refused):
        raise TypeError(error)
    message = error.refusal.message
    return click.ClickException(f"{message['id']} / {message['en']}")


@admin.command("list")
def list_admins() -> None:
    """List the admins: number, state, role, sign-in name, name, platforms."""
    from lms_ext.models import db
    from lms_ext.services import admins

    found = admins.every(db.session)
    if not found:
        click.echo("Belum ada admin; buat dengan `lms-ext admin create`. / No admin yet; make one with `lms-ext admin create`.")
    scopes = admins.scopes(db.session)
    for one in found:
        platforms = ",".join(map(str, sorted(scopes.get(one.id, ())))) or "-"
        click.echo(f"{one.id}\t{'disabled' if one.disabled_at else 'active'}\t{one.role}\t{one.login}\t{one.name}\t{platforms}")
