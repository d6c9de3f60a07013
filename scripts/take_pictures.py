"""Make the pictures of the README and the docs anew: real training runs, a real server, the built web app.

python -m scripts.take_pictures        # writes docs/pictures/*.png; needs `make services web` once
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, ViewportSize

from tests.harness.client import Client, make_client
from tests.harness.server import Server, User
from tests.services.browser import chromium
from tests.services.clients import NEWEST

Theme = Literal["light", "dark"]
PICTURES = Path("docs/pictures")
SIZE: ViewportSize = {"width": 1440, "height": 900}
# Charts come in after their page; a picture needs no more than this.
SETTLE_S = 4
TRIALS = [("0.001", "7"), ("0.003", "8"), ("0.01", "9"), ("0.03", "10")]


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder) / "data").start()
        try:
            user = server.create_user("ada", "--admin")
            train(make_client(NEWEST, Path(folder) / "client", server.url, user.api_key))
            with chromium() as browser:
                take(browser, server, user, "light")
                take(browser, server, user, "dark")
        finally:
            server.stop()


def train(client: Client) -> None:
    for number, (rate, seed) in enumerate(TRIALS, start=1):
        print(f"training run {number} of {len(TRIALS)}", file=sys.stderr)
        client.run(Path("examples/digits/train.py").resolve(), "--learning-rate", rate, "--seed", seed, "--epochs", "8")


def take(browser: Browser, server: Server, user: User, theme: Theme) -> None:
    context = browser.new_context(viewport=SIZE, color_scheme=theme)
    page = context.new_page()
    page.goto(f"{server.url}/login")
    page.get_by_label("User name or e-mail").fill(user.name)
    page.get_by_label("Password").fill(user.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/home")
    page.goto(f"{server.url}/ada/digits/table")
    run = page.locator("a[href*='/runs/']").first
    run.wait_for()
    address = server.url + str(run.get_attribute("href"))
    places = {
        "home": f"{server.url}/home",
        "workspace": f"{server.url}/ada/digits",
        "runs-table": f"{server.url}/ada/digits/table",
        "run-logs": f"{address}/logs",
    }
    for name, place in places.items():
        shoot(page, place, PICTURES / f"{name}-{theme}.png")
    context.close()


def shoot(page: Page, place: str, path: Path) -> None:
    page.goto(place)
    time.sleep(SETTLE_S)
    page.screenshot(path=path)
    print(path, file=sys.stderr)


if __name__ == "__main__":
    main()
