"""Medians, ratios and aims, as a table for people and as JSON."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from bench.scenes import Cost


@dataclass
class Row:
    """One thing at one server over all rounds."""

    scene: str
    name: str
    floor: tuple[str, str] | None = None
    """Scene and name of the row that ratios are taken to."""
    costs: list[Cost] = field(default_factory=list)

    def middle(self, what: str) -> float:
        """Give the median of one figure."""
        return float(median(getattr(one, what) for one in self.costs))


@dataclass
class Aim:
    """A limit that the tool means to keep."""

    text: str
    value: float
    limit: float
    unit: str = ""

    @property
    def reached(self) -> bool:
        return self.value <= self.limit

    def __str__(self) -> str:
        word = "reached" if self.reached else "NOT reached"
        return f"{word:12} {self.text}: {self.value:.2f}{self.unit} (aim: at most {self.limit:g}{self.unit})"


class Report:
    """Rows by scene and name."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], Row] = {}

    def add(self, scene: str, name: str, cost: Cost, floor: tuple[str, str] | None = None) -> None:
        """Note one round's cost."""
        self.rows.setdefault((scene, name), Row(scene, name, floor)).costs.append(cost)

    def ratio(self, row: Row) -> float:
        """Give the median over rounds of a row's CPU to its floor's in the same round."""
        if row.floor is None:
            return 1.0
        pairs = zip(row.costs, self.rows[row.floor].costs, strict=True)
        return median(ours.cpu / max(least.cpu, 0.001) for ours, least in pairs)

    def table(self) -> str:
        """Write all rows, a block for each scene."""
        lines, scene = [], ""
        scenes = list(dict.fromkeys(row.scene for row in self.rows.values()))
        for row in sorted(self.rows.values(), key=lambda one: scenes.index(one.scene)):
            if row.scene != scene:
                scene = row.scene
                lines += ["", f"{scene:56} CPU ms (min-max)    ratio   PG ms  wall ms  requests  bytes"]
            cpu = [one.cpu for one in row.costs]
            ratio = f"{self.ratio(row):5.2f}" if row.floor else "     "
            span = f"{row.middle('cpu'):5.2f} ({min(cpu):.2f}-{max(cpu):.2f})"
            lines.append(
                f"  {row.name:54} {span:19} {ratio:6}  {row.middle('database'):5.2f}  {row.middle('wall'):7.2f}"
                f"  {row.middle('requests'):8.0f}  {row.middle('size'):5.0f}"
            )
        return "\n".join(lines).lstrip("\n")

    def plain(self) -> list[dict[str, Any]]:
        """Give all rows as JSON has them."""
        return [
            {
                "scene": row.scene,
                "server": row.name,
                "floor": row.floor,
                "ratio": round(self.ratio(row), 3) if row.floor else None,
                "rounds": [vars(one) for one in row.costs],
            }
            for row in self.rows.values()
        ]


def wrongly(found: dict[str, dict[str, bool]], valid: str) -> Sequence[str]:
    """Say for each server what it let through, and whether a valid launch worked."""
    lines = []
    for name, results in found.items():
        wrong = [attempt for attempt, reached in results.items() if reached and attempt != valid]
        state = "" if results[valid] else " (and REFUSED a valid launch)"
        lines.append(f"  {name:54} {', '.join(wrong) or 'nothing'}{state}")
    return lines
