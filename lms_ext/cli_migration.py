"""`lms-ext migration …`: accounts that an LMS called otherwise under LTI 1.1."""

import click

from lms_ext.cli_app import InApp


@click.group(cls=InApp)
def migration() -> None:
    """Join accounts with those they had under LTI 1.1; nothing is joined by itself."""


def _platform(platform_id: int) -> None:
    from lms_ext.models import Platform, db

    if db.session.get(Platform, platform_id) is None:
        raise click.ClickException(f"Tidak ada LMS {platform_id}. / There is no platform {platform_id}.")


@migration.command("secret")
@click.argument("platform_id", type=int)
@click.argument("consumer_key")
@click.option("--forget", is_flag=True, help="Forget the secret of this consumer key.")
@click.option("--secret", default="", help="Asked for, unseen, if left out.")
def set_secret(platform_id: int, consumer_key: str, forget: bool, secret: str) -> None:
    """Store the LTI 1.1 secret of a consumer key, sealed: claims signed with it are shown as proven."""
    from lms_ext.models import db, utcnow
    from lms_ext.services import legacy
    from lms_ext.web.tool import tool

    _platform(platform_id)
    if forget:
        if not legacy.forget_consumer(db.session, platform_id, consumer_key):
            raise click.ClickException(f"Tidak ada rahasia untuk {consumer_key}. / No secret is stored for {consumer_key}.")
        db.session.commit()
        click.echo(f"Dilupakan / Forgotten: {consumer_key}")
        return
    secret = secret or click.prompt("Rahasia / Secret", hide_input=True)
    legacy.add_consumer(db.session, tool().sealer, platform_id, consumer_key, secret, utcnow())
    db.session.commit()
    click.echo(f"Tersimpan tersegel / Stored, sealed: {consumer_key}")


@migration.command("list")
@click.option("--platform", "platform_id", type=int, help="Only this LMS.")
@click.option("--state", type=click.Choice(["open", "approved", "refused"]), default="open", show_default=True)
def list_proposals(platform_id: int | None, state: str) -> None:
    """List what LMSs say of accounts: those that would join something first."""
    from lms_ext.models import db
    from lms_ext.services import legacy, platforms
    from lms_ext.web.tool import tool

    ids = [one.id for one in platforms.every(db.session) if platform_id in {None, one.id}]
    found = legacy.proposals(db.session, tool().sealer, ids, state)
    if not found:
        click.echo("Tidak ada usulan. / No proposals.")
    for one in found:
        proof = "terbukti / proven" if one.proven else "tidak terbukti / not proven"
        older = "ada pekerjaan lama / has older work" if one.has_old else "tidak dikenal / not known here"
        click.echo(f"{one.platform_id}:{one.person_id}\t{one.sub}\t<- {one.old_sub}\t{older}\t{proof}\t{one.state}")


@migration.command()
@click.argument("proposal")
def approve(proposal: str) -> None:
    """Let an account go on with the work of the older one; both stay stored as they are."""
    _decide(proposal, join=True)


@migration.command()
@click.argument("proposal")
def refuse(proposal: str) -> None:
    """Keep two accounts apart, or part them again."""
    _decide(proposal, join=False)


def _decide(proposal: str, *, join: bool) -> None:
    from lms_ext.domain.admins import CONSOLE
    from lms_ext.domain.refusals import Refused
    from lms_ext.models import db, utcnow
    from lms_ext.services import legacy

    platform, _, person = proposal.partition(":")
    if not (platform.isdecimal() and person.isdecimal()):
        raise click.ClickException("Tulis seperti dalam daftar, misalnya 1:42. / Write it as in the list, e.g. 1:42.")
    key = (int(platform), int(person))
    try:
        legacy.decide(db.session, key, join=join, by=CONSOLE, now=utcnow())
    except Refused as refused:
        told = refused.refusal.message
        raise click.ClickException(f"{told['id']} / {told['en']}") from refused
    db.session.commit()
    click.echo(f"{'Digabung / Joined' if join else 'Dipisah / Apart'}: {proposal}")
