"""Gradebook columns: their keys, and what a teacher may switch on for a link."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

ASPECTS = "aspects"
"""A column for each aspect of a rubric, beside the one for the whole."""
UNITS = "units"
"""A column for each unit that an activity scores by itself, such as a module's sections."""
HOLD = "hold"
"""Ask the LMS to keep grades from learners until the teacher releases them there."""
ENGLISH = "en"
"""Name the columns that we make in English, the language in which they were chosen; else in Indonesian."""
OPTIONS = (ASPECTS, UNITS, HOLD, ENGLISH)
SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/"
"""What the scopes of the grade services begin with."""
_PART = "#"
_UNIT = "unit:"
"""Keeps units from rubric aspects of the same id, which has no colon."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a teacher sets for a link besides its points."""

    starts_at: datetime | None = None
    ends_at: datetime | None = None
    options: str = ""
    releases_at: datetime | None = None
    """When grades that are held are to be shown to learners; None leaves that to the teacher in the LMS."""


def read_options(written: str) -> str:
    """Keep the options that exist, in a fixed order."""
    words = written.split()
    return " ".join(one for one in OPTIONS if one in words)


def is_released(options: str, releases_at: datetime | None, now: datetime) -> bool:
    """Tell whether the LMS may show grades to learners: those that are held, from the time a teacher chose."""
    return HOLD not in options.split() or (releases_at is not None and releases_at <= now)


def part_key(ref: str, part: str) -> str:
    """Give the key of the column for a part of ``pack/activity``: an aspect of its rubric."""
    return f"{ref}{_PART}{part}"


def unit_key(ref: str, unit: str) -> str:
    """Give the key of the column for a unit of ``pack/activity``."""
    return part_key(ref, f"{_UNIT}{unit}")


def whole(key: str) -> str:
    """Give the ``pack/activity`` of a column's key."""
    return key.partition(_PART)[0]


def is_part(key: str) -> bool:
    """Tell whether a column is for a part only."""
    return _PART in key


def may_make(container: str, scopes: str) -> bool:
    """Tell whether a course lets us make columns and write in them."""
    return bool(container) and {SCOPE + "lineitem", SCOPE + "score"} <= set(scopes.split())


def may_read(scopes: Collection[str]) -> bool:
    """Tell whether a course lets us read grades back."""
    return SCOPE + "result.readonly" in scopes
