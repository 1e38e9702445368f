"""`lms-ext pack …`: check, publish, list and compare course packs."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lms_ext.cli_app import in_app, note
from lms_ext.settings import plugin_names

if TYPE_CHECKING:
    from lms_ext.domain.packs import Pack
    from lms_ext.packs.reading import Loaded
    from lms_ext.plugin_host import PluginHost

_path = click.argument("path", type=click.Path(path_type=Path))
_language = click.option("--lang", type=click.Choice(["id", "en"]), default="id", show_default=True)


def _said(lang: str, indonesian: str, english: str) -> None:
    click.echo(english if lang == "en" else indonesian)


def _read(path: Path, plugins: "PluginHost", lang: str, *, as_json: bool = False) -> tuple["Pack", "Loaded"]:
    """Read a pack and print every problem; SystemExit(1) when it has errors."""
    from lms_ext.packs import report
    from lms_ext.services import publishing

    loaded = publishing.read(path, plugins)
    click.echo(report.render_json(loaded.problems) if as_json else report.render(loaded.problems, lang, files=loaded.read))
    if loaded.pack is None:
        sys.exit(1)
    return loaded.pack, loaded


@click.group()
def pack() -> None:
    """Check, publish, list and compare course packs."""


@pack.command()
@_path
@_language
@click.option("--json", "as_json", is_flag=True, help="Problems as JSON, for editors and other programs.")
def check(path: Path, lang: str, as_json: bool) -> None:
    """Report every problem of a pack (a folder or a .zip) with its file and line; needs no database."""
    from lms_ext.defaults import builtin_plugins
    from lms_ext.plugin_host import load_plugins

    _read(path, load_plugins(plugin_names(os.environ), builtin=builtin_plugins()), lang, as_json=as_json)


@pack.command()
@in_app
@_path
@_language
def publish(path: Path, lang: str) -> None:
    """Publish a pack (a folder or a .zip); attempts under way keep the version they began with."""
    from lms_ext.models import db, utcnow
    from lms_ext.services import publishing
    from lms_ext.web.tool import tool

    found, loaded = _read(path, tool().plugins, lang)
    before = publishing.published(db.session, found.id)
    event = publishing.publish(db.session, found, loaded.blobs, utcnow())
    if event is not None:
        note("pack.publish", event.pack, version=event.version, snapshot=event.snapshot[:12])
    db.session.commit()
    if event is None:
        _said(lang, "Tidak ada yang berubah.", "Nothing has changed.")
        return
    tool().plugins.call_each("on_pack_published", event=event)
    if before and before[0].version == event.version:
        _said(lang, f"Isinya berubah, tetapi nomor versi tetap {event.version}: naikkan `version`.",
              f"The content changed, but the version is still {event.version}: raise `version`.")  # fmt: skip
    _said(lang, f"Terbit: {event.pack} {event.version} {event.snapshot[:12]}",
          f"Published: {event.pack} {event.version} {event.snapshot[:12]}")  # fmt: skip


@pack.command("list")
@in_app
@_language
def list_packs(lang: str) -> None:
    """List the published packs: id, version, snapshot, when, and attempts under way."""
    from lms_ext.models import db, engine
    from lms_ext.services import publishing

    engine.reads_only()
    for one in publishing.every(db.session):
        click.echo("\t".join([one.pack, one.version, one.snapshot[:12], f"{one.since:%Y-%m-%d %H:%M} UTC", _work(one, lang)]))


def _work(one: Any, lang: str) -> str:
    if lang == "en":
        return f"{one.open} under way" + (f", {one.open_older} of them on an older version" if one.open_older else "")
    return f"{one.open} sedang dikerjakan" + (f", {one.open_older} di antaranya versi lama" if one.open_older else "")


@pack.command("diff")
@in_app
@_path
@_language
def diff_pack(path: Path, lang: str) -> None:
    """Say what differs between a pack (a folder or a .zip) and what is published, and what people at work will notice."""
    from lms_ext.models import db, engine
    from lms_ext.packs import report
    from lms_ext.packs.diffing import diff
    from lms_ext.services import publishing
    from lms_ext.web.tool import tool

    engine.reads_only()
    found, _ = _read(path, tool().plugins, lang)
    published = publishing.published(db.session, found.id)
    if published is None:
        _said(lang, f"Paket {found.id} belum pernah terbit.", f"Pack {found.id} was never published.")
        return
    current, document = published
    _said(lang, f"Yang terbit: {current.pack} {current.version}, {_work(current, lang)}.",
          f"Published: {current.pack} {current.version}, {_work(current, lang)}.")  # fmt: skip
    click.echo(report.render_changes(diff(document, found.document), lang))
