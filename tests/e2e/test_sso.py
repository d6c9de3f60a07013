"""Single sign-on at a certified provider: by a real browser, and step by step over HTTP, at two server processes."""

import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from urllib.parse import urljoin

import httpx
import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.browser import Visit, visit
from tests.harness.client import Client
from tests.harness.engines import Engine
from tests.harness.server import PASSWORD, Server
from tests.services.oidc import Oidc, new_person, register_client

PAGES_MAX = 20


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    service = Oidc()
    try:
        yield service.acquire()["issuer"]
    finally:
        service.release()


@pytest.fixture
def sso_server(engine: Engine, issuer: str, tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """`sso_server(method, NAME=value)` is a server whose people sign in at the provider, with an administrator."""
    servers: list[Server] = []
    with engine.fresh() as settings:

        def start(method: str = "pkce", *, secret: bool = True, **env: str) -> Server:
            server = Server(tmp_path / "data", settings | env)
            server.env |= register_client(issuer, server.url, method, secret=secret)
            servers.append(server.start())
            server.create_user("root", "--admin")
            return server

        yield start
        for server in servers:
            server.stop()


def fill_in(page: Page, login: str) -> None:
    """Go through the provider's pages: the name, then the consent."""
    page.locator("input[name=login]").fill(login)
    page.locator("input[name=password]").fill("any")
    page.locator("button[type=submit]").click()
    page.get_by_role("button", name="Continue").click()


def forgive(window: Visit, *texts: str) -> None:
    """Leave out what is no fault of our pages: the provider's load fonts from elsewhere, which the browser refuses."""
    forgiven = ("fonts.googleapis.com", *texts)
    window.complaints[:] = [one for one in window.complaints if not any(text in one for text in forgiven)]


@pytest.mark.parametrize("method", ["pkce", "implicit"])
def test_a_person_signs_in_gets_a_key_and_signs_out(
    sso_server: Callable[..., Server],
    issuer: str,
    engine: Engine,
    browser: Browser,
    client_of: Callable[..., Client],
    method: str,
) -> None:
    server, name = sso_server(method), new_person(issuer)
    with visit(browser, server, engine, issuer) as window:
        page = window.open("/authorize?ref=models")
        page.get_by_role("link", name="Sign in with SSO").click()
        page.wait_for_url(f"{issuer}/**")
        fill_in(page, name)
        page.wait_for_url(f"{server.url}/authorize?ref=models")
        key = page.get_by_text(re.compile(r"^(local-)?[0-9a-f]{40}$")).first.inner_text().strip()
        page.get_by_role("button", name="Account of").or_(page.locator("button[aria-haspopup=menu]")).last.click()
        page.get_by_role("menuitem", name="Sign out").click()
        page.wait_for_url(f"{issuer}/**")
        page.get_by_role("button", name=re.compile("yes", re.IGNORECASE)).click()
        page.wait_for_url(f"{server.url}/login")
        page.get_by_role("link", name="Sign in with SSO").wait_for()
        forgive(window)
    client = client_of(server, logged_in=False)
    client.cli("login", f"--host={server.url}", key)


def test_whoever_is_turned_away_reads_why(
    sso_server: Callable[..., Server], issuer: str, engine: Engine, browser: Browser
) -> None:
    server = sso_server(DISABLE_SSO_PROVISIONING="true", STEELYARD_SSO_NO_PASSWORDS="true")
    name = new_person(issuer)
    with visit(browser, server, engine, issuer) as window:
        page = window.open("/login")
        page.get_by_text("On this server people sign in with SSO.").wait_for()
        assert page.get_by_label("Password").count() == 0
        page.get_by_role("link", name="Sign in with SSO").click()
        fill_in(page, name)
        page.get_by_role("alert").get_by_text(f"There is no account for {name}@example.com").wait_for()
        server.run_command("user", "create", name, "--email", f"{name}@example.com", "--password", PASSWORD)
        page.get_by_role("link", name="Try again").click()
        page.wait_for_url(f"{server.url}/home")
        forgive(window, "status of 403")


def walk(http: httpx.Client, url: str, login: str, stop: str) -> str:
    """Return the address that the provider leads back to, its pages filled in as a browser would."""
    answer = http.get(url)
    for _ in range(PAGES_MAX):
        if answer.is_redirect:
            url = urljoin(str(answer.url), answer.headers["location"])
            if url.startswith(stop):
                return url
            answer = http.get(url)
            continue
        answer.raise_for_status()
        form = re.search(r"<form.*?</form>", answer.text, re.DOTALL)
        assert form, answer.text[:500]
        action = re.search(r'action="([^"]*)"', form.group())
        tags = re.findall(r"<(?:input|button)[^>]*>", form.group())
        given = {}
        for tag in tags:
            named, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
            if named:
                given[named.group(1)] = unescape(value.group(1)) if value else ""
        given |= {key: login for key in ("login", "password") if key in given}
        assert action
        answer = http.post(urljoin(str(answer.url), unescape(action.group(1))), data=given)
    raise AssertionError("too many pages")


@pytest.mark.parametrize("secret", [True, False], ids=["confidential client", "public client"])
def test_what_begins_at_one_process_ends_at_another(
    sso_server: Callable[..., Server], issuer: str, tmp_path: Path, secret: bool
) -> None:
    one = sso_server(secret=secret)
    one.env["HOST"] = one.url
    one.restart()
    one.run_command("org", "create", "lab", "--admin", "root")
    one.run_command("team", "create", "vision", "--org", "lab", "--admin", "root")
    two = Server(tmp_path / "data", one.env | {"GORILLA_ENABLE_SSO_GROUP_CLAIMS": "true"})
    two.log = tmp_path / "two.log"
    two.start()
    try:
        name = new_person(issuer, groups=["vision", "unknown"], name="Ada L.")
        with httpx.Client(trust_env=False) as http:
            departure = http.get(f"{one.url}/oidc/login?next=/vision")
            back = walk(http, departure.headers["location"], name, f"{one.url}/oidc/callback")
            arrival = http.get(back.replace(one.url, two.url))
            assert (arrival.status_code, arrival.headers["location"]) == (303, "/vision")
            for server in (one, two):
                user = http.get(f"{server.url}/app/session").json()["user"]
                assert (user["username"], user["name"], user["email"]) == (name, "Ada L.", f"{name}@example.com")
                assert {"name": "vision", "kind": "team", "role": "member"} in user["entities"]
            assert http.get(back.replace(one.url, two.url)).status_code == 400, "once"
        code = re.search(r"code=([^&]+)", back)
        assert code
        for log in (one.log_text(), two.log_text()):
            assert code.group(1) not in log
            assert one.env.get("OIDC_CLIENT_SECRET", "-none-") not in log
    finally:
        two.stop()


def test_the_way_back_past_a_provider_that_is_gone(sso_server: Callable[..., Server]) -> None:
    server = sso_server(STEELYARD_SSO_NO_PASSWORDS="true")
    with httpx.Client(trust_env=False, base_url=server.url) as http:
        given = {"login": "root", "password": PASSWORD}
        assert http.post("/app/session", json=given).status_code == 403
        server.env["LOCAL_RESTORE"] = "true"
        server.restart()
        session = http.get("/app/session").json()
        assert (session["signOn"], session["passwords"]) == (None, True)
        assert http.post("/app/session", json=given).status_code == 204
    assert "/invite?token=" in server.log_text()
