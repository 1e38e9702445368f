"""The launch message, checked by PyLTI1p3 with its holes closed.

PyLTI1p3 2.0.0 accepts replays, foreign states, tokens without times and extra audiences, fetches keys at each launch and keeps
the whole token; each method below takes the place of the one with the fault.
"""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from pylti1p3.exception import LtiException
from pylti1p3.message_launch import MessageLaunch

from lms_ext.domain.launches import MessageType
from lms_ext.domain.refusals import Refused
from lms_ext.lti import claims, proof
from lms_ext.lti.keyset import KeyRing
from lms_ext.lti.registry import KnownPlatform, Registry
from lms_ext.lti.state import State

TOKEN_LIMIT = 65_536


class Message(MessageLaunch[Any, Any, Any, Any]):
    """One id_token under one state; `validate()` proves it or raises Refused."""

    def __init__(
        self, token: str, state: State, nonce: str, platform: KnownPlatform, registry: Registry, keys: KeyRing,
        now: datetime, leeway: int, arrived: Callable[[KnownPlatform, str, datetime], str], more_types: Collection[str] = (),
    ) -> None:  # fmt: skip
        # The library's __init__ is not called: it opens a requests.Session and a session store for each launch, both unused.
        self._token = token
        self._state = state
        self._nonce = nonce
        self._platform = platform
        self._tool_config = registry
        self._keys = keys
        self._when = now
        self._leeway = leeway
        self._arrived = arrived
        self._more_types = more_types
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

    def _get_request_param(self, key: str) -> str:  # pragma: no cover - the library's interface asks for it, nothing calls it
        return {"id_token": self._token, "state": self._state.id}[key]

    def validate_state(self) -> "Message":
        """Pass: the state was read and the browser proven before this message was made."""
        return self

    def validate_jwt_format(self) -> "Message":
        """Decode once; only objects are accepted."""
        header, body = proof.unpacked(self._token)
        self._jwt = {"header": header, "body": body}
        return self

    def validate_nonce(self) -> "Message":
        """Pass here: the nonce is looked at after the signature, in `validate_message`."""
        return self

    def validate_registration(self) -> "Message":
        """Use the registration that the state names, never one the token names."""
        return self

    def validate_jwt_signature(self) -> "Message":
        """Verify RS256 with the platform's own key; no header of the token chooses algorithm or key source."""
        proof.check_signature(self._token, self._jwt["header"], self._platform, self._keys, self._when)
        self._proven = True
        body = self._jwt["body"]
        proof.check_times(body, self._platform, self._when, self._leeway)
        proof.check_parties(body, self._platform)
        if body.get("nonce") != self._nonce:
            raise Refused("wrong-launch" if isinstance(body.get("nonce"), str) and body["nonce"] else "state-unknown")
        return self

    def validate_deployment(self) -> "Message":
        """Accept deployments an admin accepted; one that the login announced must be the one that comes."""
        claims.check(self._jwt["body"], self._more_types)
        deployment = self._jwt["body"][claims.LTI + "deployment_id"]
        found = self._tool_config.find_deployment_by_params(self._platform.issuer, deployment, self._platform.client_id)
        status = "active" if found else self._arrived(self._platform, deployment, self._when)
        if status != "active":
            raise Refused("deployment-blocked" if status == "disabled" else "deployment-unknown", platform=self._platform.id)
        if self._state.deployment_hint and self._state.deployment_hint != deployment:
            raise Refused("wrong-launch")
        return self

    def validate_message(self) -> "Message":
        """Let the library's validators look too; what they refuse beyond our own checks is malformed."""
        body = self._jwt["body"]
        if body[claims.LTI + "target_link_uri"] != self._state.target:
            raise Refused("target-elsewhere")
        named = claims.message_type(body[claims.LTI + "message_type"])
        if named in self._more_types or named == MessageType.PRIVACY:
            return self  # the library knows nothing of it, or only by the name of its first draft
        try:
            super().validate_message()
        except LtiException as error:  # pragma: no cover - our own checks refuse all that this release of the library does
            raise Refused("claim-malformed", reason=str(error)) from error
        return self

    def save_launch_data(self) -> "Message":
        """Keep nothing of the token."""
        return self
