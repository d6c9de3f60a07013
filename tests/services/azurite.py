"""Azure Blob Storage as its maker's own emulator for developers has it: Azurite, which checks every signature."""

import base64
import contextlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx

from steelyard.adapters.objects.sas import ContainerSigner
from steelyard.config.container_url import Container
from tests.services import processes
from tests.services.oidc import node_environment
from tests.services.packages import run
from tests.services.places import CACHE, free_port, lock

# The newest one for the Node.js that builds the web app.
VERSION = "3.35.0"
# With the characters that URLs have to escape.
ACCOUNT, KEY, CONTAINER = (
    "steelyardtest",
    base64.b64encode(b"\xfb\xff an account's key \xfb\xff").decode(),
    "local-files",
)


def install() -> Path:
    folder = CACHE / "node" / f"azurite-{VERSION}"
    with lock("azurite"):
        if not (folder / ".installed").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            (folder / "package.json").write_text(json.dumps({"private": True}))
            environment = node_environment()
            npm = shutil.which("npm", path=environment["PATH"]) or "npm"
            command = [npm, "install", "--no-progress", "--no-save", "--ignore-scripts", f"azurite@{VERSION}"]
            run(command, advice="check the network and npm's settings", env=environment, cwd=folder)
            (folder / ".installed").touch()
    return folder / "node_modules" / "azurite" / "dist" / "src" / "blob" / "main.js"


@contextlib.contextmanager
def azurite(folder: Path) -> Iterator[Container]:
    """The container `CONTAINER`, empty, at a service of its own that keeps nothing."""
    port, program, environment = free_port(), install(), node_environment()
    node = shutil.which("node", path=environment["PATH"]) or "node"
    options = ["--blobHost", "127.0.0.1", "--blobPort", str(port), "--inMemoryPersistence", "--silent"]
    options += ["--skipApiVersionCheck", "--disableTelemetry"]  # clients speak newer forms than it knows
    environment |= {"AZURITE_ACCOUNTS": f"{ACCOUNT}:{KEY}"}
    pid = processes.spawn(
        [node, str(program), *options],
        log=folder / "azurite.log",
        cwd=folder,
        env=environment,
    )
    container = Container(ACCOUNT, CONTAINER, "", f"http://127.0.0.1:{port}/{ACCOUNT}", KEY)
    try:

        def make_container() -> bool:
            url = ContainerSigner(container).container([("restype", "container")], 60)
            return httpx.put(url).status_code in {201, 409}

        processes.wait_ready(pid, make_container, log=folder / "azurite.log", timeout_s=90)
        yield container
    finally:
        processes.stop(pid, grace_s=0)


def url_of(container: Container, prefix: str) -> str:
    """The bucket URL of what begins with that prefix, its key not in it."""
    return f"az://{container.account}/{container.container}/{prefix}?endpoint={container.root}"
