"""Moodle."""

from lms_ext.domain.activities import Json
from lms_ext.domain.quirks import Quirks


class Moodle(Quirks):
    """Moodle 4.x as seen from outside and in mod/lti/service/gradebookservices (scores.php)."""

    product = "moodle"

    def score_body(self, body: dict[str, Json], *, again: bool) -> dict[str, Json]:
        """Never send what erases.

        Fault: a score without `comment` clears the feedback, and any gradingProgress but FullyGraded clears the grade.
        Effect: a learner's grade or the teacher's words vanish from the gradebook.
        Source: https://github.com/moodle/moodle, mod/lti/service/gradebookservices/classes/local/resources/scores.php:
        it writes what it is given, null included; seen with Moodle 4.5.6.
        """
        del again
        told = {"comment": "", **body}
        if "scoreGiven" in told:
            told["gradingProgress"] = "FullyGraded"
        return told

    def is_timestamp_refusal(self, status: int, body: str) -> bool:
        """Only 409 is about time.

        Fault: 409 comes for any time up to the second that is stored, with an empty list as its body.
        Effect: two scores in one second collide; 400, which has the same empty body, means something else.
        Source: https://github.com/moodle/moodle, the same file: it compares whole seconds; seen with Moodle 4.5.6.
        """
        del body
        return status == 409

    def is_not_enrolled(self, status: int, body: str) -> bool:
        """Take 400 for a person who cannot be graded.

        Fault: teachers and people who left the course are refused with 400 and an empty list, not 403 or 404.
        Effect: it looks like a malformed score. Ours are well formed, so it is the person.
        Source: https://github.com/Cvmcosta/ltijs/issues/65; the same file, check of the user before the score is stored;
        seen with Moodle 4.5.6.
        """
        return status == 400 and body.strip() in {"", "[]"}
