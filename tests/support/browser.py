"""The system's Chromium under Playwright."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-site-isolation-trials",
]
"""No sandbox: tests may run as root, where Chromium's own does not start. Frames of other sites share the page's process, as on
phones with little memory: a frame that goes to and fro between two sites moves between processes else, where Playwright now and
then loses it; its ``frame.url`` stays at the LMS's page, while the browser's own list of targets and a picture of the page show
that the frame went on. The rest keeps it from calling home."""


def executable() -> str:
    """Find the browser; RuntimeError says what to install."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if not found:
        raise RuntimeError("Chromium is missing: install the package 'chromium' (Debian: apt-get install chromium).")
    return found


@contextmanager
def launched(playwright: Playwright) -> Iterator[Browser]:
    """Run one browser."""
    browser = playwright.chromium.launch(executable_path=executable(), args=ARGUMENTS)
    yield browser
    browser.close()


@contextmanager
def profile(playwright: Playwright, folder: Path, preferences: dict[str, object]) -> Iterator[BrowserContext]:
    """Run a browser with a profile of its own settings, as Chromium keeps them in its file ``Preferences``."""
    (folder / "Default").mkdir(parents=True)
    (folder / "Default/Preferences").write_text(json.dumps(preferences))
    context = playwright.chromium.launch_persistent_context(
        str(folder), executable_path=executable(), args=ARGUMENTS, headless=True, locale="id-ID"
    )
    yield context
    context.close()
