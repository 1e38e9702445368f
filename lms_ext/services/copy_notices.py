"""The host's own ear for copied courses: a plugin like others, so that notices have one way in."""

from typing import Any

from lms_ext.domain.incoming import Incoming, NoticeHandler
from lms_ext.domain.texts import storable
from lms_ext.hookspecs import hookimpl
from lms_ext.models import db
from lms_ext.services import copying

_ORIGINS = "https://purl.imsglobal.org/spec/lti/claim/origin_contexts"
_MOST = 20


def _note(notice: Incoming) -> None:
    """Remember where a course comes from, for the first launches of its links."""
    origins = _ids(notice.claims.get(_ORIGINS))
    if notice.context and origins:
        context = (notice.context.id, notice.context.title)
        copying.note_origins(db.session, notice.platform_id, notice.deployment_id, context, origins)


def _ids(claim: Any) -> list[str]:
    """Read context ids: a list of texts (Canvas), or of objects with an id."""
    listed = claim.get("contexts") if isinstance(claim, dict) else claim
    found = [one.get("id") if isinstance(one, dict) else one for one in listed] if isinstance(listed, list) else []
    return [one for one in found if isinstance(one, str) and 0 < len(one) <= 255 and storable(one) == one][:_MOST]


@hookimpl
def register_notice_handlers() -> list[NoticeHandler]:
    """Hear of copied courses."""
    return [NoticeHandler("LtiContextCopyNotice", _note)]
