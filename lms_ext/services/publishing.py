"""Publish a pack as an immutable snapshot; attempts under way keep the one they began with."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from lms_ext.domain.events import PackPublished
from lms_ext.domain.packs import Pack
from lms_ext.models import AssetBlob, Attempt, PublishedPack, Snapshot
from lms_ext.packs.archives import ArchiveRefused, opened
from lms_ext.packs.snapshots import digest
from lms_ext.plugin_host import PluginHost
from lms_ext.services.seats import Db

if TYPE_CHECKING:
    from lms_ext.packs.reading import Loaded


@dataclass(frozen=True, slots=True)
class Published:
    """What new attempts of a pack begin with, and how many attempts are under way (`open_older`: on an earlier version)."""

    pack: str
    version: str
    snapshot: str
    since: datetime
    open: int = 0
    open_older: int = 0


def read(path: Path, plugins: PluginHost) -> "Loaded":
    """Read and check a pack, folder or zip, with the enabled plugins, their checks of the whole pack included."""
    from lms_ext.packs.reading import Loaded, read_pack  # noqa: PLC0415 - 2 MB that most web processes never need

    try:
        with opened(path) as folder:
            loaded = read_pack(folder, plugins.activity_types, plugins.pack_formats)
    except ArchiveRefused as refused:
        return Loaded(None, (refused.problem,))
    if loaded.pack is None:
        return loaded
    found = plugins.call_each("check_pack", pack=loaded.pack)
    return loaded.with_problems(one for problems in found for one in problems or ())


def every(session: Db) -> list[Published]:
    """List the published packs by id."""
    rows = session.execute(
        select(PublishedPack.pack_id, Snapshot.version, Snapshot.hash, PublishedPack.updated_at)
        .join(Snapshot, Snapshot.hash == PublishedPack.snapshot_hash)
        .order_by(PublishedPack.pack_id)
    ).all()
    counted = session.execute(
        select(Snapshot.pack_id, Snapshot.hash, func.count())
        .join(Attempt, Attempt.snapshot_hash == Snapshot.hash)
        .where(Attempt.status.in_(("open", "returned")))
        .group_by(Snapshot.pack_id, Snapshot.hash)
    ).all()
    result = []
    for pack_id, version, snapshot, since in rows:
        mine = {one: number for owner, one, number in counted if owner == pack_id}
        total = sum(mine.values())
        result.append(Published(pack_id, version, snapshot, since, total, total - mine.get(snapshot, 0)))
    return result


def published(session: Db, pack_id: str) -> tuple[Published, Mapping[str, Any]] | None:
    """Give what is published of a pack with its document, or None."""
    found = next((one for one in every(session) if one.pack == pack_id), None)
    if found is None:
        return None
    return found, session.execute(select(Snapshot.document).where(Snapshot.hash == found.snapshot)).scalar_one()


def publish(session: Db, pack: Pack, blobs: Mapping[str, bytes], now: datetime) -> PackPublished | None:
    """Store the pack and make it the one new attempts begin with; None when it already is.

    `blobs` holds the contents of its assets by path.
    """
    snapshot = digest(pack.document)
    current = session.get(PublishedPack, pack.id, with_for_update=True)
    if current and current.snapshot_hash == snapshot:
        return None
    for asset in pack.assets.values():
        if session.get(AssetBlob, asset.sha256) is None:
            session.add(AssetBlob(sha256=asset.sha256, media_type=asset.media_type, data=blobs[asset.path]))
    if session.get(Snapshot, snapshot) is None:
        document = dict(pack.document)
        session.add(Snapshot(hash=snapshot, pack_id=pack.id, version=pack.version, document=document, published_at=now))
        session.flush()
    if current:
        current.snapshot_hash = snapshot
        current.updated_at = now
    else:
        session.add(PublishedPack(pack_id=pack.id, snapshot_hash=snapshot, updated_at=now))
    session.flush()
    return PackPublished(pack.id, pack.version, snapshot)
