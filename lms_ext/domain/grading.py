"""Pure rules of grading: which attempt counts, what score a platform gets, how long to wait."""

from collections.abc import Sequence
from dataclasses import dataclass

from lms_ext.domain.activities import Keep


def combine(fractions: Sequence[float], keep: Keep) -> float | None:
    """Give the fraction that counts of scored attempts in order; None when there is none."""
    if not fractions:
        return None
    match keep:
        case Keep.BEST:
            return max(fractions)
        case Keep.LAST:
            return fractions[-1]
        case Keep.FIRST:
            return fractions[0]
        case Keep.MEAN:  # pragma: no branch - these four are all there are
            return sum(fractions) / len(fractions)


def points(fraction: float, maximum: int) -> float:
    """Give points with at most two decimals, as gradebooks show them."""
    return round(fraction * maximum, 2)


@dataclass(frozen=True, slots=True)
class Backoff:
    """Jittered, doubling waits."""

    first: float = 5.0
    longest: float = 900.0

    def wait(self, tries: int, jitter: float) -> float:
        """Give seconds to wait after `tries` failures; `jitter` in 0..1 spreads the second half of the wait."""
        full = min(self.longest, self.first * 2.0 ** min(max(tries - 1, 0), 16))
        return float(full * (0.5 + 0.5 * jitter))
