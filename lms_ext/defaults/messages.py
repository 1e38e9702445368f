"""The LTI messages of the host itself."""

from lms_ext.domain.offers import MESSAGES, OfferedMessage
from lms_ext.hookspecs import hookimpl


@hookimpl
def register_messages() -> list[OfferedMessage]:
    """Give what the host answers whatever plugins are enabled."""
    return list(MESSAGES)
