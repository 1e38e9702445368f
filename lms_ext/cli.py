"""`lms-ext …`: the command line of the tool."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from lms_ext import __version__
from lms_ext.cli_admins import admin
from lms_ext.cli_app import InApp, note, open_app
from lms_ext.cli_demo import demo
from lms_ext.cli_grades import grades
from lms_ext.cli_migration import migration
from lms_ext.cli_packs import pack
from lms_ext.cli_people import person
from lms_ext.cli_register import approve_platform, doctor, invite
from lms_ext.cli_registrations import read_registration, tell_no_deployment
from lms_ext.cli_sandbox import sandbox
from lms_ext.cli_seal import seal


@click.group()
@click.version_option(__version__, prog_name="lms-ext")
def main() -> None:
    """Run and manage lms_ext."""


@main.group(cls=InApp)
def db() -> None:
    """Look after the database."""


@db.command()
def upgrade() -> None:
    """Bring the database to the newest version; safe to repeat."""
    from lms_ext.cli_seal import reseal
    from lms_ext.migrating import upgrade as run

    run()
    reseal()  # secrets that an older version left plain
    click.echo("Basis data siap. / The database is ready.")


@db.command()
def restored() -> None:
    """Say that a backup was restored: what was issued before now is refused, and nobody gets in by what was used since."""
    from lms_ext.models import db as database
    from lms_ext.models import utcnow
    from lms_ext.services import restoring

    done = restoring.begin_anew(database.session, utcnow())
    note("database.restored", platforms=done.platforms)
    database.session.commit()
    click.echo(
        f"{done.sessions} sesi diakhiri, {done.invitations} undangan ditarik; pembukaan lama dari {done.platforms} LMS ditolak. "
        f"/ {done.sessions} sessions ended, {done.invitations} invitations withdrawn; old launches of {done.platforms} LMSs are "
        "refused."
    )


@main.group(cls=InApp)
def platform() -> None:
    """Register LMSs."""


_FIELDS = ("issuer", "client_id", "auth_login_url", "auth_token_url", "jwks_url")


@platform.command("add")
@click.option("--file", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="JSON with all fields.")
@click.option("--issuer")
@click.option("--client-id")
@click.option("--auth-login-url")
@click.option("--auth-token-url")
@click.option("--jwks-url")
@click.option("--deployment-id", "deployment_ids", multiple=True)
@click.option("--name", default="")
@click.option("--profile", default="", help="moodle, canvas, brightspace, blackboard, sakai or openedx")
def add_platform(file: Path | None, deployment_ids: tuple[str, ...], **given: str | None) -> None:
    """Register an LMS, or update it. Fields that are missing are asked for."""
    from lms_ext.models import db as database
    from lms_ext.services import platforms
    from lms_ext.web.tool import tool

    # what `show` writes may be handed in again
    known = [*platforms.PlatformSchema().fields, "status"]
    data: dict[str, Any] = read_registration(file, known) if file else {}
    data |= {name: value for name, value in given.items() if value}
    if deployment_ids:
        data["deployment_ids"] = list(deployment_ids)
    if not file:
        for name in _FIELDS:
            data.setdefault(name, given.get(name) or click.prompt(name))
        if "deployment_ids" not in data:
            data["deployment_ids"] = [click.prompt("deployment_id")]
    try:
        saved = platforms.save(database.session, data, allow_http=tool().settings.allow_loopback)
    except platforms.BadPlatform as error:
        lines = [f"  {name}: {', '.join(map(str, faults))}" for name, faults in error.faults.items()]
        raise click.ClickException("Pendaftaran tidak disimpan / not saved:\n" + "\n".join(lines)) from error
    note("platform.save", saved.platform.name, platform_id=saved.platform.id, issuer=saved.platform.issuer)
    database.session.commit()
    if not platforms.deployments(database.session, saved.platform):
        tell_no_deployment(saved.platform.client_id)
    word = "Terdaftar / Registered" if saved.is_new else "Diperbarui / Updated"
    click.echo(f"{word}: {saved.platform.id} {saved.platform.name} ({saved.platform.issuer}, {saved.platform.client_id})")


@platform.command("list")
def list_platforms() -> None:
    """List the LMSs."""
    from lms_ext.models import db as database
    from lms_ext.services import platforms

    found = platforms.every(database.session)
    if not found:
        click.echo(
            "Belum ada LMS; tambahkan dengan `lms-ext platform add`. / No platform yet; add one with `lms-ext platform add`."
        )
    for one in found:
        click.echo(f"{one.id}\t{one.status}\t{one.name}\t{one.issuer}\t{one.client_id}")


@platform.command("show")
@click.argument("platform_id", type=int)
def show_platform(platform_id: int) -> None:
    """Show one LMS as JSON that `add --file` takes."""
    from lms_ext.models import Platform
    from lms_ext.models import db as database
    from lms_ext.services import platforms

    one = database.session.get(Platform, platform_id)
    if one is None:
        raise click.ClickException(f"Tidak ada LMS {platform_id}. / There is no platform {platform_id}.")
    data = {name: getattr(one, name) for name in (*_FIELDS, "name", "token_audience", "status")}
    data |= {"profile": one.product, "deployment_ids": sorted(platforms.deployments(database.session, one))}
    data |= {"other_hosts": one.other_hosts.split()}
    click.echo(json.dumps(data, indent=2, ensure_ascii=False))


@platform.command("disable")
@click.argument("platform_id", type=int)
def disable_platform(platform_id: int) -> None:
    """Refuse launches of an LMS from now on; its work and grades stay."""
    from lms_ext.models import db as database
    from lms_ext.services import platforms

    found = platforms.set_status(database.session, platform_id, "disabled")
    if found is None:
        raise click.ClickException(f"Tidak ada LMS {platform_id}. / There is no platform {platform_id}.")
    note("platform.disable", found.name, platform_id=platform_id)
    database.session.commit()
    click.echo(f"Dinonaktifkan / Disabled: {platform_id}")


platform.add_command(invite)
platform.add_command(approve_platform)


@main.group(cls=InApp)
def key() -> None:
    """Look after the tool's signing keys."""


