"""Which platforms' teachers may choose which packs: all may choose all, until an admin switches one off."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import select

from lms_ext.models import PackOff
from lms_ext.services.seats import Db


def off(session: Db, within: Collection[int] | None) -> dict[str, set[int]]:
    """Give, by pack, the platforms whose teachers cannot choose it."""
    asked: Any = select(PackOff.pack_id, PackOff.platform_id)
    if within is not None:
        asked = asked.where(PackOff.platform_id.in_(sorted(within)))
    found: dict[str, set[int]] = {}
    for pack_id, platform_id in session.execute(asked):
        found.setdefault(pack_id, set()).add(platform_id)
    return found


def off_at(session: Db, platform_id: int) -> frozenset[str]:
    """Give the packs that a platform's teachers cannot choose."""
    return frozenset(session.execute(select(PackOff.pack_id).where(PackOff.platform_id == platform_id)).scalars())


def switch(session: Db, platform_id: int, pack_id: str, *, on: bool, now: datetime) -> bool:
    """Let a platform's teachers choose a pack, or not any more; False when nothing changes."""
    row = session.get(PackOff, (platform_id, pack_id))
    if on == (row is None):
        return False
    if row is not None:
        session.delete(row)
    else:
        session.add(PackOff(platform_id=platform_id, pack_id=pack_id, since=now))
    session.flush()
    return True
