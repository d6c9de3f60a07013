"""The digits run of the real client, in a real browser: last value, pictures and console are on its pages."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.contract.runner import Programs
from tests.e2e.browser import Visit, visit
from tests.harness.engines import Engine
from tests.harness.server import Server

EXAMPLE = Path(__file__).parents[2] / "examples/digits/train.py"


@pytest.fixture(scope="module")
def told(module_programs: Programs) -> dict[str, Any]:
    """What the program says it logged, of its training run."""
    logged = module_programs.script(EXAMPLE, "--pause", "0", "--group", "g", record="--record")
    return dict(logged["train"])


@pytest.fixture
def window(browser: Browser, server: Server, engine: Engine, module_programs: Programs, told: dict[str, Any]) -> Any:
    with visit(browser, server, engine) as window:
        window.sign_in(module_programs.user.name, module_programs.user.password)
        yield window


def run_page(window: Visit, told: dict[str, Any], tab: str = "") -> Page:
    entity, project, run = told["path"].split("/")
    page = window.open(f"/{entity}/{project}/runs/{run}{tab}")
    expect(page.get_by_text(told["name"]).first).to_be_visible()
    return page


def last_values(told: dict[str, Any]) -> dict[str, float]:
    return dict(told["rows"][-1]["values"])


def test_the_overview_shows_the_last_values(window: Visit, told: dict[str, Any]) -> None:
    page = run_page(window, told, "/overview")
    text = page.locator("body")
    for key in ("train/loss", "validation/loss"):
        expect(text).to_contain_text(f"{key}{last_values(told)[key]:.4g}")
    for word in ("learning_rate", "0.003", "naïve baseline", "best_epoch", "digits", "example"):
        expect(text).to_contain_text(word)


def test_a_chart_is_drawn_for_each_metric(window: Visit, told: dict[str, Any]) -> None:
    page = run_page(window, told)
    for key in ("train/loss", "train/accuracy"):
        expect(page.get_by_text(key).first).to_be_visible()
    expect(page.locator("canvas, svg.chart, [data-chart]").first).to_be_visible()


def test_the_pictures_are_painted(window: Visit, told: dict[str, Any]) -> None:
    page = run_page(window, told)
    page.get_by_text("misclassified").first.scroll_into_view_if_needed()
    picture = page.locator("img[src*='misclassified'], figure img").first
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("naturalWidth", 128)
    expect(page.get_by_text(re.compile(r"\d taken for \d")).first).to_be_visible()


def test_the_console_has_its_lines_and_colours(window: Visit, told: dict[str, Any]) -> None:
    page = run_page(window, told, "/logs")
    line = page.get_by_text(re.compile(r"best: epoch \d"))
    expect(line.first).to_be_visible()
    expect(page.get_by_text(re.compile(r"epoch 6/6")).first).to_be_visible()
    assert "\x1b" not in page.inner_text("body")
    assert "[32m" not in page.inner_text("body")


def test_files_and_artifacts_are_listed(window: Visit, told: dict[str, Any]) -> None:
    page = run_page(window, told, "/files")
    page.get_by_label("Find files").fill("model card")
    page.get_by_role("link", name=re.compile("model card.md")).click()
    expect(page.locator("main")).to_contain_text("8×8 pixels.")
    page = run_page(window, told, "/artifacts")
    expect(page.get_by_text("digits-mlp").first).to_be_visible()


def test_the_workspace_lists_both_runs(window: Visit, told: dict[str, Any]) -> None:
    entity, project, _ = told["path"].split("/")
    page = window.open(f"/{entity}/{project}")
    expect(page.get_by_text(told["name"]).first).to_be_visible()
    expect(page.get_by_text("train/loss").first).to_be_visible()
