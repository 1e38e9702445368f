"""lms_ext plugin: journal, a guided reflection that a teacher reads."""

from lms_ext.api import ActivityType, hookimpl
from lms_ext_journal.activity import Journal


@hookimpl
def register_activity_types() -> list[ActivityType]:
    """Give the type."""
    return [Journal()]
