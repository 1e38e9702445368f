"""Login and launch as two calls, joined from their parts; the web layer knows only this."""

import re
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import lms_ext.domain.launch_refusals  # noqa: F401 - declares the refusals raised here
from lms_ext.domain.incoming import Asked
from lms_ext.domain.launches import Launch
from lms_ext.domain.people import Role
from lms_ext.domain.refusals import Refused
from lms_ext.lti import deep_linking, notices
from lms_ext.lti.claims import LTI, fit_address, incoming, launch_from
from lms_ext.lti.deep_linking import Chosen
from lms_ext.lti.http import Outbound
from lms_ext.lti.keyset import KeyRing
from lms_ext.lti.message import TOKEN_LIMIT, Message
from lms_ext.lti.registry import KnownPlatform, Registry
from lms_ext.lti.state import HINTS_LIMIT, State, StateSigner, new_state_id
from lms_ext.lti.tool_keys import Signer, key_set
from lms_ext.services import registering
from lms_ext.services.sealing import Sealer
from lms_ext.settings import Settings

_LOGIN_LIMIT = 4_000
_STORAGE_TARGETS = ("lti_storage_target", "ims_web_message_target", "web_message_target")
"""Names of the parameter that announces platform storage: the one of LTI Client Side postMessages, and those of its drafts."""
_FRAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:-]{0,99}")


@dataclass(frozen=True, slots=True)
class LoginStart:
    """Where to send the browser, and the proof it must bring back."""

    url: str
    state: State
    proof: str
    platform: KnownPlatform
    told_storage: str
    """The frame that the platform named for its storage; "" when it named none."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A login that was begun here, by whoever answers it."""

    state: State
    platform: KnownPlatform

    @property
    def restart_url(self) -> str:
        """Give the address that begins this login again; "" when its hints were too long to keep."""
        state, platform = self.state, self.platform
        if not state.hints[0]:
            return ""
        query = {
            "iss": platform.issuer,
            "client_id": platform.client_id,
            "target_link_uri": state.target,
            "login_hint": state.hints[0],
        }
        if state.hints[1]:
            query["lti_message_hint"] = state.hints[1]
        if state.deployment_hint:
            query["lti_deployment_id"] = state.deployment_hint
        return f"/lti/login?{urlencode(query)}"


class ProofMissing(Refused):
    """Nothing proves that this browser began the login; its LMS may have kept the proof."""

    def __init__(self, state: State, platform: KnownPlatform, restart_url: str) -> None:
        super().__init__("cookie-blocked", context={"restart_url": restart_url}, platform=platform.id)
        self.state = state
        self.platform = platform


def _token(form: Mapping[str, str]) -> str:
    token = form.get("id_token", "")
    if not token:
        raise Refused("token-missing")
    if len(token) > TOKEN_LIMIT:
        raise Refused("token-too-large")
    return token


