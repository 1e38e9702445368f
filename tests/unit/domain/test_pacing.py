"""The pace of a platform: rate, pauses and probes."""

import random
from collections import deque
from datetime import UTC, datetime, timedelta

import pytest

from lms_ext.domain.pacing import Pace, Rules

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
RULES = Rules()


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("asked", [0.0, 1.0])
@pytest.mark.parametrize("allowed", [2, 5, 12, 50])
def test_f3_what_a_platform_allows_is_used_with_hardly_a_refusal(allowed: int, asked: float, seed: int) -> None:
    chance, pace, seconds, end = random.Random(seed), Pace.fresh(RULES, NOW), 0.0, 900.0
    calls: deque[float] = deque()
    refused = taken = 0
    while seconds < end:
        seconds += 0.01 + 0.05 * chance.random()  # a worker looks when it gets to it
        now = later(seconds)
        number = pace.allowance(RULES.in_flight, now)
        pace = pace.spent(number, RULES, now) if number else pace
        for _ in range(number):
            while calls and calls[0] <= seconds - 1:
                calls.popleft()
            if len(calls) >= allowed:
                refused += seconds > 60
                pace = pace.complained(asked, RULES, now)
            else:
                calls.append(seconds)
                taken += seconds > 60
                pace = pace.answered(RULES, now)
    assert taken >= 0.8 * allowed * (end - 60), taken / allowed / (end - 60)
    assert refused <= 0.01 * (taken + refused), refused / (taken + refused)


def test_f3_a_pause_that_was_asked_for_is_kept_to_the_second() -> None:
    pace = Pace.fresh(RULES, NOW).complained(30.0, RULES, NOW)
    assert pace.allowance(8, later(29.9)) == 0
    assert pace.allowance(8, later(30.0)) > 0


def test_f1_while_a_platform_is_down_one_probe_leaves_in_30_seconds() -> None:
    pace = Pace.fresh(RULES, NOW)
    for _ in range(RULES.failures):
        pace = pace.failed("unreachable", RULES, NOW)
    probes = 0
    for second in range(1800):
        if pace.allowance(8, later(second)):
            probes += 1
            pace = pace.spent(1, RULES, later(second)).failed("unreachable", RULES, later(second))
    assert probes <= 60
    assert pace.answered(RULES, later(1800)).allowance(8, later(1800)) > 0


def test_f3_a_clean_time_raises_the_rate_a_little_and_a_complaint_about_that_takes_it_back() -> None:
    pace = Pace.fresh(RULES, NOW).complained(0.0, RULES, NOW)
    assert pace.rate == 16
    assert pace.answered(RULES, later(14)).rate == 16
    risen = pace.answered(RULES, later(15))
    assert risen.rate == pytest.approx(16.8)
    assert risen.complained(0.0, RULES, later(15.1)).rate < 16


def test_f3_requests_that_are_refused_together_are_one_complaint() -> None:
    pace = Pace.fresh(RULES, NOW)
    for tick in range(8):
        pace = pace.complained(0.0, RULES, later(tick / 10))
    assert pace.rate == 16


def test_f9_a_clock_that_is_set_back_stops_nothing() -> None:
    pace = Pace.fresh(RULES, later(3600)).spent(8, RULES, later(3600))
    assert pace.allowance(8, NOW) > 0
    assert pace.wait(NOW) == 0
    assert pace.spent(8, RULES, NOW).next_at < later(10)
