"""Pages and drawings that users upload run, if at all, as nobody: no cookies, no storage, no answers of the server."""

from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Browser, Page

from tests.contract.wire import CREATE_FILES, Wire
from tests.harness.server import Server, User

SCRIPT = """
const tell = (name, value) => document.documentElement.setAttribute('data-' + name, String(value));
tell('ran', 'yes');
try { tell('cookie', document.cookie || 'none'); } catch (error) { tell('cookie', 'refused'); }
try { localStorage.setItem('a', '1'); tell('storage', 'open'); } catch (error) { tell('storage', 'refused'); }
fetch('/app/session', { credentials: 'include' }).then(
  (answer) => answer.text().then((text) => tell('session', text || 'empty')), () => tell('session', 'refused'));
"""
HTML = f"<!doctype html><html><body>hello<script>{SCRIPT}</script></body></html>"
SHAPE = '<rect width="9" height="9"/>'
SVG = f'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>{SCRIPT}</script>{SHAPE}</svg>'
XHTML = f'<html xmlns="http://www.w3.org/1999/xhtml"><body>x<script><![CDATA[{SCRIPT}]]></script></body></html>'


@pytest.fixture
def url_of(server: Server, user: User) -> Callable[[str, str], str]:
    """`url_of(name, content)` uploads a run file and returns the address that pages show it from."""
    wire = Wire(server.url, user.name, user.api_key)
    wire.start("r")

    def upload(name: str, content: str) -> str:
        names = {"entity": user.name, "project": wire.project, "run": "r", "files": [name]}
        (file,) = wire.data(CREATE_FILES, **names)["createRunFiles"]["files"]
        httpx.put(file["uploadUrl"], content=content.encode(), timeout=60, trust_env=False).raise_for_status()
        with wire.http() as http:
            listed = http.get(f"/app/runs/{user.name}/{wire.project}/r/files").json()["files"]
        return str(next(row["url"] for row in listed if row["name"] == name))

    return upload


@pytest.fixture
def page(browser: Browser, server: Server, user: User) -> Page:
    """A window of somebody who is signed in."""
    context = browser.new_context()
    answer = context.request.post(
        f"{server.url}/app/session",
        data={"login": user.name, "password": user.password},
        headers={"Origin": server.url},
    )
    assert answer.ok, answer.text()
    assert context.cookies(), "signed in"
    return context.new_page()


def told(page: Page) -> dict[str, str]:
    page.wait_for_timeout(800)
    return dict(page.evaluate("({...document.documentElement.dataset})"))


def test_a_page_runs_as_nobody(page: Page, url_of: Callable[[str, str], str]) -> None:
    page.goto(url_of("media/html/page.html", HTML))
    assert page.inner_text("body") == "hello"
    assert told(page) == {"ran": "yes", "cookie": "refused", "storage": "refused", "session": "refused"}


def test_a_page_loads_nothing_from_elsewhere(page: Page, url_of: Callable[[str, str], str]) -> None:
    asked: list[str] = []
    page.context.route("http://elsewhere.test/**", lambda route: (asked.append(route.request.url), route.abort()))
    elsewhere = "<link rel=stylesheet href=http://elsewhere.test/a.css><img src=http://elsewhere.test/b.png>"
    page.goto(url_of("media/html/curious.html", HTML.replace("<body>", f"<body>{elsewhere}")))
    assert told(page)["ran"] == "yes"
    page.evaluate("fetch('http://elsewhere.test/c').catch(() => 0)")
    assert asked == []


def test_a_drawing_runs_nothing(page: Page, url_of: Callable[[str, str], str]) -> None:
    page.goto(url_of("media/images/drawing.svg", SVG))
    assert page.locator("rect").count() == 1
    assert told(page) == {}


@pytest.mark.parametrize("name", ["page.xhtml", "page.xml", "page.htm ", "page.bin", "page.xsl"])
def test_what_is_not_known_to_be_harmless_runs_nothing(
    page: Page, url_of: Callable[[str, str], str], server: Server, name: str
) -> None:
    url = url_of(name, XHTML)
    answer = httpx.get(url, timeout=60, trust_env=False)
    if url.startswith(server.url):
        assert answer.headers["content-disposition"].startswith("attachment")
        assert answer.headers["x-content-type-options"] == "nosniff"
    page.goto(f"{server.url}/login")
    page.evaluate(
        "(url) => { const frame = document.createElement('iframe'); frame.src = url; document.body.append(frame); }",
        url,
    )
    page.wait_for_timeout(500)
    assert all(frame.evaluate("document.documentElement.dataset.ran") is None for frame in page.frames)
