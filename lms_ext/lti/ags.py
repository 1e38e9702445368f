"""Assignment and Grade Services: one score at a time, and what each answer of a platform means."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from lms_ext.domain.activities import Json
from lms_ext.domain.columns import SCOPE
from lms_ext.domain.quirks import Quirks
from lms_ext.lti.columns import find_column, made_url, make_column
from lms_ext.lti.http import Answer, Outbound, OutboundError
from lms_ext.lti.line_items import read_time, time_text
from lms_ext.lti.registry import KnownPlatform
from lms_ext.lti.tokens import ForeignHost, TokenRefused, Tokens, read_json, with_token
from lms_ext.models import utcnow
from lms_ext.services.columns import LOST, Column
from lms_ext.services.delivering import Claimed, Verdict

_ANSWERED = frozenset({"too-large", "results-unreadable"})
"""Faults of a platform that is there."""
_LOOKS = 8
"""Tries before which a score waits for readable results, where sending it twice counts as handing in twice."""
_LONGEST_PAUSE = 3600.0
"""Seconds: what is asked beyond that is a mistake of theirs, and no date could hold the longest."""
_FURTHEST = timedelta(days=1)
"""How far ahead of our clock a gradebook's time is believed: a score waits for it."""
_WANTED = ("score", "result.readonly", "lineitem.readonly", "lineitem")
_USUAL = (SCOPE + "score", SCOPE + "result.readonly")
_SCORE = "application/vnd.ims.lis.v1.score+json"
RESULTS = "application/vnd.ims.lis.v2.resultcontainer+json"
_MOST = 1e9
"""Points beyond which a number in a gradebook is no grade."""
_SAME = 0.005
"""Points that two grades may differ by and be one: gradebooks keep few decimals."""


def scopes_to_ask(granted: tuple[str, ...]) -> tuple[str, ...]:
    """Give the scopes to ask a token for: what we need of what was granted (Canvas refuses a request that goes beyond)."""
    return tuple(SCOPE + one for one in _WANTED if SCOPE + one in granted) or _USUAL


def score_message(one: Claimed) -> dict[str, Json]:
    """Give the score as AGS 2.0 has it; the comment always, since Moodle erases its feedback without one."""
    body: dict[str, Json] = {
        "userId": one.sub,
        "timestamp": time_text(one.stamp),
        "activityProgress": one.activity_progress,
        "gradingProgress": one.grading_progress,
        "comment": one.comment,
    }
    if one.given is not None:
        body |= {"scoreGiven": one.given, "scoreMaximum": one.maximum}
    if one.submitted_at is not None:
        body["submission"] = {"submittedAt": time_text(one.submitted_at)}
    return body


class Gradebook:
    """Posts scores."""

    def __init__(self, outbound: Outbound, tokens: Tokens, launch_url: str, clock: Callable[[], datetime] = utcnow) -> None:
        """Take the address of our launches, by which gradebooks open work from columns that we make."""
        self._outbound = outbound
        self._tokens = tokens
        self._launch_url = launch_url
        self._clock = clock

    def send(self, platform: KnownPlatform, quirks: Quirks, one: Claimed) -> Verdict:
        """Post a score and say what the answer means; never raises for what a platform does."""
        try:
            service = Service(self._outbound, self._tokens, platform, quirks, one.column.scopes)
            return _Sending(service, one, self._launch_url, self._clock).send()
        except OutboundError as error:
            if error.code in {"address", "audience", "bad-url"}:
                return Verdict("parked", "bad-address")
            if isinstance(error, ForeignHost):
                return Verdict("parked", error.code, "unasked")
            return Verdict("retry", error.code, "up" if error.code in _ANSWERED else "down")
        except TokenRefused:
            return Verdict("retry", "token-refused", "down")


class Service:
    """The grade services of one platform: asks with a token of the right scopes, renewed once when it is refused."""

    def __init__(
        self, outbound: Outbound, tokens: Tokens, platform: KnownPlatform, quirks: Quirks, granted: tuple[str, ...]
    ) -> None:
        self._outbound = outbound
        self._tokens = tokens
        self._platform = platform
        self._scopes = scopes_to_ask(granted)
        self.quirks = quirks

    def get(self, url: str, accept: str) -> Answer:
        """Read something."""
        return self.ask("GET", url, {"Accept": accept}, None)

    def post(self, url: str, headers: dict[str, str], body: bytes) -> Answer:
        """Send something."""
        return self.ask("POST", url, headers, body)

    def ask(self, method: str, url: str, headers: dict[str, str], body: bytes | None) -> Answer:
        """Send one request, twice when the token was refused."""
        asking = (self._outbound, self._tokens, self._platform, self.quirks, self._scopes)
        return with_token(*asking, method, url, headers=headers, body=body)


