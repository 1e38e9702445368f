"""Firefox and WebKit as the system has them, each by what it brings along: Marionette, and WebKitGTK's own driver."""

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.driven import ELEMENT, Driven, DrivingError
from tests.support.servers import free_port

_SECONDS = 20.0
_HTTP: Mapping[str, tuple[str, str]] = {
    "Navigate": ("POST", "url"),
    "FindElements": ("POST", "elements"),
    "IsElementDisplayed": ("GET", "element/{id}/displayed"),
    "ElementClick": ("POST", "element/{id}/click"),
    "SwitchToFrame": ("POST", "frame"),
    "ExecuteScript": ("POST", "execute/sync"),
}
"""Commands by their names in Marionette, as WebDriver sends them over HTTP."""


def firefox_path() -> str:
    """Find Firefox; "" when there is none."""
    return next((path for name in ("firefox-esr", "firefox") if (path := shutil.which(name))), "")


def webkit_path() -> str:
    """Find WebKitGTK's test browser; "" when it, its driver or a screen to draw on is missing."""
    found = [str(one) for one in sorted(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"))]
    return found[0] if found and shutil.which("WebKitWebDriver") and shutil.which("Xvfb") else ""


@dataclass
class Firefox(Driven):
    """Firefox over Marionette, a protocol of its own on a socket."""

    wire: socket.socket
    count: int = 0

    def command(self, name: str, **given: Any) -> Any:
        """Run one command."""
        if name == "SwitchToFrame":
            given = {"element": given["id"][ELEMENT]} if given["id"] else {}
        return self.tell(f"WebDriver:{name}", **given)

    def tell(self, name: str, **given: Any) -> Any:
        """Run a command of any part of the protocol."""
        self.count += 1
        body = json.dumps([0, self.count, name, given]).encode()
        self.wire.sendall(str(len(body)).encode() + b":" + body)
        _, _, refused, answer = self.heard()
        if refused:
            raise DrivingError(f"{name}: {refused['error']}: {refused['message']}")
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

    def prefer(self, name: str, value: int) -> None:
        """Change a setting of the running browser."""
        self.tell("Marionette:SetContext", value="chrome")
        self.run("Services.prefs.setIntPref(arguments[0], arguments[1])", name, value)
        self.tell("Marionette:SetContext", value="content")


@dataclass
class WebKit(Driven):
    """WebKitGTK over its WebDriver."""

    address: str
    session: str = ""

    def command(self, name: str, **given: Any) -> Any:
        """Run one command."""
        method, path = _HTTP[name]
        return self.tell(method, f"/session/{self.session}/{path.format(id=given.get('id'))}", given)

    def click(self, css: str) -> None:
        """Press by script: the driver misses what stands low in a frame that is taller than the window."""
        self.run("arguments[0].click()", {ELEMENT: self.find(css)})

    def tell(self, method: str, path: str, given: Mapping[str, Any]) -> Any:
        """Send a request to the driver."""
        body = None if method == "GET" else json.dumps(given).encode()
        asked = urllib.request.Request(f"{self.address}{path}", body, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(asked, timeout=_SECONDS) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            with error:
                raise DrivingError(f"{path}: {error.read()[:400]!r}") from None


@contextmanager
def firefox(folder: Path) -> Iterator[Firefox]:
    """Run a fresh Firefox."""
    port = free_port()
    chosen = {"marionette.port": port, "intl.accept_languages": "id", "datareporting.policy.dataSubmissionEnabled": False}
    lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in chosen.items())
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "user.js").write_text("".join(lines), encoding="utf-8")
    arguments = ["--headless", "--marionette", "--remote-allow-system-access", "--no-remote", "--profile", str(folder)]
    with _process([firefox_path(), *arguments]), _wire(port) as wire:
        browser = Firefox(wire)
        browser.heard()
        browser.command("NewSession")
        yield browser


@contextmanager
def webkit(folder: Path) -> Iterator[WebKit]:
    """Run a fresh WebKit, drawing on a screen that nobody sees; without its sandbox, which does not start for root."""
    folder.mkdir(parents=True, exist_ok=True)
    port, screen = free_port(), f":{free_port() % 20_000 + 100}"
    kept = {f"XDG_{one}_HOME": str(folder / one) for one in ("DATA", "CACHE", "CONFIG")}
    env = {"DISPLAY": screen, "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1", **kept}
    options = {"binary": webkit_path(), "args": ["--automation"]}
    asked = {"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": options}}}
    with (
        _process(["Xvfb", screen, "-screen", "0", "1280x900x24", "-nolisten", "tcp"]),
        _process(["WebKitWebDriver", f"--port={port}", "--host=127.0.0.1"], **env),
    ):
        _wire(port).close()
        browser = WebKit(f"http://127.0.0.1:{port}")
        browser.session = browser.tell("POST", "/session", asked)["sessionId"]
        try:
            yield browser
        finally:
            browser.tell("DELETE", f"/session/{browser.session}", {})


@contextmanager
def _process(arguments: list[str], **env: str) -> Iterator[None]:
    with subprocess.Popen(arguments, env=os.environ | env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        try:
            yield
        finally:
            running.kill()


def _wire(port: int) -> socket.socket:
    deadline = time.monotonic() + _SECONDS
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=_SECONDS)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
