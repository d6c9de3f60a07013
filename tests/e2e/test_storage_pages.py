"""What a project and a person's projects take, in a browser: after a deletion the figures are those of what remains."""

import re
import secrets

from playwright.sync_api import Browser, expect

from tests.contract.runner import Programs
from tests.e2e.browser import visit
from tests.harness.engines import Engine
from tests.harness.server import Server


def test_a_deleted_version_stops_counting_and_the_rest_is_found_from_the_figures(
    browser: Browser, server: Server, engine: Engine, module_programs: Programs
) -> None:
    name, project = module_programs.user.name, f"stored{secrets.token_hex(3)}"
    module_programs.run("reclaim", project=project, first={"a": 3_000_000, "both": 500_000}, second={"both": 500_000})
    with visit(browser, server, engine) as window:
        window.sign_in(name, module_programs.user.password)
        page = window.open(f"/{name}/{project}/storage")
        expect(page.get_by_role("heading", name="Storage", exact=True)).to_be_visible()
        row = page.get_by_role("row", name=re.compile("corpus"))
        expect(row).to_contain_text("dataset")
        expect(row).to_contain_text("1.9 MiB")  # the four letters of its name, half a million times
        expect(page.get_by_text("Waits to be collected", exact=True)).to_be_visible()
        row.get_by_role("link", name="corpus").click()
        expect(page.get_by_role("heading", name="corpus")).to_be_visible()
        expect(page.get_by_role("table").get_by_role("link", name="v1")).to_be_visible()
        expect(page.get_by_role("table").get_by_role("link", name="v0")).not_to_be_visible()

        window.open(f"/settings/storage/{name}")
        expect(page.get_by_role("heading", name=f"Storage of {name}")).to_be_visible()
        page.get_by_role("row", name=re.compile(project)).get_by_role("link", name=project).click()
        expect(page).to_have_url(re.compile(f"/{name}/{project}/storage$"))
