"""Pages in a notebook's frame, where the client puts them: framed when asked that way, and in no other."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Page

from tests.e2e.browser import Visit
from tests.harness.server import Server, User


@contextmanager
def notebook(html: str) -> Iterator[str]:
    """The address of a page at `localhost`, which to a browser is another site than 127.0.0.1."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *_given: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        yield f"http://localhost:{serving.server_port}/"
        serving.shutdown()


@pytest.mark.parametrize("is_asked_for", [True, False])
def test_a_notebook_frames_what_the_client_printed(page: Page, server: Server, user: User, is_asked_for: bool) -> None:
    Visit(page, server.url, ()).sign_in(user.name, user.password)
    address = f"{server.url}/{user.name}/p/runs/r"
    with notebook(f'<iframe name="run" src="{address}{"?jupyter=true" if is_asked_for else ""}"></iframe>') as opened:
        page.goto(opened)
        inside = page.frame_locator("iframe[name=run]")
        if is_asked_for:
            assert inside.get_by_role("link", name="Open in a tab").get_attribute("href") == address
        else:
            inside.get_by_text("refused to connect").first.wait_for(state="attached")
        assert not inside.get_by_label("Password").count(), "nobody is asked for a password in a frame"
