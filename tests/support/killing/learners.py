"""Learners of the kill loop: each launches, hands in several times in quick succession, and retries until acknowledged."""

import html
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import TypeVar
from urllib.parse import urlencode

from lms_ext.sandbox.practice import Practice
from tests.support.visitor import Page, Visitor

_PATIENCE = 60.0
T = TypeVar("T")


@dataclass
class Ledger:
    """What was acknowledged to whom: (client key, hundredths) by person id, in order."""

    acked: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    retries: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, person: str, key: str, value: int) -> None:
        with self.lock:
            self.acked.setdefault(person, []).append((key, value))

    @property
    def count(self) -> int:
        return sum(len(one) for one in self.acked.values())


@dataclass
class Learner:
    """One person in one browser."""

    person: str
    practice: Practice
    tool: str
    link: int
    ledger: Ledger

    def work(self, times: int, pause: float) -> None:
        """Launch once and hand in `times` times."""
        browser, home = self.launched()
        for number in range(times):
            value = (int(self.person) * 7 + number * 31) % 101
            page = self._until(lambda: self._open(browser, home))
            form = self._form(page)
            sent = form | {"total": str(value), "note": "hundredths", "action": "submit"}
            self._until(lambda sent=sent: self._good(browser.post(f"{home}/a/sum/submit", sent)))
            self.ledger.add(self.person, form["client_key"], value)
            time.sleep(pause)

    def launched(self) -> tuple[Visitor, str]:
        """Give a browser, and the address it landed at."""

        def launch() -> tuple[Visitor, str]:
            browser = Visitor()
            body = {"kind": "link", "link": self.link, "person": self.person, "name": self.person, "frame": False}
            lms = self.practice
            query = {
                "iss": lms.issuer, "login_hint": self.person, "client_id": lms.settings.client_id,
                "lti_message_hint": lms.new_hint(body), "target_link_uri": f"{self.tool}/lti/launch?activity=demo/sum",
            }  # fmt: skip
            page = self._good(browser.get(f"{lms.tool.login_url}?{urlencode(query)}"))
            landed = self._good(browser.submit(page))
            return browser, landed.url

        return self._until(launch)

    def _open(self, browser: Visitor, home: str) -> Page:
        """Open the page with an attempt that is open, a new one when the last was handed in."""
        page = self._good(browser.get(home))
        if 'name="client_key"' not in page.text:
            csrf = re.search(r'name="csrf" value="([^"]*)"', page.text)
            assert csrf, page.text[:3000]
            page = self._good(browser.post(f"{home}/a/sum/again", {"csrf": csrf[1]}))
        return page

    @staticmethod
    def _form(page: Page) -> dict[str, str]:
        fields = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page.text))
        wanted = ("csrf", "attempt", "client_key", "tab", "revs")
        return {name: html.unescape(fields[name]) for name in wanted if name in fields}

    @staticmethod
    def _good(page: Page) -> Page:
        if page.status != 200:
            if page.status < 500:
                raise AssertionError(f"{page.status} {page.url}\n{page.text[:1500]}")
            raise ConnectionError(page.status)
        return page

    def _until(self, step: Callable[[], T]) -> T:
        """Repeat a step until it succeeds, as people do."""
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                return step()
            except (OSError, HTTPException):
                if time.monotonic() > deadline:
                    raise
                with self.ledger.lock:
                    self.ledger.retries += 1
                time.sleep(0.1)
