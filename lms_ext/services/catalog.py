"""Published packs, read once per process and snapshot."""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import bindparam, select

from lms_ext.domain.activities import Activity
from lms_ext.domain.activity_types import ActivityType
from lms_ext.domain.packs import Pack
from lms_ext.models import AssetBlob, PublishedPack, Snapshot
from lms_ext.models.statements import Runs, Statement
from lms_ext.packs.snapshots import pack_from_document
from lms_ext.services.seats import Db

_CURRENT = Statement(lambda _: select(PublishedPack.snapshot_hash).where(PublishedPack.pack_id == bindparam("pack_id")))


@dataclass(frozen=True, slots=True)
class Published:
    """A pack and the hash of the snapshot it came from."""

    snapshot: str
    pack: Pack


@dataclass
class Catalog:
    """Snapshots are immutable, so what was read once stays right; the newest `size` are kept."""

    types: Mapping[str, ActivityType]
    size: int = 64
    _kept: OrderedDict[str, Pack] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def snapshot(self, session: Runs, digest: str) -> Pack | None:
        """Give the pack of a snapshot, or None when there is no such snapshot."""
        with self._lock:
            if digest in self._kept:
                self._kept.move_to_end(digest)
                return self._kept[digest]
        document = session.execute(select(Snapshot.document).where(Snapshot.hash == digest)).scalar_one_or_none()
        if document is None:
            return None
        pack = pack_from_document(document, self.types)
        with self._lock:
            self._kept[digest] = pack
            while len(self._kept) > self.size:
                self._kept.popitem(last=False)
        return pack

    def current(self, session: Runs, pack_id: str) -> Published | None:
        """Give the snapshot of a pack that new attempts begin with."""
        digest = _CURRENT.value(session, {"pack_id": pack_id})
        pack = self.snapshot(session, digest) if digest else None
        return Published(digest, pack) if digest and pack else None

    def all(self, session: Runs) -> list[Published]:
        """Give every published pack, in order of its id."""
        digests = session.execute(select(PublishedPack.snapshot_hash).order_by(PublishedPack.pack_id)).scalars().all()
        return [Published(digest, pack) for digest in digests if (pack := self.snapshot(session, digest))]

    def activity(self, session: Runs, ref: str, digest: str | None = None) -> tuple[str, Activity] | None:
        """Find ``pack/activity`` in the pinned snapshot `digest`, or in the current one; gives (snapshot, activity)."""
        pack_id, _, activity_id = ref.partition("/")
        if digest is None:
            published = self.current(session, pack_id)
            if published is None:
                return None
            digest, pack = published.snapshot, published.pack
        else:
            pinned = self.snapshot(session, digest)
            if pinned is None:
                return None
            pack = pinned
        activity = pack.activity(activity_id)
        return (digest, activity) if activity else None


def asset(session: Db, snapshot: str, path: str) -> AssetBlob | None:
    """Find a file of a snapshot by the path its author gave it."""
    document = session.execute(select(Snapshot.document).where(Snapshot.hash == snapshot)).scalar_one_or_none()
    entry = (document or {}).get("assets", {}).get(path)
    return session.get(AssetBlob, entry["sha256"]) if entry else None
