"""A page that is open while its run logs shows what arrives, without a reload."""

import re
import time
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.contract.runner import Programs
from tests.e2e.browser import visit
from tests.harness.engines import Engine
from tests.harness.server import Server

FRESH_WITHIN_S = 20


def latest_step(page: Page) -> int:
    """The highest step that the console on the page tells of; -1 before the first."""
    return max((int(step) for step in re.findall(r"at step (\d+)", page.inner_text("body"))), default=-1)


def wait_for_step_after(page: Page, seen: int) -> None:
    end = time.monotonic() + FRESH_WITHIN_S
    while latest_step(page) <= seen:
        assert time.monotonic() < end, f"nothing after step {seen} came"
        page.wait_for_timeout(200)


def drawn_value(page: Page) -> int:
    """The last value that the chart of `step_again` draws; -1 before the first."""
    label = page.get_by_role("img", name=re.compile("Line chart of step_again")).first.get_attribute("aria-label") or ""
    return max((int(value) for value in re.findall(r"step_again.* (\d+)", label)), default=-1)


def test_the_chart_of_a_running_run_grows(
    browser: Browser, server: Server, engine: Engine, module_programs: Programs, tmp_path: Path
) -> None:
    ready, owner = tmp_path / "ready", module_programs.user
    with module_programs.running("until_stopped", project="live-charts", id="growing", ready=str(ready)) as program:
        program.wait_for(ready)
        with visit(browser, server, engine) as window:
            window.sign_in(owner.name, owner.password)
            page = window.open(f"/{owner.name}/live-charts")
            page.get_by_role("img", name=re.compile("Line chart of step_again")).first.wait_for()
            seen, end = drawn_value(page), time.monotonic() + FRESH_WITHIN_S
            while drawn_value(page) <= seen + 5:
                assert time.monotonic() < end, f"the chart stopped at {seen}"
                page.wait_for_timeout(200)


def test_the_console_of_a_running_run_grows(
    browser: Browser, server: Server, engine: Engine, module_programs: Programs, tmp_path: Path
) -> None:
    ready, owner = tmp_path / "ready", module_programs.user
    with module_programs.running("until_stopped", project="live", id="lively", ready=str(ready)) as program:
        program.wait_for(ready)
        with visit(browser, server, engine) as window:
            window.sign_in(owner.name, owner.password)
            page = window.open(f"/{owner.name}/live/runs/lively/logs")
            page.get_by_text(re.compile(r"at step \d+")).first.wait_for()
            seen = latest_step(page)
            wait_for_step_after(page, seen)
            page.get_by_text(re.compile("^running$", re.IGNORECASE)).first.wait_for()
