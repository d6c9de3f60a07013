"""Artifacts of the real client in a real browser: from the list to a version, its files, its lineage, and an edit."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.contract.runner import Programs
from tests.e2e.browser import Visit, visit
from tests.harness.engines import Engine
from tests.harness.server import Server

EXAMPLE = Path(__file__).parents[2] / "examples/digits/train.py"


@pytest.fixture(scope="module")
def told(module_programs: Programs) -> dict[str, Any]:
    logged = module_programs.script(EXAMPLE, "--pause", "0", "--epochs", "2", "--group", "g", record="--record")
    return dict(logged["train"])


@pytest.fixture
def window(browser: Browser, server: Server, engine: Engine, module_programs: Programs, told: dict[str, Any]) -> Any:
    with visit(browser, server, engine) as window:
        window.sign_in(module_programs.user.name, module_programs.user.password)
        yield window


def test_a_model_is_found_described_and_followed_back_to_its_data(window: Visit, told: dict[str, Any]) -> None:
    entity, project, _ = told["path"].split("/")
    page = window.open(f"/{entity}/{project}/artifacts")
    nav = page.get_by_role("navigation", name="Artifact collections")
    nav.get_by_role("link", name=re.compile("digits-mlp")).click()
    page.get_by_role("table").locator("a[href$='/model/digits-mlp/v0']").click()
    expect(page.get_by_role("heading", name="digits-mlp:v0")).to_be_visible()

    page.get_by_role("button", name="Add an alias").click()
    page.get_by_role("textbox", name="Add an alias").fill("chosen")
    page.keyboard.press("Enter")
    expect(page.locator("header").get_by_text("chosen")).to_be_visible()

    page.get_by_role("link", name="Files", exact=True).click()
    expect(page.get_by_role("treeitem").first).to_be_visible()

    page.get_by_role("link", name="Lineage", exact=True).click()
    graph = page.get_by_role("region", name="Lineage graph")
    expect(graph.get_by_role("link", name=re.compile("digits-mlp:v0"))).to_be_visible()
    expect(graph.get_by_role("link", name=re.compile(re.escape(told["name"])))).to_be_visible()
