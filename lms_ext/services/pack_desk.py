"""Packs as an admin handles them: uploaded, checked, published."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from lms_ext.domain.events import PackPublished
from lms_ext.domain.texts import storable
from lms_ext.models import PackUpload
from lms_ext.packs.diffing import Change, diff
from lms_ext.plugin_host import PluginHost
from lms_ext.services import publishing
from lms_ext.services.publishing import Published
from lms_ext.services.seats import Db

if TYPE_CHECKING:
    from lms_ext.packs.reading import Loaded

_LIFE = timedelta(days=1)
_KEPT = 3
"""Uploads kept for each admin; the oldest make room."""


@dataclass(frozen=True, slots=True)
class Checked:
    """An uploaded pack, read with every check."""

    upload: PackUpload
    loaded: "Loaded"
    before: Published | None
    """What is published of this pack."""
    changes: Sequence[Change]


def take_in(session: Db, admin_id: int, name: str, data: bytes, now: datetime) -> PackUpload:
    """Keep an archive until it is published; older uploads are forgotten."""
    upload = PackUpload(admin_id=admin_id, name=storable(Path(name).name)[:200] or "paket.zip", data=data, created_at=now)
    session.add(upload)
    session.flush()
    mine = select(PackUpload.id).where(PackUpload.admin_id == admin_id)
    newest = mine.order_by(PackUpload.created_at.desc(), PackUpload.id.desc()).limit(_KEPT)
    kept = list(session.execute(newest).scalars())
    old = (PackUpload.admin_id == admin_id) & PackUpload.id.not_in(kept)
    session.execute(
        delete(PackUpload).where(old | (PackUpload.created_at < now - _LIFE)).execution_options(synchronize_session=False)
    )
    return upload


def check(session: Db, admin_id: int, upload_id: int, plugins: PluginHost) -> Checked | None:
    """Read an admin's own upload with the enabled plugins and compare it with what is published; None when there is none."""
    upload = session.get(PackUpload, upload_id)
    if upload is None or upload.admin_id != admin_id:
        return None
    with tempfile.TemporaryDirectory(prefix="lms-ext-pack-") as folder:
        archive = Path(folder) / "paket.zip"
        archive.write_bytes(upload.data)
        loaded = publishing.read(archive, plugins)
    if loaded.pack is None:
        return Checked(upload, loaded, None, ())
    published = publishing.published(session, loaded.pack.id)
    if published is None:
        return Checked(upload, loaded, None, ())
    return Checked(upload, loaded, published[0], tuple(diff(published[1], loaded.pack.document)))


def publish(session: Db, checked: Checked, now: datetime) -> PackPublished | None:
    """Publish what was checked and forget the upload; None when nothing differs from what is published."""
    assert checked.loaded.pack is not None
    event = publishing.publish(session, checked.loaded.pack, checked.loaded.blobs, now)
    session.delete(checked.upload)
    session.flush()
    return event
