"""An administrator at the console, by the keyboard alone: through its parts, a user added, let in, and ended."""

import re
import secrets

from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser import Visit, visit
from tests.harness.engines import Engine
from tests.harness.server import Server

PARTS = ("Users", "Teams", "Projects", "Storage", "Federation", "Jobs", "Audit log", "Settings", "Overview")
PASSWORD = "a password of hers"


def press(page: Page, role: str, name: str | re.Pattern[str]) -> None:
    """Do what a person does who has come to it with the Tab or arrow keys."""
    page.get_by_role(role, name=name, exact=isinstance(name, str)).press("Enter")  # type: ignore[arg-type]


def open_console(window: Visit) -> Page:
    page = window.page
    press(page, "button", re.compile("^Account of"))
    press(page, "menuitem", "Administration")
    page.wait_for_url("**/admin")
    return page


def add_user(page: Page, name: str) -> str:
    """Return the link that lets the new user in."""
    press(page, "button", "Add user")
    expect(page.get_by_label("E-mail")).to_be_focused()
    page.keyboard.type(f"{name}@example.org")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name=f"Link for {name}")
    link = dialog.get_by_text(re.compile("^http")).inner_text()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    return link


def let_in(window: Visit, link: str) -> None:
    page = window.open(link)
    for label in ("New password", "New password again"):
        page.get_by_label(label, exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Set password").click()
    page.wait_for_url(re.compile("/home"))


def count_issuer(page: Page, username: str) -> None:
    """Let an issuer count, bind a subject of it, and take both back."""
    issuer = f"https://{secrets.token_hex(4)}.example.org"
    press(page, "link", "Federation")
    press(page, "button", "Add issuer")
    page.keyboard.type(issuer)
    page.keyboard.press("Enter")
    section = page.get_by_role("region", name=issuer, exact=True)
    section.get_by_role("button", name="Bind subject").press("Enter")
    expect(page.get_by_label("Subject", exact=True)).to_be_focused()
    page.keyboard.type("repo:lab/train")
    page.keyboard.press("Tab")
    page.keyboard.type(username)
    page.keyboard.press("Enter")
    expect(section.get_by_role("row", name=re.compile("lab.train"))).to_contain_text(username)
    for button in ("Unbind", "Remove"):
        section.get_by_role("button", name=button).press("Enter")
        page.get_by_role("dialog").get_by_role("button", name=button).press("Enter")
        expect(page.get_by_role("dialog")).to_have_count(0)
    expect(section).to_have_count(0)


def test_the_console_by_the_keyboard(server: Server, engine: Engine, browser: Browser) -> None:
    admin, name = server.create_user(None, "--admin"), f"grace-{secrets.token_hex(4)}"
    with visit(browser, server, engine) as window, visit(browser, server, engine) as theirs:
        window.sign_in(admin.name, admin.password)
        page = open_console(window)
        for part in PARTS:
            press(page, "link", part)
            expect(page.get_by_role("navigation", name="Parts of the administration")).to_be_visible()
            expect(page.get_by_role("link", name=part, exact=True)).to_have_attribute("aria-current", "page")
        press(page, "link", "Users")
        let_in(theirs, add_user(page, name))
        page.get_by_role("searchbox", name="Search").press_sequentially(name)
        expect(page.get_by_role("row")).to_have_count(2)
        press(page, "button", f"Actions on {name}")
        press(page, "menuitem", "Deactivate")
        press(page, "button", "Deactivate")
        expect(page.get_by_role("row", name=re.compile(name))).to_contain_text("deactivated")
        count_issuer(page, admin.name)
        theirs.page.reload()
        theirs.page.wait_for_url(re.compile("/login"))
        theirs.complaints.clear()  # the browser tells of the refusal that led there
