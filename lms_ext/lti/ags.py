"""Assignment and Grade Services: one score at a time, and what each answer of a platform means."""

import json
import secrets
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from lms_ext.domain.activities import Json
from lms_ext.domain.quirks import Quirks
from lms_ext.lti.http import Answer, Outbound, OutboundError
from lms_ext.lti.registry import KnownPlatform
from lms_ext.lti.tool_keys import Signer
from lms_ext.models import ServiceToken, utcnow
from lms_ext.services.delivering import Claimed, Verdict

_SCOPES = (
    "https://purl.imsglobal.org/spec/lti-ags/scope/score",
    "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly",
)
_SCORE = "application/vnd.ims.lis.v1.score+json"
_RESULTS = "application/vnd.ims.lis.v2.resultcontainer+json"
_MARGIN = timedelta(seconds=60)


class TokenRefused(Exception):
    """The platform gave no access token."""


class Tokens:
    """Access tokens: one per registration, kept in the database until a minute before they end, renewed one at a time."""

    def __init__(self, outbound: Outbound, signer: Signer, sessions: Callable[[], Session]) -> None:
        self._outbound = outbound
        self._signer = signer
        self._sessions = sessions
        self._lock = threading.Lock()
        self._kept: dict[int, tuple[str, datetime]] = {}

    def get(self, platform: KnownPlatform, quirks: Quirks, *, instead_of: str = "") -> str:
        """Give a token that is not `instead_of` (one the platform just refused)."""
        with self._lock:
            token, until = self._kept.get(platform.id, ("", datetime.min.replace(tzinfo=UTC)))
            if token and token != instead_of and until > utcnow():
                return token
            token, until = self._shared(platform.id)
            if not token or token == instead_of or until <= utcnow():
                token, until = self._ask(platform, quirks)
            self._kept[platform.id] = (token, until)
            return token

    def _shared(self, platform_id: int) -> tuple[str, datetime]:
        with self._sessions() as session:
            row = session.get(ServiceToken, (platform_id, " ".join(_SCOPES)))
            return (row.token, row.expires_at - _MARGIN) if row else ("", utcnow())

    def _ask(self, platform: KnownPlatform, quirks: Quirks) -> tuple[str, datetime]:
        now = int(time.time())
        audience = platform.token_audience or quirks.token_audience(platform.auth_token_url)
        assertion = self._signer.sign(
            {"iss": platform.client_id, "sub": platform.client_id, "aud": audience, "iat": now, "exp": now + 300,
             "jti": secrets.token_urlsafe(16)}
        )  # fmt: skip
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": assertion,
            "scope": " ".join(_SCOPES),
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        answer = self._outbound.request("POST", platform.auth_token_url, headers=headers, body=urlencode(form).encode())
        given = _json(answer)  # Moodle calls its token text/html: the type is not looked at
        if answer.status != 200 or not isinstance(given, dict) or not isinstance(given.get("access_token"), str):
            raise TokenRefused(str(answer.status))
        seconds = given.get("expires_in")
        expires_at = utcnow() + timedelta(seconds=seconds if isinstance(seconds, int) else 3600)
        with self._sessions() as session:
            session.merge(
                ServiceToken(platform_id=platform.id, scope=" ".join(_SCOPES), token=given["access_token"], expires_at=expires_at)
            )
            session.commit()
        return given["access_token"], expires_at - _MARGIN


def _json(answer: Answer) -> Any:
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        return None


def stamp_text(stamp: datetime) -> str:
    """Write a time as platforms take it: UTC, whole seconds."""
    return stamp.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def score_message(one: Claimed) -> dict[str, Json]:
    """Give the score as AGS 2.0 has it; the comment always, since Moodle erases its feedback without one."""
    body: dict[str, Json] = {
        "userId": one.sub,
        "timestamp": stamp_text(one.stamp),
        "activityProgress": one.activity_progress,
        "gradingProgress": one.grading_progress,
        "comment": one.comment,
    }
    if one.given is not None:
        body |= {"scoreGiven": one.given, "scoreMaximum": one.maximum}
    if one.submitted_at:
        body["submission"] = {"submittedAt": stamp_text(one.submitted_at)}
    return body


class Gradebook:
    """Posts scores and reads results."""

    def __init__(self, outbound: Outbound, tokens: Tokens) -> None:
        self._outbound = outbound
        self._tokens = tokens

    def send(self, platform: KnownPlatform, quirks: Quirks, one: Claimed) -> Verdict:
        """Post a score and say what the answer means; never raises for what a platform does."""
        body = json.dumps(quirks.score_body(score_message(one), again=one.again)).encode()
        try:
            url = quirks.scores_url(one.lineitem_url)
            answer = self._with_token(platform, quirks, "POST", url, {"Content-Type": _SCORE}, body)
            return self._judge(platform, quirks, one, answer)
        except OutboundError as error:
            return Verdict("parked" if error.code in {"address", "bad-url"} else "retry", error.code)
        except TokenRefused:
            return Verdict("retry", "token-refused")

    def _with_token(
        self, platform: KnownPlatform, quirks: Quirks, method: str, url: str, headers: dict[str, str], body: bytes | None
    ) -> Answer:
        token = self._tokens.get(platform, quirks)
        answer = self._outbound.request(method, url, headers={**headers, "Authorization": f"Bearer {token}"}, body=body)
        if answer.status == 401:
            token = self._tokens.get(platform, quirks, instead_of=token)
            answer = self._outbound.request(method, url, headers={**headers, "Authorization": f"Bearer {token}"}, body=body)
        return answer

    def _judge(self, platform: KnownPlatform, quirks: Quirks, one: Claimed, answer: Answer) -> Verdict:
        status = answer.status
        if 200 <= status < 300:
            return Verdict("sent")
        if quirks.is_timestamp_refusal(status, answer.body.decode(errors="replace")):
            return self._compare(platform, quirks, one)
        if quirks.is_rate_limit(status, answer.headers) or status >= 500:
            asked = answer.headers.get("retry-after", "")
            return Verdict("retry", f"status-{status}", float(asked) if asked.isdecimal() else 0.0)
        if status == 401:
            return Verdict("retry", "token-refused")
        return Verdict("parked", "no-column" if status == 404 else f"status-{status}")

    def _compare(self, platform: KnownPlatform, quirks: Quirks, one: Claimed) -> Verdict:
        """A refused timestamp may mean that our earlier try arrived, or that someone wrote another grade: look."""
        url = quirks.results_url(one.lineitem_url, one.sub)
        answer = self._with_token(platform, quirks, "GET", url, {"Accept": _RESULTS}, None)
        results = _json(answer)
        if answer.status != 200 or not isinstance(results, list):
            return Verdict("retry", "results-unreadable")
        mine = next((each for each in results if isinstance(each, dict) and str(each.get("userId")) == one.sub), {})
        there = _points(mine, one.maximum)
        if there is None:
            return Verdict("restamp", "same-second", after=utcnow())
        if one.given is not None and abs(there - one.given) < 0.005:
            return Verdict("sent")
        if any(abs(there - each) < 0.005 for each in one.delivered):
            return Verdict("restamp", "same-second", after=utcnow())
        return Verdict("kept", "graded-there")


def _points(result: dict[str, Any], maximum: int) -> float | None:
    score, top = result.get("resultScore"), result.get("resultMaximum", maximum)
    numbers = isinstance(score, (int, float)) and isinstance(top, (int, float)) and top > 0
    return float(score) / float(top) * maximum if numbers and score is not None else None
