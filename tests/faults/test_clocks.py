"""Timestamps against a model of Moodle, whatever clocks, crashes and lost answers do (F9, F14, F17)."""

import itertools
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from lms_ext.domain.pacing import Rules
from lms_ext.lti.ags import Gradebook
from lms_ext.lti.http import Answer, Outbound, OutboundError
from lms_ext.lti.quirks.moodle import Moodle
from lms_ext.lti.tokens import Tokens
from lms_ext.models import GradeSlot, db
from lms_ext.sandbox.people import Person as Account
from lms_ext.services import delivering
from lms_ext.services.delivering import AHEAD, Claimed, Result, Verdict
from lms_ext.web.tool import tool
from tests.support.lms import Lms, add_people

NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
RULES = Rules(first_rate=1000.0, highest_rate=1000.0)
_people = itertools.count(2000)


class Wire:
    """The way to the practice LMS without sockets; notes scores and loses what it is told to lose."""

    def __init__(self, lms: Lms) -> None:
        self._client = lms.sandbox.test_client()
        self.stamps: list[datetime] = []
        self.lose = ""
        """"before" or "after" the LMS has done what was asked."""

    def request(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes | None = None, limit: int = 0
    ) -> Answer:
        del limit
        lost, self.lose = self.lose, ""
        if lost == "before":
            raise OutboundError("unreachable")
        answer = self._client.open(url, method=method, headers=dict(headers or {}), data=body)
        if method == "POST":
            self.stamps.append(datetime.fromisoformat(json.loads(body or b"")["timestamp"]))
        if lost == "after":
            raise OutboundError("timeout")
        return Answer(answer.status_code, {name.lower(): value for name, value in answer.headers}, answer.data)


class Warm:
    """A token that the LMS takes."""

    def __init__(self, lms: Lms) -> None:
        self._lms = lms
        self._token = ""

    def get(self, _platform: object, _quirks: object, scopes: tuple[str, ...], *, instead_of: str = "") -> str:
        if not self._token or instead_of:
            self._token = self._lms.practice.new_token(list(scopes))
        return self._token

    def check_host(self, platform: object, quirks: object, url: str) -> None:
        """Let it go anywhere: this LMS has one address."""


class Deliveries(RuleBasedStateMachine):
    """One learner, one column; the tool's clock jumps, workers crash, answers are lost."""

    lms: Lms

    def __init__(self) -> None:
        super().__init__()
        number = next(_people)
        self.person = str(number)
        self.lms.practice.add_person(Account(self.person, "Murid"))
        add_people(self.lms, [self.person])
        self.wire = Wire(self.lms)
        self.now = NOON + timedelta(days=number)  # examples share the platform's lane: each is later than the last
        self.newest: float | None = None
        self.gradebook = Gradebook(cast("Outbound", self.wire), cast("Tokens", Warm(self.lms)), lambda: self.now)
        self.platform = tool().lti.registry.all()[self.lms.platform_id]

    @rule(points=st.integers(0, 100))
    def submit(self, points: int) -> None:
        self.newest = float(points)
        self.lms.score(self.person, self.newest, self.now)

    @rule(seconds=st.sampled_from([0.1, 1.0, 2.0, 30.0, 120.0, 3600.0]))
    def time_passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(seconds=st.sampled_from([0.5, 2.0, 90.0, 600.0]))
    def the_clock_is_set_back(self, seconds: float) -> None:
        self.now -= timedelta(seconds=seconds)

    @rule(lost=st.sampled_from(["", "", "before", "after"]))
    def deliver(self, lost: str) -> None:
        self.wire.lose = lost
        for one in self._claim():
            self._settle(one, self._send(one))
        self.wire.lose = ""

    @rule(posted=st.booleans())
    def a_worker_crashes_before_it_marks(self, posted: bool) -> None:
        for one in self._claim():
            if posted:
                self._send(one)

    @precondition(lambda self: self.newest is not None)
    @rule(points=st.integers(0, 100))
    def a_worker_marks_after_a_newer_score_came(self, points: int) -> None:
        claimed = self._claim()
        verdicts = [self._send(one) for one in claimed]
        self.submit(points)
        for one, verdict in zip(claimed, verdicts, strict=True):
            self._settle(one, verdict)

    def _claim(self) -> list[Claimed]:
        claimed = delivering.take(db.session, self.lms.platform_id, 8, RULES, self.now)
        db.session.commit()
        return claimed

    def _send(self, one: Claimed) -> Verdict:
        number = len(self.wire.stamps)
        verdict = self.gradebook.send(self.platform, Moodle(), one)
        for stamp in self.wire.stamps[number:]:
            assert stamp <= self.now + AHEAD, "Moodle would lock later scores out"
            earlier = self.wire.stamps[: self.wire.stamps.index(stamp)]
            assert all(stamp - each >= timedelta(seconds=1) for each in earlier), "timestamps rise"
        return verdict

    def _settle(self, one: Claimed, verdict: Verdict) -> None:
        delivering.settle_all(db.session, [Result(one, verdict)], RULES, self.now)
        db.session.commit()

    def _slot(self) -> GradeSlot:
        return self.lms.slot(self.person)

    def teardown(self) -> None:
        """In the end the LMS holds the newest score."""
        if self.newest is None:
            return
        for _ in range(60):
            self.deliver("")
            if self._slot().state == "sent":
                break
            self.now += timedelta(minutes=2)
        assert self._slot().state == "sent", self._slot().reason
        assert self.lms.held(self.person) == self.newest


def test_f9_timestamps_rise_and_the_newest_score_wins_whatever_clocks_and_crashes_do(make_lms: Any) -> None:
    lms = make_lms(learners=1)
    machine = type("Machine", (Deliveries,), {"lms": lms})
    run_state_machine_as_test(machine, settings=settings(max_examples=25, stateful_step_count=25, deadline=None))  # type: ignore[no-untyped-call]  # hypothesis types no such call
