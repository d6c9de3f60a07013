"""A visitor without an account, where the server shows public projects to them: from a link to charts and files."""

import re
from collections.abc import Callable

import httpx
from playwright.sync_api import Browser, expect

from tests.e2e.browser import visit
from tests.harness.client import Client
from tests.harness.engines import Engine
from tests.harness.server import Server

LOG = """
import wandb
for project in ("shown", "hidden"):
    with wandb.init(project=project, id="r", name="first") as run:
        for step in range(20):
            run.log({"loss": 1 / (step + 1)})
        print("a line of the console")
"""


def test_a_visitor_reads_a_public_project_and_signs_in_for_the_others(
    start_server: Callable[..., Server], client_of: Callable[..., Client], engine: Engine, browser: Browser
) -> None:
    server = start_server(GORILLA_ALLOW_ANONYMOUS_PUBLIC_PROJECTS="true")
    owner = server.create_user()
    client_of(server, user=owner).run(LOG)
    path = f"{server.url}/app/projects/{owner.name}/shown"
    httpx.patch(path, json={"visibility": "public"}, auth=("api", owner.api_key)).raise_for_status()
    with visit(browser, server, engine) as window:
        page = window.open(f"/{owner.name}/shown")
        expect(page.get_by_role("img", name=re.compile("loss")).or_(page.locator("canvas")).first).to_be_visible()
        expect(page.get_by_role("link", name="Sign in")).to_be_visible()
        expect(page.get_by_role("button", name=re.compile("^Account of"))).to_have_count(0)
        page.get_by_role("link", name="Runs").click()
        page.get_by_role("link", name="first").first.click()
        page.get_by_role("link", name="Logs").click()
        expect(page.get_by_text("a line of the console")).to_be_visible()
        page.get_by_role("link", name="Files").click()
        expect(page.get_by_text("config.yaml").first).to_be_visible()
        for words in ("Delete", "Stop"):
            expect(page.get_by_role("button", name=words)).to_have_count(0)
        assert not window.complaints
        page = window.open(f"/{owner.name}/hidden")
        expect(page.get_by_role("heading", name="Page not found")).to_be_visible()
        window.complaints.clear()  # the browser tells of the 404
        page.get_by_role("link", name="Sign in").last.click()
        page.get_by_label("User name or e-mail").fill(owner.name)
        page.get_by_label("Password").fill(owner.password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"**/{owner.name}/hidden")
        expect(page.get_by_role("button", name=re.compile("^Account of"))).to_be_visible()
