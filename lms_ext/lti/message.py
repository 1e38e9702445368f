"""The launch message, checked by PyLTI1p3 with its holes closed.

PyLTI1p3 2.0.0 accepts replays, foreign states, tokens without times and extra audiences, fetches keys at each launch and keeps
the whole token; each method below takes the place of the one with the fault.
"""

import base64
import binascii
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from pylti1p3.exception import LtiException
from pylti1p3.message_launch import MessageLaunch

from lms_ext.domain.launches import MessageType
from lms_ext.domain.refusals import Refused
from lms_ext.lti import claims
from lms_ext.lti.keyset import KeyRing
from lms_ext.lti.registry import KnownPlatform, Registry
from lms_ext.lti.state import State

TOKEN_LIMIT = 65_536
_LONGEST_LIFE = 3_600
_OLDEST = 600


def _decoded(part: str) -> bytes:
    try:
        return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise Refused("token-unreadable") from None


def _json_object(raw: bytes) -> dict[str, Any]:
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        raise Refused("token-unreadable") from None
    if not isinstance(value, dict):
        raise Refused("token-unreadable")
    return value


class Message(MessageLaunch[Any, Any, Any, Any]):
    """One id_token under one state; `validate()` proves it or raises Refused."""

    def __init__(
        self, token: str, state: State, nonce: str, platform: KnownPlatform, registry: Registry, keys: KeyRing,
        now: datetime, leeway: int,
    ) -> None:  # fmt: skip
        # The library's __init__ is not called: it opens a requests.Session and a session store for each launch, both unused.
        self._token = token
        self._state = state
        self._nonce = nonce
        self._platform = platform
        self._tool_config = registry
        self._keys = keys
        self._now = now.timestamp()
        self._when = now
        self._leeway = leeway
        self._jwt: Any = {}
        self._request: Any = None
        self._validated = False
        self._proven = False
        self._auto_validation = False
        self._restored = False

    @property
    def body(self) -> dict[str, Any]:
        """Give the claims; only after `validate`."""
        return dict(self._jwt["body"])

    def way_back(self, fit_url: Callable[[str], bool]) -> str:
        """Give the address of the course to return to; "" while nothing proves that the platform wrote it."""
        return claims.return_url(self._jwt["body"], fit_url) if self._proven else ""

    def missing(self) -> list[str]:
        """Name the required claims that a proven message lacks."""
        return claims.missing(self._jwt["body"]) if self._proven else []

    def _get_request_param(self, key: str) -> str:
        return {"id_token": self._token, "state": self._state.id}[key]

    def validate_state(self) -> "Message":
        """Pass: the state was read and the browser proven before this message was made."""
        return self

    def validate_jwt_format(self) -> "Message":
        """Decode once; only objects are accepted."""
        parts = self._token.split(".")
        if len(parts) != 3:
            raise Refused("token-unreadable")
        self._jwt = {"header": _json_object(_decoded(parts[0])), "body": _json_object(_decoded(parts[1]))}
        return self

    def validate_nonce(self) -> "Message":
        """Pass here: the nonce is looked at after the signature, in `validate_message`."""
        return self

    def validate_registration(self) -> "Message":
        """Use the registration that the state names, never one the token names."""
        return self

    def validate_jwt_signature(self) -> "Message":
        """Verify RS256 with the platform's own key; no header of the token chooses algorithm or key source."""
        header = self._jwt["header"]
        kid = header.get("kid")
        if not isinstance(kid, str) or not kid:
            raise Refused("kid-missing")
        if header.get("alg") != "RS256" or "crit" in header:
            raise Refused("signature-wrong")
        key = self._keys.key(self._platform, kid, self._when)
        signed, _, signature = self._token.rpartition(".")
        try:
            key.verify(_decoded(signature), signed.encode("ascii"), PKCS1v15(), SHA256())
        except (InvalidSignature, UnicodeEncodeError):
            raise Refused("signature-wrong") from None
        self._proven = True
        self._validate_times()
        self._validate_parties()
        return self

    def _validate_times(self) -> None:
        body = self._jwt["body"]
        times = {name: body.get(name) for name in ("exp", "iat", "nbf") if name in body}
        if "exp" not in times or "iat" not in times:
            raise Refused("token-no-times")
        for value in times.values():
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not -1e12 < value < 1e12:
                raise Refused("token-malformed")
        if times["exp"] + self._leeway < self._now:
            raise Refused("token-expired")
        if max(times["iat"], times.get("nbf", 0)) > self._now + self._leeway:
            raise Refused("clock-skew", seconds=int(times["iat"] - self._now))
        if times["iat"] < self._now - _OLDEST - self._leeway or times["exp"] > self._now + _LONGEST_LIFE + self._leeway:
            raise Refused("token-too-old")

    def _validate_parties(self) -> None:
        body = self._jwt["body"]
        if body.get("iss") != self._platform.issuer:
            raise Refused("wrong-launch")
        ours = self._platform.client_id
        audience, party = body.get("aud"), body.get("azp")
        if audience is None:
            raise Refused("aud-missing")
        listed = audience if isinstance(audience, list) else [audience]
        if ours not in listed or (party is not None and party != ours):
            raise Refused("aud-wrong")
        if len(listed) > 1 and party is None:
            raise Refused("azp-missing")
        if body.get("nonce") != self._nonce:
            raise Refused("wrong-launch" if isinstance(body.get("nonce"), str) and body["nonce"] else "state-unknown")

    def validate_deployment(self) -> "Message":
        """Accept deployments an admin accepted; one that the login announced must be the one that comes."""
        claims.check(self._jwt["body"])
        deployment = self._jwt["body"][claims.LTI + "deployment_id"]
        found = self._tool_config.find_deployment_by_params(self._platform.issuer, deployment, self._platform.client_id)
        if found is None:
            raise Refused("deployment-unknown", platform=self._platform.id)
        if self._state.deployment_hint and self._state.deployment_hint != deployment:
            raise Refused("wrong-launch")
        return self

    def validate_message(self) -> "Message":
        """Let the library's validators look too; what they refuse beyond our own checks is malformed."""
        body = self._jwt["body"]
        if body[claims.LTI + "target_link_uri"] != self._state.target:
            raise Refused("target-elsewhere")
        if claims.message_type(body[claims.LTI + "message_type"]) == MessageType.PRIVACY:
            return self  # the library knows it by the name of its first draft only, and asks no more than we did
        try:
            super().validate_message()
        except LtiException as error:
            raise Refused("claim-malformed", reason=str(error)) from error
        return self

    def save_launch_data(self) -> "Message":
        """Keep nothing of the token."""
        return self
