"""Canvas."""

from collections.abc import Mapping

from lms_ext.domain.activities import Json
from lms_ext.domain.quirks import Quirks

_SUBMISSION = "https://canvas.instructure.com/lti/submission"


class Canvas(Quirks):
    """Canvas, hosted or not. Its refused timestamps (400 that names the timestamp) the base class knows already."""

    product = "canvas"
    counts_submissions = True

    def score_body(self, body: dict[str, Json], *, again: bool) -> dict[str, Json]:
        """Say that a resent or corrected score is no new submission.

        Fault: every score makes a new submission unless told otherwise.
        Effect: a regrade after the deadline marks the work as late, and uses up one of the allowed attempts.
        Source: Canvas API documentation of Score, extension submission.new_submission; instructure/canvas-lms#1799.
        """
        if not again:
            return body
        told = body.get(_SUBMISSION)
        return {**body, _SUBMISSION: {**(told if isinstance(told, dict) else {}), "new_submission": False}}

    def is_rate_limit(self, status: int, headers: Mapping[str, str]) -> bool:
        """Take 403 with nothing remaining for "slow down".

        Fault: throttling may answer 403 instead of 429, told apart only by the header ``x-rate-limit-remaining``.
        Effect: a busy minute looks like a permission that was withdrawn, and grades would be given up.
        Source: PrairieLearn, lti13.ts; Canvas API documentation, Throttling.
        """
        if super().is_rate_limit(status, headers):
            return True
        remaining = next((value for name, value in headers.items() if name.lower() == "x-rate-limit-remaining"), "")
        return status == 403 and _spent(remaining)


def _spent(remaining: str) -> bool:
    try:
        return float(remaining) <= 0
    except ValueError:
        return False
