"""What an admin hands in of an LMS: a JSON file, and what is told of its gaps."""

import json
from collections.abc import Collection
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click


def read_registration(file: Path, known: Collection[str]) -> dict[str, Any]:
    """Read a registration; keys that are not `known` are named on stderr, what is no JSON object ends the command."""
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise click.ClickException(f"{file}: bukan JSON / not JSON: {error}") from error
    if not isinstance(data, dict):
        raise click.ClickException(
            f'{file}: isinya harus satu objek JSON, {{"issuer": …}}. / It must be one JSON object, {{"issuer": …}}.'
        )
    for key in sorted(data.keys() - set(known)):
        near = get_close_matches(key, known, n=1)
        meant = f" Maksudnya `{near[0]}`? / Did you mean `{near[0]}`?" if near else ""
        click.echo(
            f"{file}: kunci `{key}` tidak dikenal dan dilewati. / Key `{key}` is unknown and was left out.{meant}", err=True
        )
    return data


def tell_no_deployment(client_id: str) -> None:
    """Say on stderr that a registration without deployments lets nobody in."""
    click.echo(
        f"Belum ada deployment id untuk {client_id}: setiap peluncuran ditolak sampai satu ada; ulangi perintah ini dengan "
        f"--deployment-id. / No deployment id yet for {client_id}: every launch is refused until one is added; repeat this "
        "command with --deployment-id.",
        err=True,
    )
