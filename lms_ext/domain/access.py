"""Who may do what. One question, asked in one place, answered by the `choose_access` hook."""

import enum
from dataclasses import dataclass

from lms_ext.domain.people import Role


class Action(enum.StrEnum):
    WORK = "work"
    """See an activity and work in it."""
    TEACH = "teach"
    """See the class, open and mark work, resend grades."""
    CHOOSE = "choose"
    """Add activities to the course."""
    OWN_DATA = "own-data"
    """See, take along and erase what is held of oneself."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A person in one course, by internal ids only."""

    platform_id: int
    space_id: int
    person_id: int
    role: Role


@dataclass(frozen=True, slots=True)
class Access:
    allowed: bool
    reason: str = ""
    """Code of the message shown when denied."""
