"""`lms-ext person …`: what is held of a person, for them to have, or to be erased."""

from pathlib import Path

import click

from lms_ext.cli_app import InApp, note


@click.group(cls=InApp)
def person() -> None:
    """Find, export or erase what is held of a person."""


@person.command()
@click.argument("words")
def find(words: str) -> None:
    """List people by name, e-mail address or the LMS's id of them: platform, number, name, e-mail, id in the LMS."""
    from lms_ext.models import db, engine
    from lms_ext.services import personal_data

    engine.reads_only()
    found = personal_data.find(db.session, words, None)
    for one in found:
        click.echo(f"{one.platform_id}\t{one.id}\t{one.name}\t{one.email}\t{one.sub}\t({one.platform})")
    if not found:
        click.echo("Tidak ada yang cocok. / Nobody fits.")


@person.command()
@click.argument("platform_id", type=int)
@click.argument("person_id", type=int)
@click.option("--to", "target", type=click.Path(dir_okay=False, path_type=Path), required=True, help="ZIP file to write.")
def export(platform_id: int, person_id: int, target: Path) -> None:
    """Write all that is held of a person into a ZIP file: JSON, CSV and a page to read."""
    from lms_ext.domain.refusals import Refused
    from lms_ext.models import db
    from lms_ext.web import dossiers

    try:
        made = dossiers.archive(platform_id, person_id)
    except Refused as refused:
        raise _nobody(platform_id, person_id) from refused
    note("person.export", str(person_id), platform_id=platform_id)
    db.session.commit()
    target.touch(mode=0o600)
    target.write_bytes(made)
    click.echo(f"{target}: {len(made) / 1024:.0f} KB")


@person.command()
@click.argument("platform_id", type=int)
@click.argument("person_id", type=int)
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(platform_id: int, person_id: int, yes: bool) -> None:
    """Erase a person: identity, work, marks, sessions and scores on their way. It cannot be undone."""
    from lms_ext.models import Person, db, utcnow
    from lms_ext.services import personal_data

    found = db.session.get(Person, (platform_id, person_id))
    if found is None:
        raise _nobody(platform_id, person_id)
    if not yes:
        click.confirm(f"Hapus semua data {found.name or found.sub}? / Erase all data of {found.name or found.sub}?", abort=True)
    gone = personal_data.erase(db.session, platform_id, person_id, "console", utcnow()) or {}
    note("person.erase", str(person_id), platform_id=platform_id, rows=sum(gone.values()))
    db.session.commit()
    click.echo("\n".join(f"{name}\t{number}" for name, number in sorted(gone.items())))
    click.echo("Terhapus; nilai di LMS tetap di sana. / Erased; grades in the LMS stay there.")


def _nobody(platform_id: int, person_id: int) -> click.ClickException:
    return click.ClickException(f"Tidak ada orang {platform_id} {person_id}. / There is no person {platform_id} {person_id}.")
