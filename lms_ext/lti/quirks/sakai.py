"""Sakai."""

from lms_ext.domain.quirks import Quirks

_TOKEN_WORDS = ("signature_error", "invalid_authorization", "token_parse_failure", "Missing required data in access_token")


class Sakai(Quirks):
    """Sakai 23 and later, each site its own issuer."""

    product = "sakai"

    def is_token_refusal(self, status: int, body: str) -> bool:
        """Know a worthless token by the words of a 403.

        Fault: a token that ended, or that was given before Sakai restarted, is refused with 403, as is a missing permission.
        Effect: after each restart of Sakai all grades would be parked as "not allowed" until a person resends them.
        Source: https://github.com/sakaiproject/sakai, lti/lti-blis/src/java/org/sakaiproject/lti13/LTI13Servlet.java,
        getSakaiAccessToken.
        """
        return super().is_token_refusal(status, body) or (status == 403 and any(one in body for one in _TOKEN_WORDS))

    def is_not_enrolled(self, status: int, body: str) -> bool:
        """Know a person who left by the words of the refusal.

        Fault: 400, as for a malformed score.
        Effect: one person who left the site looks like a fault of this tool.
        Source: https://github.com/sakaiproject/sakai, the same file, handleLineItemScore.
        """
        return status == 400 and "User does not belong to site" in body
