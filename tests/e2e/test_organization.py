"""The administrator of an organization at its page, by the keyboard: people, a team, a secret, a key made anew."""

import re
import secrets

import httpx
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser import visit
from tests.e2e.test_administration import press
from tests.harness.engines import Engine
from tests.harness.server import Server


def choose(page: Page, label: str, role: str) -> None:
    """Choose a role, and wait for the server's answer."""
    with page.expect_response(re.compile("/members$")):
        page.get_by_label(label, exact=True).select_option(role)


def key_shown(page: Page) -> str:
    dialog = page.get_by_role("dialog", name=re.compile("^Key"))
    key = dialog.get_by_text(re.compile("^local-")).inner_text()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    return key


def opens(server: Server, key: str) -> bool:
    asked = {"query": "{ viewer { username } }"}
    return httpx.post(f"{server.url}/graphql", json=asked, auth=("api", key)).status_code == 200


def test_an_organization_by_the_keyboard(server: Server, engine: Engine, browser: Browser) -> None:
    head, other = server.create_user(), server.create_user()
    name, team = f"org{secrets.token_hex(4)}", f"team{secrets.token_hex(4)}"
    server.run_command("org", "create", name, "--admin", head.name)
    with visit(browser, server, engine) as window:
        window.sign_in(head.name, head.password)
        page = window.page
        press(page, "button", re.compile("^Account of"))
        press(page, "menuitem", name)
        page.wait_for_url(f"**/orgs/{name}")

        press(page, "button", "Add person")
        expect(page.get_by_label("User name or e-mail")).to_be_focused()
        page.keyboard.type(other.name)
        page.keyboard.press("Enter")
        row = page.get_by_role("row", name=re.compile(other.name))
        expect(row).to_be_visible()
        choose(page, f"Role of {head.name}", "member")
        expect(page.get_by_text("last administrator")).to_be_visible()
        window.complaints.clear()  # the browser tells of that refusal
        choose(page, f"Role of {other.name}", "viewer")
        page.reload()
        expect(page.get_by_label(f"Role of {other.name}", exact=True)).to_have_value("viewer")

        press(page, "link", "Teams")
        press(page, "button", "Create team")
        page.keyboard.type(team)
        page.keyboard.press("Enter")
        expect(page.get_by_role("link", name=team)).to_be_visible()

        press(page, "link", "Service accounts")
        press(page, "button", "Add service account")
        page.keyboard.type("ci")
        page.keyboard.press("Enter")
        first = key_shown(page)
        assert opens(server, first)
        press(page, "button", "New key")
        page.get_by_role("dialog").get_by_role("button", name="New key").press("Enter")
        second = key_shown(page)
        assert opens(server, second)
        for _ in range(40):  # the old one ends within seconds
            if not opens(server, first):
                break
            page.wait_for_timeout(250)
        assert not opens(server, first)
        press(page, "button", "End")
        page.get_by_role("dialog").get_by_role("button", name="End").press("Enter")
        expect(page.get_by_text("No service accounts")).to_be_visible()

        press(page, "link", "Teams")
        press(page, "link", team)
        press(page, "link", "Secrets")
        press(page, "button", "Add secret")
        page.keyboard.type("WEBHOOK_TOKEN")
        page.keyboard.press("Tab")
        page.keyboard.type("hunter2")
        press(page, "button", "Save")
        expect(page.get_by_text("WEBHOOK_TOKEN")).to_be_visible()
        expect(page.get_by_text("hunter2")).to_have_count(0)

        page.goto(f"{server.url}/orgs/{name}")
        for part, words in (("Registries", "No registries"), ("Usage", team)):
            press(page, "link", part)
            expect(page.get_by_text(words)).to_be_visible()
        press(page, "link", "Activity")
        expect(page.get_by_role("img", name=re.compile("Active people by day.* 1 at most"))).to_be_visible()
        expect(page.get_by_role("row", name=re.compile(f"{head.name} admin just now 1"))).to_be_visible()
        with page.expect_download() as saved:
            press(page, "button", "Export CSV")
        lines = saved.value.path().read_text().splitlines()
        assert [line.split(",")[0] for line in lines] == ["username", head.name, other.name]
        page.goto(f"{server.url}/orgs/{name}-of-others")
        expect(page.get_by_text(re.compile("not found|nothing here", re.IGNORECASE)).first).to_be_visible()
        window.complaints.clear()
