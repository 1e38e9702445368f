"""Course packs as authored."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lms_ext.domain.activities import Activity, Json
from lms_ext.domain.texts import Text


@dataclass(frozen=True, slots=True)
class Asset:
    """A picture or file of a pack; `sha256` in hex, `size` in bytes."""

    path: str
    media_type: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Source:
    """Where a text comes from."""

    title: str
    url: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Unit:
    id: str
    title: Text
    summary: Text | None
    activities: tuple[Activity, ...]


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack that was read without errors."""

    id: str
    version: str
    title: Text
    summary: Text | None
    language: str
    licence: str
    authors: tuple[str, ...]
    units: tuple[Unit, ...]
    sources: tuple[Source, ...] = ()
    audience: tuple[str, ...] = ()
    assets: Mapping[str, Asset] = field(default_factory=dict)
    document: Mapping[str, Json] = field(default_factory=dict)
    """The whole pack as plain JSON, as a snapshot stores it; reading it again gives this pack."""

    @property
    def activities(self) -> tuple[Activity, ...]:
        """Give all activities in the author's order."""
        return tuple(one for unit in self.units for one in unit.activities)

    def activity(self, activity_id: str) -> Activity | None:
        """Find an activity by its id inside the pack."""
        return next((one for one in self.activities if one.id == activity_id), None)
