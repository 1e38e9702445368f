"""A gradebook column as LTI writes it: in the answer to deep linking, and where we make one ourselves."""

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from lms_ext.domain.activities import Json

VARIABLES = {
    "available_start": "$ResourceLink.available.startDateTime",
    "submission_start": "$ResourceLink.submission.startDateTime",
    "submission_end": "$ResourceLink.submission.endDateTime",
}
"""Custom parameters by which platforms tell, at each launch, the times that a teacher may since have changed there."""
DATES = frozenset({*VARIABLES, "starts", "ends"})
"""Custom parameters that hold a time; the last two are what was written when choosing."""
_LABEL = 255
"""Moodle keeps no longer name."""
_REVIEWABLE: list[Json] = ["InProgress", "Submitted", "Completed"]


@dataclass(frozen=True, slots=True)
class LineItem:
    """A column to be; `ref` is the activity (or pack) whose work the gradebook opens from it."""

    label: str
    maximum: int
    resource_id: str
    tag: str
    ref: str
    released: bool = True


def time_text(moment: datetime) -> str:
    """Write a time as platforms take it: UTC, whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_time(written: object) -> datetime | None:
    """Read a time, in UTC when it names no zone; None when it is none."""
    try:
        moment = datetime.fromisoformat(written) if isinstance(written, str) else None
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC) if moment else None
    except (ValueError, OverflowError):
        return None


def period(starts_at: datetime | None, ends_at: datetime | None) -> dict[str, Json]:
    """Give start and end as far as they are set."""
    times = {"startDateTime": starts_at, "endDateTime": ends_at}
    return {name: time_text(moment) for name, moment in times.items() if moment}


def target(launch_url: str, ref: str) -> str:
    """Give the address that opens an activity or a pack.

    The ref stands in the address as well as in `custom`: Canvas may drop custom parameters.
    """
    return f"{launch_url}?activity={quote(ref, safe='/')}"


def line_item(item: LineItem, launch_url: str) -> dict[str, Json]:
    """Describe a column, with the link by which its gradebook opens a learner's work (Submission Review 1.0)."""
    return {
        "label": item.label[:_LABEL],
        "scoreMaximum": item.maximum,
        "resourceId": item.resource_id,
        "tag": item.tag,
        "gradesReleased": item.released,
        "submissionReview": {
            "reviewableStatus": _REVIEWABLE,
            "label": "Tinjau karya",
            "url": target(launch_url, item.ref),
            "custom": {"activity": item.ref},
        },
    }
