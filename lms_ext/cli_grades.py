"""`lms-ext grades …`: what waits for the gradebooks of the LMSs."""

from datetime import timedelta

import click

from lms_ext.cli_app import InApp, note
from lms_ext.domain.delivery_reasons import REASONS


@click.group(cls=InApp)
def grades() -> None:
    """Look after grades on their way to LMSs."""


@grades.command("list")
def list_grades() -> None:
    """Count grades by LMS and state, with the age of the oldest and the reasons of those that are parked."""
    from lms_ext.domain.delivery_reasons import words
    from lms_ext.models import db, utcnow
    from lms_ext.services import grade_desk

    found = grade_desk.every_platform(db.session, utcnow())
    if not found:
        click.echo("Belum ada LMS, jadi tidak ada nilai. / No platform yet, so no grades.")
    for one in found:
        counts = "  ".join(f"{state} {number}" for state, number in sorted(one.counts.items())) or "-"
        click.echo(f"{one.platform_id}\t{one.name}\t{counts}\toldest {_age(one.oldest)}")
        if one.pace and one.pace.down_since:
            told = words(one.pace.trouble) or {}
            click.echo(f"\tdown since {one.pace.down_since:%Y-%m-%d %H:%M UTC}: {told.get('id', '')} / {told.get('en', '')}")
        for reason, number in sorted(one.parked.items()):
            told = words(reason) or {}
            click.echo(f"\tparked {number} ({reason}): {told.get('id', '')} / {told.get('en', '')}")


@grades.command()
@click.argument("platform_id", type=int)
@click.option("--reason", type=click.Choice(sorted(REASONS)), help="Only those parked for this reason.")
def resend(platform_id: int, reason: str | None) -> None:
    """Send parked grades of an LMS again; a grade that a teacher wrote there later stays."""
    from lms_ext.models import Platform, db, utcnow
    from lms_ext.services import grade_desk

    found = db.session.get(Platform, platform_id)
    if found is None:
        raise click.ClickException(f"Tidak ada LMS {platform_id}. / There is no platform {platform_id}.")
    number = grade_desk.resend_parked(db.session, platform_id, reason or "", utcnow())
    note("grades.resend", found.name, platform_id=platform_id, reason=reason or "", number=number)
    db.session.commit()
    click.echo(f"Dikirim lagi / To be sent again: {number}")


def _age(age: timedelta | None) -> str:
    if age is None:
        return "-"
    minutes = int(age.total_seconds()) // 60
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"
