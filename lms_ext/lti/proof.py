"""What proves that a platform wrote a token: its key, its times, and whom it is for. Launches and notices are proven alike."""

import base64
import binascii
import json
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from lms_ext.domain.refusals import Refused
from lms_ext.lti.keyset import KeyRing
from lms_ext.lti.registry import KnownPlatform

_LONGEST_LIFE = 3_600
_OLDEST = 600


def unpacked(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give header and claims of a token, unproven; only objects are accepted."""
    parts = token.split(".")
    if len(parts) != 3:
        raise Refused("token-unreadable")
    return _json_object(_decoded(parts[0])), _json_object(_decoded(parts[1]))


def _decoded(part: str) -> bytes:
    """Read a part in the one spelling that RFC 7515 gives it, so that no second token is as good as a first one."""
    try:
        raw = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise Refused("token-unreadable") from None
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != part:
        raise Refused("token-unreadable")
    return raw


def _json_object(raw: bytes) -> dict[str, Any]:
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        raise Refused("token-unreadable") from None
    if not isinstance(value, dict):
        raise Refused("token-unreadable")
    return value


def check_signature(token: str, header: dict[str, Any], platform: KnownPlatform, keys: KeyRing, now: datetime) -> None:
    """Verify RS256 with the platform's own key; no header of the token chooses algorithm or key source."""
    kid = header.get("kid")
    if not isinstance(kid, str) or not kid:
        raise Refused("kid-missing")
    if header.get("alg") != "RS256" or "crit" in header:
        raise Refused("signature-wrong")
    key = keys.key(platform, kid, now)
    signed, _, signature = token.rpartition(".")
    try:
        key.verify(_decoded(signature), signed.encode("ascii"), PKCS1v15(), SHA256())
    except (InvalidSignature, UnicodeEncodeError):
        raise Refused("signature-wrong") from None


def check_times(body: dict[str, Any], platform: KnownPlatform, when: datetime, leeway: int) -> None:
    """Refuse a token without time limits, out of them, whose limits are too wide, or from before a backup was restored."""
    now = when.timestamp()
    times: dict[str, Any] = {name: body.get(name) for name in ("exp", "iat", "nbf") if name in body}
    if "exp" not in times or "iat" not in times:
        raise Refused("token-no-times")
    for value in times.values():
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not -1e12 < value < 1e12:
            raise Refused("token-malformed")
    if times["exp"] + leeway < now:
        raise Refused("token-expired")
    if max(times["iat"], times.get("nbf", 0)) > now + leeway:
        raise Refused("clock-skew", seconds=int(times["iat"] - now))
    if times["iat"] < now - _OLDEST - leeway or times["exp"] > now + _LONGEST_LIFE + leeway:
        raise Refused("token-too-old")
    if platform.not_before is not None and times["iat"] < platform.not_before.timestamp():
        raise Refused("token-before-restore")


def check_parties(body: dict[str, Any], platform: KnownPlatform) -> None:
    """Refuse a token of another issuer, or one that is not ours alone."""
    if body.get("iss") != platform.issuer:
        raise Refused("wrong-launch")
    audience, party = body.get("aud"), body.get("azp")
    if audience is None:
        raise Refused("aud-missing")
    listed = audience if isinstance(audience, list) else [audience]
    if platform.client_id not in listed or (party is not None and party != platform.client_id):
        raise Refused("aud-wrong")
    if len(listed) > 1 and party is None:
        raise Refused("azp-missing")
