"""The system's Firefox under Marionette, the protocol that it speaks by itself: no driver needs to be installed beside it."""

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.servers import free_port

NAMES = ("firefox-esr", "firefox")
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
"""The key under which WebDriver names an element."""
_SECONDS = 20.0


class FirefoxError(AssertionError):
    """Firefox refused a command."""


def executable() -> str:
    """Find the browser; "" when there is none."""
    return next((path for name in NAMES if (path := shutil.which(name))), "")


@dataclass
class Firefox:
    """One running Firefox with one window."""

    wire: socket.socket
    count: int = 0

    def command(self, name: str, *, module: str = "WebDriver", **given: Any) -> Any:
        """Run one command of the protocol; FirefoxError when it is refused."""
        self.count += 1
        body = json.dumps([0, self.count, f"{module}:{name}", given]).encode()
        self.wire.sendall(str(len(body)).encode() + b":" + body)
        _, _, refused, answer = self.heard()
        if refused:
            raise FirefoxError(f"{name}: {refused['error']}: {refused['message']}")
        return answer["value"] if isinstance(answer, dict) and "value" in answer else answer

    def heard(self) -> Any:
        """Read one message."""
        length = b""
        while (one := self.wire.recv(1)) != b":":
            length += one
        body = b""
        while len(body) < int(length):
            body += self.wire.recv(int(length) - len(body))
        return json.loads(body)

    def open(self, url: str) -> None:
        """Go to an address."""
        self.command("Navigate", url=url)

    def find(self, css: str) -> str:
        """Wait for an element that can be seen."""
        found: list[str] = []

        def look() -> bool:
            there = [str(one[_ELEMENT]) for one in self.command("FindElements", using="css selector", value=css)]
            found[:] = [one for one in there if self.command("IsElementDisplayed", id=one)]
            return bool(found)

        self.until(look, css)
        return found[0]

    def click(self, css: str) -> None:
        """Press what a selector finds."""
        self.command("ElementClick", id=self.find(css))

    def enter_frame(self, css: str) -> None:
        """Look into a frame from now on."""
        self.command("SwitchToFrame", element=self.find(css))

    def run(self, script: str, *given: Any) -> Any:
        """Run a script in the page; it gives a value by `return`."""
        return self.command("ExecuteScript", script=script, args=list(given))

    def prefer(self, name: str, value: int) -> None:
        """Change a setting of the running browser."""
        self.command("SetContext", module="Marionette", value="chrome")
        self.run("Services.prefs.setIntPref(arguments[0], arguments[1])", name, value)
        self.command("SetContext", module="Marionette", value="content")

    def until(self, check: Callable[[], bool], what: str) -> None:
        """Wait for something; while pages change, a refused command is no answer."""
        deadline = time.monotonic() + _SECONDS
        while True:
            try:
                if check():
                    return
            except FirefoxError as error:
                what = f"{what} ({error})"
            if time.monotonic() > deadline:
                raise FirefoxError(f"waited for {what} in vain: {self.run('return document.body.innerText')[:600]}")
            time.sleep(0.1)


@contextmanager
def running(folder: Path) -> Iterator[Firefox]:
    """Run a fresh Firefox."""
    port = free_port()
    chosen = {"marionette.port": port, "intl.accept_languages": "id", "datareporting.policy.dataSubmissionEnabled": False}
    lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in chosen.items())
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "user.js").write_text("".join(lines), encoding="utf-8")
    arguments = [
        executable(),
        "--headless",
        "--marionette",
        "--remote-allow-system-access",
        "--no-remote",
        "--profile",
        str(folder),
    ]
    with subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            with _wire(port) as wire:
                browser = Firefox(wire)
                browser.heard()
                browser.command("NewSession")
                yield browser
        finally:
            process.kill()


def _wire(port: int) -> socket.socket:
    deadline = time.monotonic() + _SECONDS
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=_SECONDS)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
