"""Things that happened, told to plugins after the commit. Plain values; never a person's words or name."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PackPublished:
    pack: str
    version: str
    snapshot: str


@dataclass(frozen=True, slots=True)
class SubmissionRecorded:
    platform_id: int
    space_id: int
    attempt_id: int
    activity: str
    revision: int
    needs_marking: bool


@dataclass(frozen=True, slots=True)
class GradeDelivered:
    platform_id: int
    space_id: int
    link_id: int
    person_id: int
    state: str
    """sent, kept or parked"""
    reason: str
    column: str = ""
    """"" for the link's own column, else the key of one that we made: ``pack/activity`` or ``pack/activity#aspect``."""
