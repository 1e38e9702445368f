"""Publish a pack as an immutable snapshot; attempts under way keep the one they began with."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from lms_ext.domain.events import PackPublished
from lms_ext.domain.packs import Pack
from lms_ext.models import AssetBlob, PublishedPack, Snapshot
from lms_ext.packs.snapshots import digest
from lms_ext.services.seats import Db


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


def asset(session: Db, snapshot: str, path: str) -> AssetBlob | None:
    """Find a file of a snapshot by the path its author gave it."""
    document = session.execute(select(Snapshot.document).where(Snapshot.hash == snapshot)).scalar_one_or_none()
    entry = (document or {}).get("assets", {}).get(path)
    return session.get(AssetBlob, entry["sha256"]) if entry else None
