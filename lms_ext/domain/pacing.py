"""How hard a platform may be pressed: its rate, its pauses, and one probe at a time while it is down. Pure: times are given."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from lms_ext.domain.grading import Backoff

_BURST = timedelta(seconds=0.2)
"""Unused allowance that may be caught up with."""
_ONE_COMPLAINT = timedelta(seconds=2)
"""Requests in flight together are refused together: that is one complaint, not many."""

_CLOCK_SET_BACK = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for delivering to any platform. Rates are scores per second."""

    first_rate: float = 20.0
    lowest_rate: float = 1.0
    highest_rate: float = 100.0
    in_flight: int = 8
    """Requests of one worker process to one platform at a time."""
    failures: int = 5
    """Failures in a row after which a platform counts as down."""
    probe: timedelta = timedelta(seconds=30)
    slower: float = 0.8
    """What a complaint leaves of the rate: little enough to settle within seconds, enough to stay near what is allowed."""
    faster: float = 1.05
    """What a clean time makes of the rate: so little that trying for more costs hardly any refusals."""
    clean: timedelta = timedelta(seconds=15)
    """Time without a complaint after which the rate rises."""
    longest_pause: timedelta = timedelta(hours=1)
    lease: timedelta = timedelta(seconds=60)
    give_up: timedelta = timedelta(days=14)
    backoff: Backoff = field(default_factory=Backoff)


@dataclass(frozen=True, slots=True)
class Pace:
    """Where a platform stands. All workers share it through the database."""

    rate: float
    next_at: datetime
    """When the next score may leave."""
    paced_at: datetime
    """When the rate last changed; a little earlier after a rise, so that a complaint about it counts at once."""
    failures: int = 0
    """Failures since the last answer."""
    resume_at: datetime | None = None
    """Nothing leaves before."""
    down_since: datetime | None = None
    trouble: str = ""
    """Code of what the platform fails with while it is down."""

    @classmethod
    def fresh(cls, rules: Rules, now: datetime) -> "Pace":
        """Give the pace of a platform that nothing is known of."""
        return cls(rules.first_rate, now, now - _ONE_COMPLAINT)

    def allowance(self, room: int, now: datetime) -> int:
        """Give how many scores may leave now, `room` at most: one, as a probe, while the platform is down."""
        if room <= 0 or (self.resume_at is not None and now < self.resume_at):
            return 0
        if self.down_since is not None:
            return 1
        free = (now - max(self._next(now), now - _BURST)).total_seconds()
        return min(room, int(free * self.rate) + 1) if free >= 0 else 0

    def wait(self, now: datetime) -> float:
        """Give seconds until something may leave; 0 when it may now."""
        return max(0.0, (max(self._next(now), self.resume_at or now) - now).total_seconds())

    def _next(self, now: datetime) -> datetime:
        """Give when the next score may leave; a time that no pace leads to means that the clock was set back."""
        return self.next_at if self.next_at - now < _CLOCK_SET_BACK else now

    def spent(self, number: int, rules: Rules, now: datetime) -> "Pace":
        """Give the pace after `number` scores were let go."""
        if self.down_since is not None:
            return replace(self, resume_at=now + rules.probe)
        return replace(self, next_at=max(self._next(now), now - _BURST) + timedelta(seconds=number / self.rate))

    def answered(self, rules: Rules, now: datetime) -> "Pace":
        """Give the pace after an answer that did not complain: the platform is up."""
        after = self
        if self.rate < rules.highest_rate and now - self.paced_at >= rules.clean:
            after = replace(after, rate=min(rules.highest_rate, self.rate * rules.faster), paced_at=now - _ONE_COMPLAINT)
        if self.down_since is not None:
            after = replace(after, resume_at=None)
        return replace(after, failures=0, down_since=None, trouble="")

    def complained(self, seconds: float, rules: Rules, now: datetime) -> "Pace":
        """Give the pace after "too many requests": a lower rate, and a pause of the `seconds` that were asked for."""
        after = replace(self, failures=0, down_since=None, trouble="")
        if now - self.paced_at >= _ONE_COMPLAINT:
            after = replace(after, rate=max(rules.lowest_rate, self.rate * rules.slower), paced_at=now)
        pause = timedelta(seconds=min(seconds, rules.longest_pause.total_seconds()))
        resume_at = max(self.resume_at or now, now + pause) if seconds else self.resume_at
        return replace(after, resume_at=resume_at)

    def failed(self, code: str, rules: Rules, now: datetime) -> "Pace":
        """Give the pace after no answer, or one that only a broken platform gives."""
        after = replace(self, failures=self.failures + 1)
        if after.failures < rules.failures:
            return after
        return replace(after, down_since=self.down_since or now, resume_at=now + rules.probe, trouble=code)
