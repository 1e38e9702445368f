"""Open edX."""

from lms_ext.domain.quirks import Quirks


class OpenEdx(Quirks):
    """Open edX with xblock-lti-consumer."""

    product = "openedx"

    def is_timestamp_refusal(self, status: int, body: str) -> bool:
        """Tell a time that is not later from a time that cannot be read.

        Fault: both come as 400 with an error under ``timestamp``; 409 never comes.
        Effect: a score that can never be accepted would be stamped anew and sent again without end.
        Source: https://github.com/openedx/xblock-lti-consumer, lti_consumer/lti_1p3/extensions/rest_framework/serializers.py,
        validate_timestamp.
        """
        later = "can only be updated to a later point in time" in body or "already exists for the provided timestamp" in body
        return status == 400 and later
