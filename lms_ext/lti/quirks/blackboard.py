"""Blackboard Learn."""

from lms_ext.domain.activities import Json
from lms_ext.domain.quirks import Quirks


class Blackboard(Quirks):
    """Blackboard Learn, SaaS and self-hosted: all say they are https://blackboard.com."""

    product = "blackboard"
    hosts = ("blackboard.com",)
    shares_issuer = True

    def score_body(self, body: dict[str, Json], *, again: bool) -> dict[str, Json]:
        """Break lines of a comment as HTML does.

        Fault: comments are shown as HTML, so line breaks are lost.
        Effect: a comment of several lines runs together.
        Source: https://github.com/hypothesis/lms, lms/services/lti_grading/_v13.py and its tests.
        """
        del again
        comment = body.get("comment")
        return {**body, "comment": comment.replace("\n", "<br/>")} if isinstance(comment, str) else body

    def is_not_enrolled(self, status: int, body: str) -> bool:
        """Know a person who left by the words of the refusal.

        Fault: 400, as for a malformed score.
        Effect: one person who left the course looks like a fault of this tool.
        Source: https://github.com/hypothesis/lms, lms/services/lti_grading/_v13.py.
        """
        return status == 400 and "User could not be found:" in body
