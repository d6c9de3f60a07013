"""A person works in the table of runs by keyboard: walks, chooses, renames with a way back, opens."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.contract.runner import Programs
from tests.e2e.browser import visit
from tests.harness.engines import Engine
from tests.harness.server import Server

RUNS = 40
MAKE = """
import wandb
api = wandb.Api()
for number in range({runs}):
    api.create_run(project="table", run_id=f"r{{number:02}}")
"""


@pytest.fixture
def page(browser: Browser, server: Server, engine: Engine, module_programs: Programs) -> Iterator[Page]:
    """The table in the order of ids, more rows than fit."""
    module_programs.client.run(MAKE.format(runs=RUNS))
    with visit(browser, server, engine) as window:
        window.sign_in(module_programs.user.name, module_programs.user.password)
        page = window.open(f"/{module_programs.user.name}/table/table?sort=id")
        expect(page.get_by_role("grid")).to_have_attribute("aria-rowcount", str(RUNS + 1))
        yield page


def test_runs_are_walked_chosen_renamed_and_opened_by_keys(page: Page) -> None:
    focused = page.locator("tr:focus")
    expect(page.locator("tbody tr").first.get_by_role("link")).to_be_visible()
    page.keyboard.press("j")
    expect(focused).to_have_attribute("aria-rowindex", "2")
    page.keyboard.press("End")
    expect(focused).to_have_attribute("aria-rowindex", str(RUNS + 1))
    expect(focused).to_be_in_viewport(ratio=1)
    page.keyboard.press("k")
    page.keyboard.press("x")
    expect(focused).to_have_attribute("aria-selected", "true")
    expect(page.get_by_text("1 run chosen")).to_be_visible()

    before = focused.get_by_role("link").first.inner_text()
    page.keyboard.press("e")
    page.keyboard.type("warm restart")
    page.keyboard.press("Enter")
    expect(focused.get_by_role("link", name="warm restart")).to_be_visible()
    page.reload()
    expect(page.get_by_role("grid")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("End")
    page.keyboard.press("ArrowUp")
    expect(focused.get_by_role("link", name="warm restart")).to_be_visible()

    page.keyboard.press("e")
    page.keyboard.type("cold restart")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("link", name="warm restart")).to_be_visible()
    expect(page.get_by_role("link", name="cold restart")).to_have_count(0)
    assert before != "warm restart"

    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/table/runs/r39$"))
