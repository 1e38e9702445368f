"""A browser that is driven by WebDriver commands, whatever carries them there."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
"""The key under which WebDriver names an element."""
_SECONDS = 20.0


class DrivingError(AssertionError):
    """The browser refused a command."""


class Driven(ABC):
    """One running browser with one window."""

    @abstractmethod
    def command(self, name: str, **given: Any) -> Any:
        """Run one command, by its name in Marionette; DrivingError when it is refused."""

    def open(self, url: str) -> None:
        """Go to an address."""
        self.command("Navigate", url=url)

    def find(self, css: str) -> str:
        """Wait for an element that can be seen; gives its name."""
        found: list[str] = []

        def look() -> bool:
            there = [str(one[ELEMENT]) for one in self.command("FindElements", using="css selector", value=css)]
            found[:] = [one for one in there if self.command("IsElementDisplayed", id=one)]
            return bool(found)

        self.until(look, css)
        return found[0]

    def click(self, css: str) -> None:
        """Press what a selector finds."""
        self.command("ElementClick", id=self.find(css))

    def enter_frame(self, css: str) -> None:
        """Look into a frame from now on."""
        self.command("SwitchToFrame", id={ELEMENT: self.find(css)})

    def leave_frame(self) -> None:
        """Look at the window's own page again."""
        self.command("SwitchToFrame", id=None)

    def run(self, script: str, *given: Any) -> Any:
        """Run a script in the page; it gives a value by `return`."""
        return self.command("ExecuteScript", script=script, args=list(given))

    def until(self, check: Callable[[], bool], what: str) -> None:
        """Wait for something; while pages change, a refused command is no answer."""
        deadline = time.monotonic() + _SECONDS
        while True:
            try:
                if check():
                    return
            except DrivingError as error:
                what = f"{what[:200]} ({error})"
            if time.monotonic() > deadline:
                raise DrivingError(f"waited for {what} in vain: {self.run('return document.body.innerText')[:600]}")
            time.sleep(0.1)
