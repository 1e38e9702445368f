"""Canvas (instructure/canvas-lms, ``app/controllers/lti/ims/scores_controller.rb``)."""

from collections.abc import Mapping

from lms_ext.domain.activities import Json
from lms_ext.domain.quirks import Quirks

_SUBMISSION = "https://canvas.instructure.com/lti/submission"


class Canvas(Quirks):
    """A score makes a new submission unless told otherwise; a rate limit may be a 403."""

    product = "canvas"

    def score_body(self, body: dict[str, Json], *, again: bool) -> dict[str, Json]:
        """Say of a resend that it is no new submission: it would cost the learner an attempt and may count as late."""
        return {**body, _SUBMISSION: {"new_submission": False}} if again else body

    def is_rate_limit(self, status: int, headers: Mapping[str, str]) -> bool:
        """Canvas answers 403 when its bucket is empty."""
        empty = status == 403 and headers.get("x-rate-limit-remaining", "1").strip().startswith("0")
        return empty or super().is_rate_limit(status, headers)