@key.command("list")
def list_keys() -> None:
    """List the published keys, newest first."""
    from lms_ext.models import db as database
    from lms_ext.models import utcnow
    from lms_ext.services import tool_keys
    from lms_ext.web.tool import tool

    keys = tool_keys.published(database.session, utcnow())
    if not keys:
        click.echo("Belum ada kunci; yang pertama dibuat saat diperlukan. / No key yet; the first is made when it is needed.")
    for one in keys:
        click.echo(f"{one.kid}\tsigns from {_when(one.signs_from)}\tpublished until {_when(one.published_until)}")
    due = tool_keys.next_due(database.session, tool().settings.key_days)
    if due:
        click.echo(f"Kunci berikut terbit / next key is published: {_when(due)}")


@key.command()
@click.option("--now", "at_once", is_flag=True, help="Sign with it at once: only when the old key cannot be used.")
@click.option("--leaked", is_flag=True, help="Sign with it at once and withdraw all older keys: when one has leaked.")
def rotate(at_once: bool, leaked: bool) -> None:
    """Publish a new key; it signs in two days, the old one stays published for a week more."""
    from lms_ext.lti.tool_keys import make_key
    from lms_ext.models import db as database
    from lms_ext.models import utcnow
    from lms_ext.services import tool_keys
    from lms_ext.web.tool import tool

    new = make_key()
    signs_from = tool_keys.add(database.session, tool().sealer, new, utcnow(), at_once=at_once, withdraw=leaked)
    note("key.withdraw" if leaked else "key.rotate", new.kid, signs_from=signs_from.isoformat(timespec="minutes"))
    database.session.commit()
    click.echo(f"Kunci baru / New key: {new.kid}, signs from {_when(signs_from)}")


def _when(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC") if moment else "-"


@main.group(cls=InApp)
def plugin() -> None:
    """Look after plugins."""


@plugin.command("list")
def list_plugins() -> None:
    """List plugins, those set aside with the reason."""
    from lms_ext.web.tool import tool

    plugins = tool().plugins
    for name in sorted(plugins.modules):
        click.echo(f"{name}\tenabled\t{', '.join(sorted(kind for kind, owner in plugins.type_owner.items() if owner == name))}")
    for name, reason in sorted(plugins.quarantined.items()):
        click.echo(f"{name}\tquarantined\t{reason}")


@main.command()
def worker() -> None:
    """Deliver grades until it is told to stop; run as many as are needed."""
    import signal
    import threading

    from lms_ext.worker import Worker

    app = open_app()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    click.echo("Pengirim nilai berjalan. / The grade worker runs.")
    Worker(app).run(stop)


main.add_command(admin)
main.add_command(doctor)
main.add_command(demo)
main.add_command(sandbox)
main.add_command(pack)
main.add_command(grades)
main.add_command(migration)
main.add_command(sandbox)
main.add_command(seal)
main.add_command(person)