class Gateway:
    """LTI 1.3 for one tool."""

    def __init__(self, settings: Settings, sessions: Callable[[], Session], hashed: Callable[[str], str],
        more_types: Callable[[], Collection[str]] = tuple,
    ) -> None:  # fmt: skip
        """Take settings, sessions, a hash, and the types of messages that plugins answer."""
        self.settings = settings
        self.outbound = Outbound(allow_loopback=settings.allow_loopback)
        self.registry = Registry(sessions)
        self.keys = KeyRing(self.outbound, sessions)
        self.states = StateSigner(settings.secret_key, settings.state_minutes)
        self.sealer = Sealer(settings.seal_keys)
        self.signer = Signer(sessions, self.sealer)
        self._sessions = sessions
        self._hashed = hashed
        self._more_types = more_types
        self.launch_url = f"{settings.public_url.rstrip('/')}/lti/launch"

    def key_set(self, now: datetime) -> dict[str, Any]:
        """Give our public keys as a JWKS."""
        return key_set(self._sessions, self.sealer, now)

    def begin_login(self, given: Mapping[str, list[str]], now: datetime, *, may_store: bool = False) -> LoginStart:
        """Answer a login initiation: check it, make a state, give the platform's address to go to. Nothing is stored.

        `may_store`: a page goes out that can ask the platform to keep the proof.
        """
        for values in given.values():
            if len(values) > 1 or len(values[0]) > _LOGIN_LIMIT or not values[0].isprintable():
                raise Refused("malformed")
        one = {name: values[0] for name, values in given.items()}
        for name, code in (
            ("iss", "login-iss-missing"),
            ("login_hint", "login-hint-missing"),
            ("target_link_uri", "login-target-missing"),
        ):
            if not one.get(name):
                raise Refused(code)
        target = one["target_link_uri"]
        if not self._ours(target):
            raise Refused("target-elsewhere")
        platform = self._platform(one["iss"], one.get("client_id", ""))
        deployment = one.get("lti_deployment_id", "")
        if platform.deployments.get(deployment) == "disabled":
            raise Refused("deployment-blocked", platform=platform.id)
        hints = (one["login_hint"], one.get("lti_message_hint", ""))
        proof = secrets.token_urlsafe(16)
        kept = hints if len("".join(hints)) <= HINTS_LIMIT else ("", "")
        told = next((one[name] for name in _STORAGE_TARGETS if _FRAME.fullmatch(one.get(name, ""))), "")
        storage = (told or "_parent") if may_store else ""
        state = State(
            new_state_id(), platform.id, target, deployment, self._hashed(proof), self.states.expiry(now), kept, storage
        )
        return LoginStart(self._auth_url(platform, state, hints), state, proof, platform, told)

    def _auth_url(self, platform: KnownPlatform, state: State, hints: tuple[str, str]) -> str:
        # Only what OIDC and LTI name: Moodle's own `repost` must never come back to it (openwebwork/webwork2#2982).
        query = {
            "scope": "openid",
            "response_type": "id_token",
            "response_mode": "form_post",
            "prompt": "none",
            "client_id": platform.client_id,
            "redirect_uri": self.launch_url,
            "login_hint": hints[0],
            "state": self.states.write(state),
            "nonce": self.states.nonce(state.id),
        }
        if hints[1]:
            query["lti_message_hint"] = hints[1]
        joint = "&" if "?" in platform.auth_login_url else "?"
        return f"{platform.auth_login_url}{joint}{urlencode(query)}"

    def _ours(self, target: str) -> bool:
        try:
            wanted, given = urlsplit(self.settings.public_url), urlsplit(target)
            same = (wanted.scheme, wanted.hostname, wanted.port) == (given.scheme, given.hostname, given.port)
        except ValueError:
            return False
        return same and not given.username and "\\" not in target and not any(ord(one) < 33 for one in target)

    def _platform(self, issuer: str, client_id: str) -> KnownPlatform:
        try:
            return self._chosen(issuer, client_id)
        except Refused:
            if not self.registry.look_again():
                raise
            return self._chosen(issuer, client_id)

    def _chosen(self, issuer: str, client_id: str) -> KnownPlatform:
        known = self.registry.by_issuer(issuer)
        if not known:
            raise Refused("platform-unknown")
        if client_id:
            known = [one for one in known if one.client_id == client_id]
            if not known:
                raise Refused("client-unknown")
        if len(known) > 1:  # one that waits, or is switched off, is not meant
            known = [one for one in known if one.status == "active"] or known
        if len(known) > 1:
            raise Refused("client-missing")
        if known[0].status != "active":
            raise Refused("platform-inactive", platform=known[0].id)
        return known[0]

    def begun(self, form: Mapping[str, str], now: datetime) -> Begun:
        """Find the login that a launch answers: it costs next to nothing, and nothing of the launch is proven by it."""
        if form.get("error"):
            raise Refused("platform-error", error=form["error"][:60])
        if not form.get("state"):
            raise Refused("state-missing")
        state = self.states.read(form["state"], now)
        platform = self.registry.all().get(state.platform_id)
        if (platform is None or platform.status != "active") and self.registry.look_again():
            platform = self.registry.all().get(state.platform_id)
        if platform is None or platform.status != "active":
            raise Refused("platform-inactive", platform=state.platform_id)
        return Begun(state, platform)

    def read_launch(
        self, begun: Begun, form: Mapping[str, str], cookies: Mapping[str, str], now: datetime, *, in_frame: bool,
        stored_proof: str = "",
    ) -> Launch | Asked:  # fmt: skip
        """Prove a launch and read it; the caller marks the state as used in the launch's own transaction.

        `stored_proof` came from the platform's storage, by a page of ours.
        """
        state, platform = begun.state, begun.platform
        try:
            token = _token(form)
            self._prove_browser(cookies.get(state.cookie, "") or stored_proof, begun)
            return self._proven(token, state, platform, now, in_frame=in_frame)
        except Refused as refused:
            refused.facts.setdefault("platform", platform.id)
            raise

    def _prove_browser(self, proof: str, begun: Begun) -> None:
        if not proof or not secrets.compare_digest(self._hashed(proof), begun.state.proof_hash):
            raise ProofMissing(begun.state, begun.platform, begun.restart_url)

    def _proven(self, token: str, state: State, platform: KnownPlatform, now: datetime, *, in_frame: bool) -> Launch | Asked:
        message = Message(
            token,
            state,
            self.states.nonce(state.id),
            platform,
            self.registry,
            self.keys,
            now,
            self.settings.leeway_seconds,
            self._arrived,
            self._more_types(),
        )
        try:
            message.validate()
            return self._read(message, platform, state, in_frame=in_frame)
        except Refused as refused:
            refused.context.setdefault("return_url", message.way_back(self._fit))
            if message.missing():
                refused.facts["missing"] = message.missing()
            raise

    def _read(self, message: Message, platform: KnownPlatform, state: State, *, in_frame: bool) -> Launch | Asked:
        if message.body[LTI + "message_type"] in self._more_types():
            return Asked(
                incoming(message.body, platform), state.id, state.expires_at, message.way_back(self._fit),
                (platform.issuer, platform.auth_login_url),
            )  # fmt: skip
        launch = launch_from(message.body, platform, state, self._fit, in_frame=in_frame)
        if launch.deep_linking and launch.role != Role.TEACHER:
            raise Refused("teachers-only", platform=platform.id)
        return launch

    def read_notice(self, token: object, now: datetime) -> notices.Heard:
        """Prove a notice; the caller marks it as used in the transaction in which it is handled."""
        return notices.read(token, self.registry, self.keys, now, self.settings.leeway_seconds)

    def _arrived(self, platform: KnownPlatform, deployment: str, now: datetime) -> str:
        """Note a deployment that a signed launch names for the first time, and say whether it may launch."""
        if platform.deployments.get(deployment) == "disabled":
            return "disabled"
        with self._sessions() as session:
            status = registering.arrive(session, platform.id, deployment, now)
            try:
                session.commit()
            except IntegrityError:  # pragma: no cover - two first launches in the same moment: the other one noted it
                session.rollback()
        self.registry.forget()
        return status

    def answer_selection(
        self, platform_id: int, settings: Mapping[str, Any], chosen: Sequence[Chosen], message: str, now: datetime
    ) -> str:
        """Sign the answer to a deep linking request; no chosen activities mean that it was cancelled."""
        items = [deep_linking.content_item(one, settings, self.launch_url) for one in chosen]
        platform = self.registry.all()[platform_id]
        return self.signer.sign(deep_linking.response_claims(platform, settings, items, message, now))

    def _fit(self, url: str) -> bool:
        return fit_address(url, allow_loopback=self.settings.allow_loopback)
