"""Login states: signed, short-lived, stored nowhere. One binds platform, target, nonce and the browser's proof."""

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from lms_ext.domain.refusals import Refused

HINTS_LIMIT = 1_500


@dataclass(frozen=True, slots=True)
class State:
    id: str
    platform_id: int
    target: str
    deployment_hint: str
    proof_hash: str
    expires_at: datetime
    hints: tuple[str, str] = ("", "")
    """login_hint and lti_message_hint, when short: the page for blocked cookies begins the login again with them."""
    storage: str = ""
    """The platform's frame that may keep the proof where the browser keeps no cookie; "" when no page could ask it to."""

    @property
    def cookie(self) -> str:
        """Name the cookie of this login; each has its own, so parallel logins of one browser do not fight."""
        return f"__Secure-lxp-{self.id[:10]}"


def new_state_id() -> str:
    """Make 128 random bits."""
    return secrets.token_urlsafe(16)


class StateSigner:
    """Writes and reads states with one HMAC."""

    def __init__(self, secret: str, minutes: int) -> None:
        self._key = hashlib.sha256(b"lti-state:" + secret.encode()).digest()
        self._life = timedelta(minutes=minutes)

    def expiry(self, now: datetime) -> datetime:
        """Give the end of a state made now."""
        return now + self._life

    def nonce(self, state_id: str) -> str:
        """Derive the nonce of a state: bound to it one to one, guessed by nobody."""
        return hmac.new(self._key, b"nonce:" + state_id.encode(), hashlib.sha256).hexdigest()[:40]

    def write(self, state: State) -> str:
        """Serialise and sign."""
        body = [state.id, state.platform_id, state.target, state.deployment_hint, state.proof_hash,
                int(state.expires_at.timestamp()), *state.hints, state.storage]  # fmt: skip
        text = base64.urlsafe_b64encode(json.dumps(body, separators=(",", ":")).encode()).rstrip(b"=")
        return f"{text.decode()}.{self._sign(text)}"

    def read(self, written: str, now: datetime) -> State:
        """Check the signature and the time; refuse what was never issued here or is too old."""
        text, _, signature = written.partition(".")
        if not hmac.compare_digest(signature.encode(), self._sign(text.encode()).encode()):
            raise Refused("state-unknown")
        values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        expires_at = datetime.fromtimestamp(values[5], UTC)
        if expires_at < now:
            raise Refused("state-expired")
        state_id, platform_id, target, deployment, proof = values[:5]
        storage = values[8] if len(values) > 8 else ""  # logins that an older version began
        return State(state_id, platform_id, target, deployment, proof, expires_at, (values[6], values[7]), storage)

    def _sign(self, text: bytes) -> str:
        return base64.urlsafe_b64encode(hmac.digest(self._key, text, "sha256")[:24]).decode()
