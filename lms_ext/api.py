"""ALL that a plugin may import from lms_ext."""

from lms_ext.config_fields import Localized, Markdown, RichText, StableId, Strict
from lms_ext.domain.access import Access, Action, Actor
from lms_ext.domain.activities import (
    Activity,
    Answer,
    Aspect,
    Entries,
    Experience,
    Field,
    FieldKind,
    Indicator,
    Json,
    Keep,
    Level,
    Outcome,
    Rubric,
    Wants,
    Work,
)
from lms_ext.domain.activity_types import ActivityType, PackFormat, Reading, Sample, ScoredUnit
from lms_ext.domain.events import GradeDelivered, PackPublished, SubmissionRecorded
from lms_ext.domain.incoming import Incoming, NoticeHandler, Reply
from lms_ext.domain.offers import OfferedMessage
from lms_ext.domain.packs import Pack, Unit
from lms_ext.domain.people import Role
from lms_ext.domain.problems import Problem, Severity
from lms_ext.domain.quirks import PlatformInfo, Quirks
from lms_ext.domain.texts import Text, pick, text
from lms_ext.hookspecs import hookimpl

__all__ = [
    "Access", "Action", "Activity", "ActivityType", "Actor", "Answer", "Aspect", "Entries", "Experience", "Field",
    "FieldKind", "GradeDelivered", "Incoming", "Indicator", "Json", "Keep", "Level", "Localized", "Markdown", "NoticeHandler",
    "OfferedMessage", "Outcome", "Pack", "PackFormat", "PackPublished", "PlatformInfo", "Problem", "Quirks", "Reading",
    "Reply", "RichText", "Role", "Rubric", "Sample", "ScoredUnit", "Severity", "StableId", "Strict", "SubmissionRecorded",
    "Text", "Unit", "Wants", "Work", "hookimpl", "pick", "text",
]  # fmt: skip
