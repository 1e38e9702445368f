"""`lms-ext seal …`: the keys that seal secrets in the database."""

import click

from lms_ext.cli_app import in_app


@click.group()
def seal() -> None:
    """Look after the keys that seal secrets in the database."""


@seal.command()
def key() -> None:
    """Make a key for LMS_EXT_SEAL_KEYS and print it; nothing is stored."""
    from lms_ext.services.sealing import new_key

    click.echo(new_key())


@seal.command()
@in_app
def rotate() -> None:
    """Seal every secret under the first key of LMS_EXT_SEAL_KEYS; after that the other keys may go."""
    if reseal(tell=True):
        raise click.ClickException(
            "Sebagian rahasia tidak dapat dibuka dengan kunci mana pun; kembalikan kunci lama di belakang kunci baru. "
            "/ Some secrets open with none of the keys; put the old key back, behind the new one."
        )
    click.echo("Kunci lama tidak diperlukan lagi. / Older keys are needed no more.")


def reseal(*, tell: bool = False) -> int:
    """Seal everything under the newest key, in the running application; gives how many secrets no key opens."""
    from lms_ext.models import db
    from lms_ext.services import sealing
    from lms_ext.web.tool import tool

    # the running application has loaded every service, and each has registered the columns that it seals
    found = sealing.reseal_all(db.session, tool().sealer, db.session.commit)
    for one in found if tell else ():
        click.echo(f"{one.name}\tresealed {one.resealed}\tfresh {one.fresh}\tlost {one.lost}")
    return sum(one.lost for one in found)
