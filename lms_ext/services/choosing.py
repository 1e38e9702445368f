"""What a teacher may put into a course: published activities and whole packs, found by words, kind and framework tag."""

import difflib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from lms_ext.domain.activities import Activity
from lms_ext.domain.activity_types import ActivityType
from lms_ext.domain.columns import ASPECTS, UNITS
from lms_ext.domain.texts import Text, text
from lms_ext.packs import framework
from lms_ext.services import pack_access
from lms_ext.services.catalog import Catalog, Published
from lms_ext.services.seats import Db

PACK = "pack"
"""The kind of an item that opens a whole pack."""
_PACK_TITLE = text("Seluruh paket", "Whole pack")
_PARTICLES = ("nya", "lah", "kah", "pun")
_GROUPS = (
    ("prinsip", text("Prinsip pembelajaran", "Learning principle")),
    ("pengalaman", text("Pengalaman belajar", "Learning experience")),
    ("dimensi", text("Dimensi profil lulusan", "Graduate profile dimension")),
)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that can stand behind a link; `ref` is ``pack/activity``, or ``pack`` for a whole pack."""

    ref: str
    pack: str
    title: Text
    summary: Text | None
    kind: str
    kind_title: Text
    size: Text | None
    points: int
    minutes: int | None
    tags: tuple[str, ...]
    """The author's tags, and ``pengalaman:…`` for the learning experience."""
    columns: frozenset[str] = frozenset()
    """What it, or something in it, can have a gradebook column each for: `domain.columns.ASPECTS`, ``UNITS``."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """A published pack and what it offers, the pack itself first."""

    published: Published
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """What to look for; "" asks for everything."""

    words: str = ""
    pack: str = ""
    kind: str = ""
    tag: str = ""


def shelves(session: Db, catalog: Catalog, platform_id: int) -> list[Shelf]:
    """Give the published packs of a platform; an activity whose type is switched off cannot be chosen."""
    off = pack_access.off_at(session, platform_id)
    return [Shelf(one, _items(one, catalog.types)) for one in catalog.all(session) if one.pack.id not in off]


def _items(published: Published, types: Mapping[str, ActivityType]) -> tuple[Item, ...]:
    pack = published.pack
    usable = [(one, types[one.type]) for one in pack.activities if one.type in types and one.config is not None]
    minutes = sum(one.minutes or 0 for one, _ in usable) or None
    size = text(f"{len(usable)} aktivitas", f"{len(usable)} activities")
    items = [_item(pack.id, one, kind) for one, kind in usable]
    columns = frozenset[str]().union(*(one.columns for one in items))
    whole = Item(pack.id, pack.id, pack.title, pack.summary, PACK, _PACK_TITLE, size, 0, minutes, (), columns)
    return (whole, *items)


def _item(pack_id: str, one: Activity, kind: ActivityType) -> Item:
    tags = (*one.tags, f"pengalaman:{one.experience.value}") if one.experience else one.tags
    size = kind.summary(one.config)
    columns = {ASPECTS: one.rubric, UNITS: kind.units(one.config)}
    return Item(
        one.ref, pack_id, one.title, one.summary, kind.name, kind.title, size, one.points, one.minutes, tags,
        frozenset(name for name, parts in columns.items() if parts),
    )  # fmt: skip


def fold(value: str) -> str:
    """Reduce a text to what people type: no case, no accents, no hyphens (*soal-soal*), no apostrophes (*Jum'at*)."""
    plain = unicodedata.normalize("NFKD", value.casefold())
    kept = "".join(
        one if one.isalnum() else " " for one in plain if not unicodedata.combining(one) and one not in "'’‘ʼ`"
    )  # fmt: skip
    return " ".join(kept.split())


def _stem(word: str) -> str:
    """Drop a particle: *refleksinya* asks for *refleksi*."""
    for one in _PARTICLES:
        if word.endswith(one) and len(word) - len(one) >= 4:
            return word.removesuffix(one)
    return word


def _searched(item: Item) -> str:
    parts = [*item.title.values(), *(item.summary or {}).values(), *item.kind_title.values(), *item.tags]
    return fold(" ".join(parts))


def find(items: Sequence[Item], wish: Wish) -> list[Item]:
    """Give the items that have every word, in their order."""
    words = [_stem(one) for one in fold(wish.words).split()]
    return [
        one
        for one in items
        if (not wish.pack or one.pack == wish.pack)
        and (not wish.kind or one.kind == wish.kind)
        and (not wish.tag or wish.tag in one.tags)
        and all(word in haystack for haystack in [_searched(one)] for word in words)
    ]


def nearest_word(items: Sequence[Item], words: str) -> str:
    """Offer the word that someone who found nothing probably meant; "" when none is near."""
    known = sorted({word for one in items for word in _searched(one).split() if len(word) > 3})
    for asked in fold(words).split():
        if not any(asked in word for word in known):
            near = difflib.get_close_matches(asked, known, n=1, cutoff=0.7)
            return near[0] if near else ""
    return ""


def tag_groups(items: Sequence[Item]) -> list[tuple[Text, list[tuple[str, str]]]]:
    """Give the framework tags that some item has, in official order: (group, [(tag, name)])."""
    used = {tag for one in items for tag in one.tags}
    names = {
        "prinsip": {one: one for one in framework.PRINCIPLES},
        "pengalaman": {one: one for one in framework.EXPERIENCES},
        "dimensi": framework.DIMENSIONS,
    }
    groups = []
    for group, title in _GROUPS:
        options = [(f"{group}:{key}", name) for key, name in names[group].items() if f"{group}:{key}" in used]
        if options:
            groups.append((title, options))
    return groups


def read_points(written: str) -> int | None:
    """Read the points a teacher wrote: 1 to 100, 0 for "without a grade" (left empty), None when it is neither."""
    written = written.strip()
    if not written:
        return 0
    if not (written.isascii() and written.isdecimal() and len(written) <= 3):
        return None
    return int(written) if 1 <= int(written) <= 100 else None


def read_period(starts: str, ends: str, zone: str) -> tuple[datetime | None, datetime | None, str]:
    """Read when work begins and is due, and say what is wrong with them: ``unreadable``, ``order`` or ""."""
    begins, due = read_moment(starts, zone), read_moment(ends, zone)
    if (starts and not begins) or (ends and not due):
        return begins, due, "unreadable"
    return begins, due, "order" if begins and due and due <= begins else ""


def write_moment(moment: datetime | None, zone: str) -> str:
    """Write a time as a browser's date field takes it."""
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}" if moment else ""


def read_moment(written: str, zone: str) -> datetime | None:
    """Read a time as a browser's date field writes it, in the zone of the school; None when it is none."""
    try:
        moment = datetime.strptime(written.strip()[:16], "%Y-%m-%dT%H:%M").replace(tzinfo=ZoneInfo(zone))
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
