"""A person reads logged tables: pictures in cells, a sorted column, a filter, the whole row, an address to share."""

import re
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.contract.runner import Programs
from tests.e2e.browser import Visit, visit
from tests.harness.engines import Engine
from tests.harness.server import Server

ROWS = 30_000


@pytest.fixture(scope="module")
def told(module_programs: Programs) -> dict[str, Any]:
    return dict(module_programs.run("log_tables", path="tables/one", rows=ROWS))


@pytest.fixture
def window(browser: Browser, server: Server, engine: Engine, module_programs: Programs, told: dict[str, Any]) -> Any:
    with visit(browser, server, engine) as window:
        window.sign_in(module_programs.user.name, module_programs.user.password)
        yield window


def open_entry(window: Visit, told: dict[str, Any], key: str) -> Page:
    """The page of the table among the files of its artifact."""
    (name,) = [name for name in told["artifacts"] if name.startswith(f"run-one-{key}:")]
    found = told["artifacts"][name]
    (entry,) = [entry for entry in found["entries"] if entry.endswith(".table.json")]
    place = [found["type"], name.partition(":")[0], found["version"], "files", entry]
    page = window.open(f"/{told['entity']}/tables/artifacts/{'/'.join(map(quote, place))}")
    expect(page.get_by_role("grid")).to_be_visible()
    return page


def column(page: Page, at: int) -> list[str]:
    """The texts of a column on the screen, from the top."""
    cells = page.locator(f"tbody [aria-colindex='{at}']")
    expect(cells.first).not_to_be_empty()
    return [text.strip() for text in cells.all_inner_texts()]


def test_media_stand_in_their_cells(window: Visit, told: dict[str, Any]) -> None:
    page = open_entry(window, told, "eval")
    expect(page.get_by_text("24 rows")).to_be_visible()
    picture = page.get_by_role("img", name="picture 0", exact=True)
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("naturalWidth", 28)
    expect(page.get_by_text("1 mask · 1 layer of boxes").first).to_be_visible()
    expect(page.locator("audio").first).to_be_visible()
    page.get_by_role("button", name="0", exact=True).click()
    pane = page.get_by_role("complementary", name="Row 0")
    expect(pane.locator("pre").last).to_contain_text('"source": "cat"')
    expect(pane.frame_locator("iframe").get_by_role("heading", name="cat")).to_be_visible()
    expect(page).not_to_have_title("ran")
    page.keyboard.press("Escape")
    expect(pane).to_be_hidden()


def test_a_long_table_is_sorted_filtered_and_shared(window: Visit, told: dict[str, Any]) -> None:
    page = open_entry(window, told, "long")
    expect(page.get_by_text("30,000 rows")).to_be_visible()
    head = page.get_by_role("columnheader", name=re.compile("^id")).get_by_role("button").first
    head.click()
    expect(page.get_by_role("columnheader", name=re.compile("^id"))).to_have_attribute("aria-sort", "ascending")
    head.click()
    expect(page.locator("tbody [aria-colindex='2']").first).to_have_text("29999")
    page.get_by_role("button", name="Filter", exact=True).click()
    page.get_by_role("searchbox", name="Filter text").fill("horse 999")
    expect(page.get_by_text("3 of 30,000 rows")).to_be_visible()
    assert column(page, 3) == ["horse 9999", "horse 9994", "horse 999"]
    page.get_by_role("button", name="Column score").click()
    page.get_by_role("menuitem", name="Values and counts").click()
    expect(page.get_by_role("complementary", name="Values of score")).to_contain_text("Numbers")

    shared = page.url
    page = window.open("/home")
    page = window.open(shared)
    expect(page.get_by_text("3 of 30,000 rows")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Export CSV").click()
    lines = download.value.path().read_text().splitlines()
    assert (lines[0], len(lines)) == ("id,text,score,ok", 4)

    page.get_by_role("button", name="Show all rows").first.click()
    expect(page.get_by_text("30,000 rows", exact=True)).to_be_visible()
    # keys lead through the rows that are shown, and the last of the three found is not the last of all
    expect(page.locator("tbody [aria-colindex='2']").nth(5)).to_have_text("29994")
    page.get_by_role("grid").press("ArrowDown")
    page.get_by_role("grid").press("Control+ArrowDown")
    expect(page.get_by_text("cat 0", exact=True)).to_be_visible()


def test_a_file_of_the_run_is_a_table(window: Visit, told: dict[str, Any]) -> None:
    path = told["summary"]["long"]["path"]
    page = window.open(f"/{told['entity']}/tables/runs/one/files/{quote(path)}")
    expect(page.get_by_text("10,000 rows")).to_be_visible()
    page.get_by_role("searchbox", name="Find in all columns").fill("no such thing")
    expect(page.get_by_role("heading", name="No row matches")).to_be_visible()
