"""Who calls too often waits, and what is remembered of callers stays small."""

import pytest

from lms_ext.web import refused_launches, throttle
from lms_ext.web.refused_launches import Pacer
from lms_ext.web.throttle import Throttle


def test_a_caller_waits_and_others_do_not() -> None:
    pace = Throttle(per_minute=60, burst=2)
    assert [pace.wait("a", 0.0) for _ in range(3)] == [0, 0, 1]
    assert pace.wait("b", 0.0) == 0
    assert pace.wait("a", 1.0) == 0


def test_the_caller_that_called_longest_ago_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "_REMEMBERED", 2)
    pace = Throttle(per_minute=60, burst=1)
    for caller in ("a", "b", "c"):
        assert pace.wait(caller, 0.0) == 0
    assert [pace.wait(caller, 0.0) for caller in ("c", "b", "a")] == [1, 1, 0]


def test_refusals_of_one_kind_are_counted_until_the_next_line() -> None:
    pacer = Pacer()
    assert [pacer.admit((1, "clock-skew"), 100.0) for _ in range(3)] == [0, None, None]
    assert pacer.admit((2, "clock-skew"), 100.0) == 0
    assert pacer.admit((1, "clock-skew"), 106.0) == 2, "two more before it"


def test_a_flood_of_kinds_is_not_remembered_for_good(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refused_launches, "_BURST", 2)
    pacer = Pacer()
    assert [pacer.admit((number, "clock-skew"), 100.0) for number in range(40)] == [0, 0, *[None] * 38]
    assert pacer.admit((39, "clock-skew"), 106.0) == 0, "forgotten: it was too much to keep"
