"""`lms-ext platform invite`, `platform approve` and `doctor`: an LMS comes to be known, and is looked at."""

import click

from lms_ext.cli_app import in_app, note


@click.command()
@click.option("--name", default="", help="What to call the LMS; by default its own name.")
def invite(name: str) -> None:
    """Make a one-time address by which an LMS registers itself within an hour."""
    from lms_ext.lti.tool_configuration import Addresses
    from lms_ext.models import db, utcnow
    from lms_ext.services import registering
    from lms_ext.web.tool import tool

    made, secret = registering.invite(db.session, utcnow(), name=name[:200])
    note("platform.invite", name[:200])
    db.session.commit()
    click.echo("Tempel di halaman pendaftaran alat LTI pada LMS. / Paste it where the LMS registers LTI tools.")
    click.echo(Addresses.of(tool().settings.public_url).invitation(secret))
    click.echo(f"Berlaku sampai / Valid until {made.expires_at:%Y-%m-%d %H:%M UTC}")


@click.command("approve")
@click.argument("platform_id", type=int)
@click.option("--replaces", type=int, help="Number of the older registration of the same LMS whose work it takes over.")
def approve_platform(platform_id: int, replaces: int | None) -> None:
    """Let a registration that waits open the tool."""
    from lms_ext.models import Platform, db
    from lms_ext.services import registering

    found = db.session.get(Platform, platform_id)
    if found is None:
        raise click.ClickException(f"Tidak ada LMS {platform_id}. / There is no platform {platform_id}.")
    rivals = {one.id: one for one in registering.rivals(db.session, found)}
    if replaces is not None and replaces not in rivals:
        raise click.ClickException(
            f"{replaces} bukan pendaftaran lama LMS ini. / {replaces} is no older registration of this platform."
        )
    client_id = found.client_id
    approved = registering.approve(db.session, found, rivals[replaces] if replaces is not None else None)
    detail = {"client_id": client_id} | ({"in_place_of_registration": platform_id} if approved.id != platform_id else {})
    note("platform.approve", approved.name, platform_id=approved.id, **detail)
    db.session.commit()
    click.echo(f"Disetujui / Approved: {approved.id} {approved.name}")


@click.command()
@click.argument("platform_id", type=int, metavar="PLATFORM")
@click.option("--lang", type=click.Choice(["id", "en"]), default="id", show_default=True)
@in_app
def doctor(platform_id: int, lang: str) -> None:
    """Try everything an LMS must do for the tool, and say what to click there. Exit code 1 when something is wrong."""
    from lms_ext.domain.checkups import Finding
    from lms_ext.lti.checkup import finished
    from lms_ext.models import Platform, db
    from lms_ext.web import checking

    found = db.session.get(Platform, platform_id)
    if found is None:
        raise click.ClickException(f"Tidak ada LMS {platform_id}. / There is no platform {platform_id}.")
    click.echo(f"{found.name} · {found.issuer}")
    signs = {Finding.OK: "✓", Finding.WARN: "!", Finding.BAD: "✗", Finding.SKIPPED: "-"}
    checks = []
    for one in checking.run(found):
        checks.append(one)
        click.echo(f"{signs[one.finding]} {one.title[lang]}: {one.fact[lang]}")
        if one.remedy and one.finding in {Finding.WARN, Finding.BAD}:
            click.echo(f"    {one.remedy[lang]}")
    if not finished(checks):
        raise SystemExit(1)
