"""A person looks at what a run logged besides numbers: points, models, sounds and pages, each in its panel."""

import re

from playwright.sync_api import Browser, Locator, Page, expect

from tests.contract.runner import Programs
from tests.e2e.browser import visit
from tests.harness.engines import Engine
from tests.harness.server import Server

LOG = """
import struct, wave
from pathlib import Path
import numpy as np
import wandb

corners = [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)]
faces = [(0, 2, 1), (0, 1, 3), (1, 2, 3), (0, 3, 2)]
triangles = [struct.pack("<12fH", 0, 0, 0, *(x for corner in face for x in corners[corner]), 0) for face in faces]
Path("solid.stl").write_bytes(bytes(80) + struct.pack("<I", len(triangles)) + b"".join(triangles))
Path("broken.stl").write_bytes(b"no solid at all")
with wave.open("hum.wav", "wb") as file:
    file.setnchannels(1)
    file.setsampwidth(2)
    file.setframerate(8000)
    file.writeframes(bytes(range(0, 200)) * 160)
angles = np.linspace(0, 6, 2000)
cloud = np.stack([np.cos(angles), np.sin(angles), angles / 3, angles * 40, angles * 0, 255 - angles * 40], axis=1)
page = "<h1>still</h1><script>document.querySelector('h1').textContent = 'ran'</script>"
with wandb.init(project="media-panels", id="all", settings=wandb.Settings(console="off")) as run:
    run.log({
        "cloud": wandb.Object3D(cloud),
        "solid": wandb.Object3D(open("solid.stl")),
        "broken": wandb.Object3D(open("broken.stl")),
        "hum": [wandb.Audio("hum.wav", caption="low"), wandb.Audio("hum.wav", caption="as low")],
        "page": wandb.Html(page, inject=False),
    })
"""


def panel(page: Page, name: str) -> Locator:
    found = page.get_by_role("region", name=name, exact=True)
    found.scroll_into_view_if_needed()
    return found


def test_media_are_shown_in_their_panels(
    browser: Browser, server: Server, engine: Engine, module_programs: Programs
) -> None:
    module_programs.client.run(LOG)
    owner = module_programs.user
    with visit(browser, server, engine) as window:
        window.sign_in(owner.name, owner.password)
        page = window.open(f"/{owner.name}/media-panels/runs/all")

        cloud = panel(page, "cloud").get_by_role("img", name=re.compile("a cloud of 2,000 points"))
        expect(cloud.locator("canvas")).to_be_visible()
        cloud.focus()
        before = cloud.screenshot()
        page.keyboard.press("ArrowRight")
        turned = cloud.screenshot()
        assert turned != before, "it was turned"
        page.keyboard.press("0")
        assert cloud.screenshot() == before, "and looked at from the start again"

        solid = panel(page, "solid")
        expect(solid.get_by_role("img", name=re.compile("a model of 4 triangles"))).to_be_visible()
        broken = panel(page, "broken")
        expect(broken.get_by_text("cannot be drawn")).to_be_visible()
        expect(broken.get_by_role("link", name="Download")).to_be_visible()

        hum = panel(page, "hum")
        expect(hum.get_by_text("as low")).to_be_visible()
        expect(hum.locator("audio").first).to_have_js_property("duration", 2)
        frame = panel(page, "page").frame_locator("iframe")
        expect(frame.get_by_role("heading", name="ran")).to_be_visible()
        assert "allow-same-origin" not in str(page.locator("iframe").get_attribute("sandbox"))
