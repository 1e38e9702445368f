"""`python -m bench [--quick] [--json FILE]`: run everything, print the table, the aims and the checks."""

import argparse
import json
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from statistics import median

from bench import checks, scenes
from bench.browser import Browser
from bench.processes import environment, pss_mb, tree
from bench.report import Aim, Report, wrongly
from bench.scenes import Contestant, Desk
from bench.stage import README_NAME, STORES, Stage, floor_name, tool_name

_RETURNING = "full launch, returning learner"
_FIRST = "full launch, first visit (writes everything)"
_PAGE, _SAVE, _SUBMIT = "activity page", "autosave", "hand in"


def say(text: str) -> None:
    """Show progress."""
    sys.stderr.write(f"[{time.strftime('%H:%M:%S')}] {text}\n")
    sys.stderr.flush()


class Bench:
    """One run: warms up, then rounds of interleaved batches."""

    def __init__(self, stage: Stage, count: int, rounds: int) -> None:
        self.stage = stage
        self.count = count
        self.rounds = rounds
        self.report = Report()
        self.calls = 0.0
        """Requests to the platform in a warm launch of this tool."""
        self._browsers: dict[str, dict[int, Browser]] = {name: {} for name in stage.contestants}
        self._new = 10_000
        """Number of the next learner who was never here."""

    def run(self) -> None:
        """Measure launches and work at the activity."""
        for who in self.stage.contestants.values():
            say(f"warming up {who.name}")
            scenes.launches(who, self.stage.key, range(self.count), self._browsers[who.name])
        for number in range(self.rounds):
            order = list(self.stage.contestants.values())
            for who in order if number % 2 == 0 else reversed(order):
                say(f"round {number + 1} of {self.rounds}: {who.name}")
                self._round(who)

    def _round(self, who: Contestant) -> None:
        store = who.name.rpartition(", ")[2]
        store = store if store in STORES else "SQLite"
        floor = floor_name(store)
        before = self._calls()
        cost, _ = scenes.launches(who, self.stage.key, range(self.count), self._browsers[who.name])
        self.report.add(_RETURNING, who.name, cost, (_RETURNING, floor))
        if who.name == floor:
            self.report.add(_SAVE, who.name, scenes.repeat(who, scenes.floor_save(who), self.count), (_SAVE, floor))
        elif who.name != README_NAME:
            self.calls = max(self.calls, (self._calls() - before) / self.count)
            self._work(who, floor)

    def _work(self, who: Contestant, floor: str) -> None:
        learners = range(self._new, self._new + self.count // 2)
        self._new = learners.stop
        cost, pages = scenes.launches(who, self.stage.key, learners, self._browsers[who.name])
        self.report.add(_FIRST, who.name, cost, (_RETURNING, floor))
        desks = [Desk(page, self.stage.activity["answer"]) for page in pages]
        actions = {
            _PAGE: lambda count: desks[count % len(desks)].look(count),
            _SAVE: scenes.tool_saves(desks),
            _SUBMIT: lambda count: desks[count].submit(count),
        }
        for scene, action in actions.items():
            times = len(desks) if scene == _SUBMIT else self.count
            self.report.add(scene, who.name, scenes.repeat(who, action, times), (_SAVE, floor))

    def _calls(self) -> int:
        with urllib.request.urlopen(f"{self.stage.issuer}/calls") as answer:
            return int(json.load(answer))


def _help_seconds() -> float:
    """Give the shortest of five runs: on a busy machine the others measure its neighbours."""
    script = Path(sys.executable).parent / "lms-ext"
    taken = []
    for _ in range(5):
        began = time.perf_counter()
        subprocess.run([str(script), "--help"], env=environment(), check=True, capture_output=True)
        taken.append(time.perf_counter() - began)
    return min(taken)


def _aims(bench: Bench, delivered: dict[str, dict[str, list[float]]], memory: float, help_seconds: float) -> list[Aim]:
    rows, ratio = bench.report.rows, bench.report.ratio
    found = [Aim(f"{_RETURNING}, {one}, to the floor", ratio(rows[_RETURNING, tool_name(one)]), 1.5, " x") for one in STORES]
    found += [
        Aim(f"{_SAVE}, {one}, to one request and one upsert", ratio(rows[_SAVE, tool_name(one)]), 2, " x") for one in STORES
    ]
    found += [Aim(f"score post with a warm token, {one}", median(delivered[one]["http"]), 0.3, " ms CPU") for one in STORES]
    return [
        *found,
        Aim("calls to the platform in a warm launch", bench.calls, 0),
        Aim("memory of one worker process (PSS)", memory, 80, " MB"),
        Aim("lms-ext --help", help_seconds, 0.4, " s"),
    ]


def _load() -> str:
    return Path("/proc/loadavg").read_text().rpartition(" ")[0]


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer and smaller batches: under two minutes")
    parser.add_argument("--json", type=Path, default=Path("var/bench.json"), help="where the figures are written")
    chosen = parser.parse_args()
    count, rounds = (120, 3) if chosen.quick else (400, 5)
    say("starting the platform, PostgreSQL and five servers")
    load = _load()
    with Stage() as stage:
        bench = Bench(stage, count, rounds)
        bench.run()
        say("delivering grades")
        delivered = {one: stage.deliver(one, count, rounds) for one in STORES}
        say("200 platforms, 20 of which hang")
        crowds = {one: stage.crowd(one, 200, 20, 10 if chosen.quick else 50) for one in STORES}
        say("attacks")
        let_in = {name: checks.accepted(who.way, stage.key) for name, who in stage.contestants.items()}
        processes = tree(stage.contestants[tool_name("PostgreSQL")].server.pid)
        shares = sorted(pss_mb(pid) for pid in processes)
        aims = _aims(bench, delivered, shares[-1], _help_seconds())
        aims += [
            Aim(f"180 platforms beside 20 that hang, {one}, to 180 alone", costs["beside"] / costs["alone"], 1.1, " x")
            for one, costs in crowds.items()
        ]
    lines = [
        f"activity: {stage.activity['ref']} ({stage.activity['type']})",
        f"{count} a batch, {rounds} rounds; load average {load}, at the end {_load()}",
        "",
        bench.report.table(),
        "",
        "grade delivery by one worker, CPU ms per score",
        *(
            f"  {one:54} whole {median(costs['whole']):.2f}, HTTP part {median(costs['http']):.2f}"
            for one, costs in delivered.items()
        ),
        "",
        "200 platforms of which 20 hang: seconds until the other 180 have their scores, one worker",
        *(
            f"  {one:54} {costs['scores']:.0f} scores: alone {costs['alone']:.1f}, beside those that hang {costs['beside']:.1f}"
            for one, costs in crowds.items()
        ),
        "",
        f"memory (PSS) of a one-worker server: {sum(shares):.0f} MB, its worker {shares[-1]:.0f} MB",
        "",
        "wrongly let through",
        *wrongly(let_in, checks.VALID),
        "",
        *map(str, aims),
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    chosen.json.parent.mkdir(parents=True, exist_ok=True)
    result = {
        "activity": stage.activity["ref"], "count": count, "rows": bench.report.plain(), "delivery": delivered, "crowds": crowds,
        "pss_mb": {"server": sum(shares), "worker": shares[-1]}, "let_in": let_in,
        "aims": [vars(one) | {"reached": one.reached} for one in aims],
    }  # fmt: skip
    chosen.json.write_text(json.dumps(result, indent=2))
    say(f"figures: {chosen.json}")


if __name__ == "__main__":
    main()
