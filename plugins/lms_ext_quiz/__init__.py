"""lms_ext plugin: quiz."""

from lms_ext.api import ActivityType, PackFormat, hookimpl
from lms_ext_quiz import shorthand
from lms_ext_quiz.activity import Quiz


@hookimpl
def register_activity_types() -> list[ActivityType]:
    return [Quiz()]


@hookimpl
def register_pack_formats() -> list[PackFormat]:
    return [PackFormat(".quiz.md", Quiz.name, shorthand.read)]
