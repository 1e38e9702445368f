"""What is measured: batches of one thing at one server, with the CPU its process tree and the database's used."""

import json
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Self

from bench import browser
from bench.browser import Browser, Failed, Page, Way
from bench.platform import Key
from bench.processes import Server, cpu_ms


@dataclass
class Contestant:
    """One running server and how to use it."""

    name: str
    server: Server
    way: Way
    database_pid: int | None = None
    """PostgreSQL's first process, when this server stores there."""
    floor: str = ""
    """Name of the server that ratios are taken to."""


@dataclass
class Cost:
    """Per thing done: CPU milliseconds of the server and of PostgreSQL, wall milliseconds, requests and bytes of the answer."""

    cpu: float
    database: float
    wall: float
    requests: float = 1
    size: int = 0


@dataclass
class Meter:
    """Adds up what a contestant uses while it is on."""

    who: Contestant
    cpu: float = 0
    database: float = 0
    wall: float = 0
    _began: tuple[float, float, float] = (0, 0, 0)

    def _now(self) -> tuple[float, float, float]:
        database = cpu_ms(self.who.database_pid) if self.who.database_pid else 0.0
        return cpu_ms(self.who.server.pid), database, time.perf_counter() * 1000

    def __enter__(self) -> Self:
        self._began = self._now()
        return self

    def __exit__(self, *_: object) -> None:
        cpu, database, wall = (now - then for now, then in zip(self._now(), self._began, strict=True))
        self.cpu += cpu
        self.database += database
        self.wall += wall

    def cost(self, count: int, *, requests: float = 1, size: int = 0) -> Cost:
        """Share what was used among `count` things."""
        return Cost(self.cpu / count, self.database / count, self.wall / count, requests, size)


def launches(who: Contestant, key: Key, learners: Iterable[int], browsers: dict[int, Browser]) -> tuple[Cost, list[Page]]:
    """Launch each learner once; signing lies between the two timed parts. Browsers that are known keep their cookies."""
    learners = list(learners)
    meter = Meter(who)
    used = {one: browsers.setdefault(one, Browser(who.way.port)) for one in learners}
    before = sum(one.requests for one in used.values())
    with meter:
        logins = [browser.begin(who.way, one, used[one]) for one in learners]
    for login in logins:
        browser.sign(who.way, key, login)
    with meter:
        pages = [browser.finish(login) for login in logins]
    requests = (sum(one.requests for one in used.values()) - before) / len(learners)
    return meter.cost(len(learners), requests=requests, size=len(pages[-1].body)), pages


_HIDDEN = re.compile(r'<input type="hidden" name="(csrf|attempt|client_key|tab|revs)" value="([^"]*)"')


@dataclass
class Desk:
    """A learner at the activity's page, ready to write."""

    page: Page
    answer: dict[str, list[str]]
    hidden: dict[str, str] = field(default_factory=dict)
    activity_url: str = ""

    def __post_init__(self) -> None:
        text = self.page.body.decode()
        self.hidden = {name: value.replace("&#34;", '"') for name, value in _HIDDEN.findall(text)}
        found = re.search(r'data-draft="([^"]+)/draft"', text)
        if not found or "attempt" not in self.hidden:
            raise Failed("the page has no form to work in")
        self.activity_url = found[1]

    def look(self, _: int) -> int:
        """Load the page again; gives its size."""
        answer = self.page.browser.send("GET", self.page.url)
        if answer.status != 200:
            raise Failed(f"page {answer.status}")
        return len(answer.body)

    def save(self, count: int) -> int:
        """Save one field as the page's script does."""
        name, value = next(iter(self.answer.items()))
        change = {"value": value, "n": count + 1, "base": 0}
        body = {"attempt": self.hidden["attempt"], "tab": "bench", "fields": {name: change}}
        return put(self.page.browser, f"{self.activity_url}/draft", body, **{"X-CSRF-Token": self.hidden["csrf"]})

    def submit(self, _: int) -> int:
        """Hand in, as a form without scripts."""
        form = self.hidden | {name: value for name, (value, *_) in self.answer.items()} | {"action": "submit"}
        form["revs"] = json.dumps(dict.fromkeys(self.answer, 1))
        answer = self.page.browser.post(self.activity_url + "/submit", form)
        if answer.status != 303:
            raise Failed(f"submit {answer.status} {answer.body[:500]!r}")
        return len(answer.body)


def put(one: Browser, url: str, body: dict[str, Any], **headers: str) -> int:
    """Save as a page's script does; gives the answer's size."""
    content = json.dumps(body).encode()
    answer = one.send("PUT", url, content, **{"Content-Type": "application/json", "Accept": "application/json", **headers})
    if answer.status != 200 or not json.loads(answer.body)["saved"]:
        raise Failed(f"save {answer.status} {answer.body[:300]!r}")
    return len(answer.body)


def repeat(who: Contestant, action: Callable[[int], int], count: int) -> Cost:
    """Measure `action(0…count-1)`, which gives the size of its answer."""
    meter = Meter(who)
    size = 0
    with meter:
        for number in range(count):
            size = action(number)
    return meter.cost(count, size=size)


def floor_save(who: Contestant) -> Callable[[int], int]:
    """Give the floor's autosave."""
    one = Browser(who.way.port)
    return lambda count: put(one, f"/draft/field-{count % 20}", {"value": ["5"]})


def tool_saves(desks: list[Desk]) -> Callable[[int], int]:
    """Let learners save in turn, each with a rising counter."""
    return lambda count: desks[count % len(desks)].save(time.monotonic_ns() >> 10)
