"""A window of a real Chromium that may talk to one server only, and remembers what went wrong on its pages."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Browser, ConsoleMessage, Page, Route

from tests.harness.engines import Engine
from tests.harness.server import Server

ACTION_TIMEOUT_MS = 20_000


@dataclass
class Visit:
    """One person's window; `complaints` has console and page errors, CSP violations and requests elsewhere."""

    page: Page
    origin: str
    allowed: tuple[str, ...]
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        self.page.goto(path if path.startswith("http") else self.origin + path, wait_until="domcontentloaded")
        return self.page

    def sign_in(self, login: str, password: str) -> None:
        self.open("/login")
        self.page.get_by_label("User name or e-mail").fill(login)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(re.compile("/home"))


@contextmanager
def visit(browser: Browser, server: Server, engine: Engine, *others: str) -> Iterator[Visit]:
    """A window of a fresh profile. Every complaint collected in it fails the block at its end.

    It reaches the server, the bucket where there is one (its signed addresses are meant for browsers), and `others`.
    """
    bucket = engine.reach.get("s3")
    allowed = (server.url, *others, *([bucket["endpoint"]] if bucket else []))
    context = browser.new_context(viewport={"width": 1360, "height": 900})
    context.set_default_timeout(ACTION_TIMEOUT_MS)
    context.add_init_script(
        "addEventListener('securitypolicyviolation', e => console.error('CSP', e.violatedDirective, e.blockedURI))",
    )
    opened = Visit(context.new_page(), server.url, allowed)
    context.route("**/*", lambda route: _only(opened, route))
    opened.page.on("console", lambda message: _console(opened, message))
    opened.page.on("pageerror", lambda error: opened.complaints.append(f"page error: {error}"))
    try:
        yield opened
    finally:
        context.close()
    assert not opened.complaints, opened.complaints


def _only(opened: Visit, route: Route) -> None:
    if route.request.url.startswith((*(f"{origin}/" for origin in opened.allowed), "data:", "blob:")):
        route.continue_()
    else:
        opened.complaints.append(f"request to another origin: {route.request.url}")
        route.abort()


def _console(opened: Visit, message: ConsoleMessage) -> None:
    if message.type == "error":
        opened.complaints.append(f"console: {message.text} ({message.location.get('url')})")
