"""Every hook. The first word says what happens when a plugin raises: see `lms_ext.plugin_host`."""

import pluggy

from lms_ext.domain.access import Access, Action, Actor
from lms_ext.domain.activity_types import ActivityType, PackFormat
from lms_ext.domain.events import GradeDelivered, PackPublished, SubmissionRecorded
from lms_ext.domain.incoming import NoticeHandler
from lms_ext.domain.offers import OfferedMessage
from lms_ext.domain.packs import Pack
from lms_ext.domain.problems import Problem
from lms_ext.domain.quirks import PlatformInfo, Quirks

PROJECT = "lms_ext"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def register_activity_types() -> list[ActivityType]:  # type: ignore[empty-body]  # a hookspec has no body
    """Give the activity types this plugin brings."""


@hookspec
def register_pack_formats() -> list[PackFormat]:  # type: ignore[empty-body]  # a hookspec has no body
    """Give the file formats this plugin reads in a pack, by file name suffix."""


@hookspec
def register_messages() -> list[OfferedMessage]:  # type: ignore[empty-body]  # a hookspec has no body
    """Give the LTI messages and placements that an LMS should know of when it registers the tool."""


@hookspec
def register_notice_handlers() -> list[NoticeHandler]:  # type: ignore[empty-body]  # a hookspec has no body
    """Give who wants to hear which notices of platforms, such as that a course was copied."""


@hookspec
def check_pack(pack: Pack) -> list[Problem]:  # type: ignore[empty-body]  # a hookspec has no body
    """Report faults of a whole pack, beyond what the schemas see."""


@hookspec(firstresult=True)
def choose_quirks(platform: PlatformInfo) -> Quirks | None:
    """Give the differences of this platform, or None to let another plugin decide."""


@hookspec(firstresult=True)
def choose_access(actor: Actor, action: Action) -> Access | None:
    """Allow or deny an action in a course, or None to let another plugin decide."""


@hookspec
def on_pack_published(event: PackPublished) -> None:
    """Hear that a pack version was published."""


@hookspec
def on_submission_recorded(event: SubmissionRecorded) -> None:
    """Hear that work was handed in."""


@hookspec
def on_grade_delivered(event: GradeDelivered) -> None:
    """Hear that a grade arrived, was kept back by the platform's own grade, or was parked."""
