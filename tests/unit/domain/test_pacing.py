"""The pace of a platform: rate, pauses and probes."""

from datetime import UTC, datetime, timedelta

from lms_ext.domain.pacing import Pace, Rules

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
RULES = Rules()


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_f3_a_platform_that_allows_five_a_second_is_used_to_three_quarters_with_hardly_a_refusal() -> None:
    pace, calls, refused, taken = Pace.fresh(RULES, NOW), [], 0, 0
    for tick in range(600 * 20):
        now = later(tick / 20)
        allowed = pace.allowance(RULES.in_flight, now)
        if not allowed:
            continue
        pace = pace.spent(allowed, RULES, now)
        for _ in range(allowed):
            calls = [one for one in calls if one > now - timedelta(seconds=1)]
            steady = tick > 60 * 20
            if len(calls) >= 5:
                refused += steady
                pace = pace.complained(1.0, RULES, now)
            else:
                calls.append(now)
                taken += steady
                pace = pace.answered(RULES, now)
    assert refused <= 0.01 * (taken + refused)
    assert taken >= 0.75 * 5 * 540


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


def test_a_clean_minute_raises_the_rate_by_one() -> None:
    pace = Pace.fresh(RULES, NOW).complained(0.0, RULES, NOW)
    assert pace.rate == 10
    assert pace.answered(RULES, later(59)).rate == 10
    assert pace.answered(RULES, later(60)).rate == 11
