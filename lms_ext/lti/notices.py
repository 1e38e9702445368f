"""Notices of platforms (LTI Platform Notification Service 1.0): proven like launches; and telling where to send them."""

import hashlib
import json
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

from lms_ext.domain.incoming import Incoming
from lms_ext.domain.launches import ContextClaims
from lms_ext.domain.quirks import Quirks
from lms_ext.domain.refusals import Refused
from lms_ext.domain.texts import storable
from lms_ext.lti import proof
from lms_ext.lti.claims import LTI
from lms_ext.lti.http import Answer, Outbound, OutboundError
from lms_ext.lti.keyset import KeyRing
from lms_ext.lti.message import TOKEN_LIMIT
from lms_ext.lti.registry import KnownPlatform, Registry
from lms_ext.lti.tokens import TokenRefused, Tokens, read_json, with_token
from lms_ext.services.notices import Service

SCOPE = "https://purl.imsglobal.org/spec/lti/scope/noticehandlers"
_MARGIN = timedelta(hours=2)
"""A used notice is remembered longer than its token can live."""


class Heard:
    """A notice that was proven, and by what it is known again."""

    def __init__(self, message: Incoming, mark: str, until: datetime) -> None:
        self.message = message
        self.mark = mark
        self.until = until


def read(token: object, registry: Registry, keys: KeyRing, now: datetime, leeway: int) -> Heard:
    """Prove one notice; Refused says what is wrong. Only who it claims to be from chooses the key it must be signed with."""
    if not isinstance(token, str) or not token:
        raise Refused("token-missing")
    if len(token) > TOKEN_LIMIT:
        raise Refused("token-too-large")
    header, body = proof.unpacked(token)
    platform = _platform(registry, body)
    proof.check_signature(token, header, platform, keys, now)
    proof.check_times(body, platform, now, leeway)
    proof.check_parties(body, platform)
    deployment, notice = body.get(LTI + "deployment_id"), body.get(LTI + "notice")
    if not isinstance(deployment, str) or platform.deployments.get(deployment) != "active":
        raise Refused("deployment-unknown", platform=platform.id)
    if body.get(LTI + "version") != "1.3.0":
        raise Refused("version-wrong")
    if not isinstance(notice, dict) or not isinstance(notice.get("type"), str) or not notice["type"]:
        raise Refused("type-missing")
    one_use = body.get("jti") or body.get("nonce")
    if not isinstance(one_use, str) or not one_use:
        raise Refused("state-unknown")
    mark = "notice:" + hashlib.sha256(one_use.encode()).hexdigest()[:56]
    until = datetime.fromtimestamp(body["exp"], UTC) + _MARGIN
    message = Incoming(notice["type"], platform.id, deployment, body, _context(body.get(LTI + "context")))
    return Heard(message, mark, until)


def _platform(registry: Registry, body: dict[str, Any]) -> KnownPlatform:
    audience = body.get("azp") or body.get("aud")
    client_id = audience[0] if isinstance(audience, list) and audience else audience
    issuer = body.get("iss")
    known = registry.known(issuer, client_id) if isinstance(issuer, str) and isinstance(client_id, str) else None
    if known is None:
        raise Refused("platform-unknown")
    if known.status != "active":
        raise Refused("platform-inactive", platform=known.id)
    return known


def _context(claim: object) -> ContextClaims | None:
    if not isinstance(claim, dict):
        return None
    found = claim.get("id")
    if not isinstance(found, str) or not 0 < len(found) <= 255 or storable(found) != found:
        raise Refused("claim-malformed")
    title = claim.get("title")
    return ContextClaims(found, storable(title).strip()[:300] if isinstance(title, str) else "")


class NoticeDesk:
    """Tells platforms where we want to hear of what."""

    def __init__(self, outbound: Outbound, tokens: Tokens, handler_url: str) -> None:
        self._outbound = outbound
        self._tokens = tokens
        self._handler_url = handler_url

    def register(self, platform: KnownPlatform, quirks: Quirks, service: Service, wanted: Collection[str]) -> str:
        """Give our address for each wanted type that the platform knows; "" when it took all of them, else what went wrong."""
        try:
            held = read_json(self._ask(platform, quirks, "GET", service.url))
            for kind in sorted(_listed(held).intersection(wanted)):
                body = {"notice_type": kind, "handler": self._handler_url}
                answer = self._ask(platform, quirks, "PUT", service.url, body)
                if not 200 <= answer.status < 300:
                    return f"{kind}: {answer.status}"
        except OutboundError as error:
            return error.code
        except TokenRefused:
            return "token-refused"
        return "" if isinstance(held, dict) else "unreadable"

    def _ask(self, platform: KnownPlatform, quirks: Quirks, method: str, url: str, body: dict[str, str] | None = None) -> Answer:
        sent = json.dumps(body).encode() if body is not None else None
        headers = {"Accept": "application/json", **({"Content-Type": "application/json"} if sent else {})}
        asking = (self._outbound, self._tokens, platform, quirks, (SCOPE,))
        return with_token(*asking, method, url, headers=headers, body=sent)


def _listed(held: Any) -> set[str]:
    """Read which types a platform knows: it lists all of them, with or without an address."""
    handlers = held.get("notice_handlers") if isinstance(held, dict) else None
    listed = handlers if isinstance(handlers, list) else []
    return {str(one.get("notice_type")) for one in listed if isinstance(one, dict)}
