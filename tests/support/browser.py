"""The system's Chromium under Playwright."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
"""No sandbox: tests may run as root, where Chromium's own does not start; the rest keeps it from calling home."""


def executable() -> str:
    """Find the browser; RuntimeError says what to install."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if not found:
        raise RuntimeError("Chromium is missing: install the package 'chromium' (Debian: apt-get install chromium).")
    return found


@contextmanager
def launched() -> Iterator[Browser]:
    """Run one browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=ARGUMENTS)
        yield browser
        browser.close()
