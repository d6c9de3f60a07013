"""Chromium of the machine's own suite, driven by Playwright (which then downloads nothing)."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.services.packages import ensure_debian

# Without a display, as root if need be, and without the calls to outside hosts that a start makes.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-features=Translate,OptimizationHints,MediaRouter",
    "--font-render-hinting=none",
]


def install() -> Path:
    return ensure_debian("chromium", "chromium", "fonts-dejavu-core")


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """A running browser. While it lives its thread has an event loop: no async tests in the same module."""
    executable = install()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, headless=True, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()
