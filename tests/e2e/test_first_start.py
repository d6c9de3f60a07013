"""From an empty folder to a green `wandb verify`, as a new user goes: link in the log, browser, key, login, verify."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page

from tests.contract.verify_report import LINES, VerifyReport
from tests.e2e.browser import Visit, visit
from tests.harness.client import Client
from tests.harness.engines import Engine
from tests.harness.server import Server

NAME, PASSWORD = "ada", "correct horse battery"
PLAIN_HTTP = ["Checking requests to base url", "Checking requests made over signed URLs"]


@pytest.fixture
def new_server(start_server: Callable[..., Server]) -> Server:
    return start_server()


def setup_link(server: Server) -> str:
    """The one-time link of the log, at the address under which the test reaches the server."""
    found = re.findall(r"/setup\?token=[\w-]+", server.log_text())
    assert found, server.log_text()
    return server.url + str(found[-1])


def become_administrator(window: Visit, link: str) -> None:
    page = window.open(link)
    page.get_by_label("User name").fill(NAME)
    page.get_by_label("E-mail").fill(f"{NAME}@example.com")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
    page.get_by_role("button", name="Create administrator").click()
    page.wait_for_url(re.compile("/home"))


def make_key(page: Page) -> str:
    """The key that /authorize shows, once."""
    key = page.get_by_text(re.compile(r"^(local-)?[0-9a-f]{40}$")).first
    key.wait_for()
    return key.inner_text().strip()


def test_a_new_server_becomes_useful(
    new_server: Server, engine: Engine, browser: Browser, client_of: Callable[..., Client]
) -> None:
    with visit(browser, new_server, engine) as window:
        become_administrator(window, setup_link(new_server))
        key = make_key(window.open("/authorize?ref=models"))
        window.open("/authorize?ref=models").wait_for_load_state("networkidle")
        assert key not in window.page.content(), "a key is shown once"
    newcomer = client_of(new_server, logged_in=False)
    newcomer.cli("login", f"--host={new_server.url}", key)
    printed = newcomer.cli("verify", f"--host={new_server.url}", timeout_s=400)
    report = VerifyReport.read(printed)
    assert list(report.marks) == LINES, printed
    assert report.failed == PLAIN_HTTP, printed
    assert (len(report.yellow), report.red) == (2, []), printed


def test_the_link_works_once(new_server: Server, engine: Engine, browser: Browser, page: Page) -> None:
    link = setup_link(new_server)
    with visit(browser, new_server, engine) as window:
        become_administrator(window, link)
    page.goto(link)
    page.get_by_text("This server is set up").wait_for()
    assert page.get_by_role("button", name="Create administrator").count() == 0