class _Sending:
    """One score on its way."""

    def __init__(self, service: Service, one: Claimed, launch_url: str, clock: Callable[[], datetime]) -> None:
        self._service = service
        self._quirks = service.quirks
        self._one = one
        self._launch_url = launch_url
        self._clock = clock
        self._now = clock()

    def send(self) -> Verdict:
        column: Column = self._one.column
        if column.url:
            answer = self._post(column.url)
            if answer.status != 404 or self._is_person_unknown(answer):
                return self._judge(column.url, answer)
        found = find_column(self._service.get, column, column.url) if column.may_search else ""
        if not found:
            return self._make(column) if column.wanted else self._gone(column)
        return self._score(found)

    def _gone(self, column: Column) -> Verdict:
        """Nothing is where we thought. A column that we made was deleted: it does not come back by itself."""
        made = bool(column.url and column.tag)
        return Verdict("parked", "column-gone" if made else "no-column", gone=made)

    def _make(self, column: Column) -> Verdict:
        """Make the column, as the only one who may; it is looked for first at each try, so a lost answer makes no second one."""
        assert column.wanted is not None  # see `send`
        if SCOPE + "lineitem" not in column.scopes:
            return Verdict("parked", "no-column")
        if self._clock() > column.wanted.until - LOST:
            return Verdict("retry", "timeout")  # by now another worker may be at it
        answer = make_column(self._service.post, column, column.wanted, self._launch_url)
        if not 200 <= answer.status < 300:
            return self._refused(answer)
        found = made_url(answer, column.container) or find_column(self._service.get, column, column.url)
        return self._score(found) if found else Verdict("retry", "column-unmade")

    def _refused(self, answer: Answer) -> Verdict:
        temporary = self._temporary(answer)
        return temporary or Verdict("parked", "no-column" if answer.status == 404 else "column-refused")

    def _score(self, found: str) -> Verdict:
        try:
            verdict = self._judge(found, self._post(found))
        except (OutboundError, TokenRefused) as error:
            code = error.code if isinstance(error, OutboundError) else "token-refused"
            return Verdict("retry", code, "up" if code == "too-large" else "down", relink=found)
        return replace(verdict, relink=found)

    def _post(self, lineitem: str) -> Answer:
        body = self._quirks.score_body(score_message(self._one), again=self._one.again and not self._is_lost(lineitem))
        return self._service.post(self._quirks.scores_url(lineitem), {"Content-Type": _SCORE}, json.dumps(body).encode())

    def _is_lost(self, lineitem: str) -> bool:
        """Where scores count as handing-in, look whether earlier tries arrived at all: else this one must count."""
        if not self._quirks.counts_submissions or self._one.arrived:
            return False
        mine = self._result(lineitem)
        if mine is None and self._one.tries < _LOOKS:
            raise OutboundError("results-unreadable")
        return mine is not None and _points(mine, self._one.maximum) is None

    def _is_person_unknown(self, answer: Answer) -> bool:
        return self._quirks.is_not_enrolled(answer.status, answer.body.decode(errors="replace"))

    def _judge(self, lineitem: str, answer: Answer) -> Verdict:
        status = answer.status
        if 200 <= status < 300:
            return Verdict("sent")  # whatever the body is: Moodle sends none, others HTML
        if self._is_person_unknown(answer):
            return Verdict("parked", "not-enrolled")
        if self._quirks.is_timestamp_refusal(status, answer.body.decode(errors="replace")):
            return self._compare(lineitem)
        temporary = self._temporary(answer)
        if temporary:
            return temporary
        reasons = {404: "no-column", 410: "no-column", 403: "not-allowed", 400: "not-gradable", 422: "not-gradable"}
        return Verdict("parked", reasons.get(status, "refused"))

    def _temporary(self, answer: Answer) -> Verdict | None:
        """Give the verdict on an answer that will be another one later."""
        if self._quirks.is_rate_limit(answer.status, answer.headers):
            return Verdict("retry", "busy", "complains", retry_after(answer, self._now))
        no_token = self._quirks.is_token_refusal(answer.status, answer.body.decode(errors="replace"))
        if no_token or answer.status >= 500 or answer.status in {408, 425}:
            return Verdict("retry", "token-refused" if no_token else "platform-fault", "down")
        return None

    def _compare(self, lineitem: str) -> Verdict:
        """A refused timestamp may mean that our earlier try arrived, or that someone wrote another grade: look."""
        one = self._one
        mine = self._result(lineitem)
        if mine is None:
            return Verdict("retry", "results-unreadable")
        there = _points(mine, one.maximum)
        theirs = read_time(mine.get("timestamp")) or self._now
        later = max(self._now, min(theirs, self._now + _FURTHEST))
        if there is None:
            return Verdict("restamp", "same-second", after=later)
        if one.given is not None and abs(there - one.given) < _SAME:
            return Verdict("sent")
        if any(abs(there - each) < _SAME for each in one.delivered):
            return Verdict("restamp", "same-second", after=later)
        return Verdict("kept", "graded-there")

    def _result(self, lineitem: str) -> dict[str, Any] | None:
        """Read what the gradebook holds for the person, {} for nothing; None when it cannot be read."""
        sub = self._one.sub
        answer = self._service.get(self._quirks.results_url(lineitem, sub), RESULTS)
        results = read_json(answer)
        if answer.status != 200 or not isinstance(results, list):
            return None
        return next((each for each in results if isinstance(each, dict) and str(each.get("userId")) == sub), {})


def retry_after(answer: Answer, now: datetime) -> float:
    """Give the seconds a platform asks us to wait, an hour at most, from either form of its header; 0 when it does not say."""
    asked = answer.headers.get("retry-after", "").strip()
    try:
        seconds = float(asked) if asked.isdecimal() else _until(asked, now)
    except (ValueError, OverflowError):  # no number, no date, or none that a clock knows
        return 0.0
    return min(max(0.0, seconds), _LONGEST_PAUSE)


def _until(moment: str, now: datetime) -> float:
    found = parsedate_to_datetime(moment)
    return (found.replace(tzinfo=found.tzinfo or UTC) - now).total_seconds()


def _points(result: dict[str, Any], maximum: int) -> float | None:
    score, top = result.get("resultScore"), result.get("resultMaximum", maximum)
    if not isinstance(score, (int, float)) or not isinstance(top, (int, float)):
        return None
    return float(score) / float(top) * maximum if -_MOST < score < _MOST and 0 < top < _MOST else None
