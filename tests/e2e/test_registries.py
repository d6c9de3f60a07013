"""A person makes a registry, lets a team in, finds what the client linked, follows its link, and ends the registry."""

import re
import secrets
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.contract.runner import Programs
from tests.e2e.browser import Visit, visit
from tests.harness.engines import Engine
from tests.harness.server import Server

LINK = """
import pathlib, wandb
with wandb.init(entity="{team}", project="work", settings=wandb.Settings(silent=True)) as run:
    model = wandb.Artifact("net", type="model")
    pathlib.Path("net.txt").write_text("weights")
    model.add_file("net.txt")
    run.log_artifact(model).wait()
    print("url=" + run.link_artifact(model, "wandb-registry-{registry}/nets", aliases=["prod"]).url)
"""


@pytest.fixture
def window(browser: Browser, server: Server, engine: Engine, module_programs: Programs) -> Any:
    with visit(browser, server, engine) as window:
        window.sign_in(module_programs.user.name, module_programs.user.password)
        yield window


def test_a_registry_is_made_shared_filled_found_and_deleted(
    window: Visit, server: Server, module_programs: Programs
) -> None:
    organization, team, registry = (f"{kind}{secrets.token_hex(4)}" for kind in ("org", "team", "models"))
    page = window.open("/registry")
    expect(page.get_by_text("You belong to no organization")).to_be_visible()
    server.run_command("org", "create", organization, "--admin", module_programs.user.name)
    server.run_command("team", "create", team, "--org", organization, "--admin", module_programs.user.name)

    new = page.get_by_role("button", name="New registry")
    for _ in range(20):  # who belongs where is noticed within seconds
        page.reload()
        expect(page.get_by_role("heading", name=re.compile("No registries|no organization"))).to_be_visible()
        if new.is_visible():
            break
        page.wait_for_timeout(500)
    new.click()
    page.get_by_label("Name").fill(registry)
    page.get_by_label("Description").fill("What is **good**.")
    page.get_by_role("button", name="Create registry").click()
    expect(page.get_by_role("heading", name=registry)).to_be_visible()
    expect(page.get_by_text("Nothing is linked here yet")).to_be_visible()

    page.get_by_role("tab", name="People and teams").click()
    page.get_by_role("textbox", name="Team").fill(team)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("cell", name=re.compile(team))).to_be_visible()

    printed = module_programs.client.run(LINK.format(team=team, registry=registry))
    window.open(re.search(r"url=(\S+)", printed)[1])  # type: ignore[index]
    expect(page.get_by_role("heading", name="nets:v0")).to_be_visible()
    page.get_by_role("link", name="Registry", exact=True).click()
    expect(page.get_by_role("cell", name="nets")).to_be_visible()

    page.get_by_role("link", name="All registries").click()
    page.get_by_role("searchbox").fill("prod")
    expect(page.get_by_role("table").get_by_role("link", name="nets")).to_be_visible()

    window.open(f"/orgs/{organization}/registry/{registry}?tab=settings")
    page.get_by_role("button", name="Delete registry").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill(registry)
    dialog.get_by_role("button", name="Delete registry").click()
    expect(page.get_by_text("No registries")).to_be_visible()
