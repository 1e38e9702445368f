"""Canvas."""

from collections.abc import Mapping, Sequence

from lms_ext.domain.activities import Json
from lms_ext.domain.quirks import Quirks

_PRIVACY = "https://canvas.instructure.com/lti/privacy_level"
_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-tool-configuration"
_PLACEMENTS = {"LtiDeepLinkingRequest": ("assignment_selection", "link_selection")}
_SUBMISSION = "https://canvas.instructure.com/lti/submission"


class Canvas(Quirks):
    """Canvas, hosted or not. Its refused timestamps (400 that names the timestamp) the base class knows already."""

    product = "canvas"
    counts_submissions = True
    hosts = ("instructure.com", "canvaslms.com")
    shares_issuer = True

    def registration(self, body: dict[str, Json]) -> dict[str, Json]:
        """Name the placements and the privacy level as Canvas knows them.

        Fault: the placements of the specification are unknown, and no level means "anonymous".
        Effect: the tool has no button anywhere, and nobody has a name in the class list.
        Source: https://github.com/instructure/canvas-lms, doc/api/registration.md.
        """
        told = body.get(_CONFIGURATION)
        if not isinstance(told, dict):
            return body
        messages = told.get("messages")
        placed = [_placed(one) for one in messages if isinstance(one, dict)] if isinstance(messages, list) else []
        claims = told.get("claims")
        level = self.privacy_level([str(one) for one in claims] if isinstance(claims, list) else [])
        return {**body, _CONFIGURATION: {**told, "messages": [*placed], _PRIVACY: level}}

    @staticmethod
    def privacy_level(claims: Sequence[str]) -> str:
        """Give Canvas's word for what is asked of people."""
        levels = {(True, True): "public", (True, False): "name_only", (False, True): "email_only"}
        return levels.get(("name" in claims, "email" in claims), "anonymous")

    def score_body(self, body: dict[str, Json], *, again: bool) -> dict[str, Json]:
        """Say that a resent or corrected score is no new submission.

        Fault: every score makes a new submission unless told otherwise.
        Effect: a regrade after the deadline marks the work as late, and uses up one of the allowed attempts.
        Source: https://github.com/instructure/canvas-lms/issues/1799; documentation of Score, extension
        submission.new_submission.
        """
        if not again:
            return body
        told = body.get(_SUBMISSION)
        return {**body, _SUBMISSION: {**(told if isinstance(told, dict) else {}), "new_submission": False}}

    def is_rate_limit(self, status: int, headers: Mapping[str, str]) -> bool:
        """Take 403 with nothing remaining for "slow down".

        Fault: throttling may answer 403 instead of 429, told apart only by the header ``x-rate-limit-remaining``.
        Effect: a busy minute looks like a permission that was withdrawn, and grades would be given up.
        Source: https://canvas.instructure.com/doc/api/file.throttling.html;
        https://github.com/PrairieLearn/PrairieLearn, lti13.ts.
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


def placements(message: str) -> tuple[str, ...]:
    """Give the places where Canvas shows the button of a message; it knows none of the specification's own names."""
    return _PLACEMENTS.get(message, ())


def _placed(message: dict[str, Json]) -> dict[str, Json]:
    known = placements(str(message.get("type")))
    return {**message, "placements": [*known]} if known else {name: one for name, one in message.items() if name != "placements"}
