"""One structured log line for each event, with internal ids only."""

from dataclasses import asdict

import structlog

from lms_ext.domain.events import GradeDelivered, PackPublished, SubmissionRecorded
from lms_ext.hookspecs import hookimpl

log = structlog.get_logger("lms_ext.audit")


@hookimpl
def on_pack_published(event: PackPublished) -> None:
    """Log a publication."""
    log.info("pack.published", **asdict(event))


@hookimpl
def on_submission_recorded(event: SubmissionRecorded) -> None:
    """Log a handing-in."""
    log.info("submission.recorded", **asdict(event))


@hookimpl
def on_grade_delivered(event: GradeDelivered) -> None:
    """Log what became of a grade."""
    log.info("grade.delivered", **asdict(event))
