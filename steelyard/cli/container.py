"""`steelyard up` and `down`: the server in a container of this machine, where `wandb server start` has its own.

Name, volume and port are those of that command of the client, so that either may follow the other.
"""

from __future__ import annotations

import getpass
import re
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from http import HTTPStatus

import click

IMAGE, NAME, VOLUME, PORT = "steelyard", "wandb-local", "wandb", 8080
ENGINES = ("docker", "podman")
READY_TIMEOUT_S = 120.0
_SETUP = re.compile(rb"/setup\?token=[\w-]+")
_ADVICE = (
    "build it (docs/operate/image.md): ENGINE build -f deploy/image/Containerfile -t steelyard .\n"
    "or name another: steelyard up --image registry.example.com/steelyard:TAG"
)


@click.command()
@click.option("--port", default=PORT, show_default=True, help="port of this machine")
@click.option("--image", default=IMAGE, show_default=True, help="image of the server")
@click.option("-e", "--env", multiple=True, metavar="NAME=VALUE", help="a setting of the server; may be repeated")
def up(port: int, image: str, env: tuple[str, ...]) -> None:
    """Start the server in a container of docker or podman, and print where it is.

    Data stay in the volume `wandb`.
    """
    engine = _engine()
    if _is_running(engine):
        raise click.ClickException(f"the container {NAME} runs already: `steelyard down` ends it")
    if _ask(engine, "image", "inspect", image).returncode != 0:
        raise click.ClickException(f"{engine} has no image {image}; " + _ADVICE.replace("ENGINE", engine))
    given = [part for one in (f"LOCAL_USERNAME={getpass.getuser()}", *env) for part in ("-e", one)]
    begun = ("run", "--rm", "-d", "-v", f"{VOLUME}:/vol", "-p", f"{port}:8080", "--name", NAME)
    started = _ask(engine, *begun, *given, image)
    if started.returncode != 0:
        raise click.ClickException(f"{engine} did not start it: {started.stderr.decode(errors='replace').strip()}")
    url = f"http://localhost:{port}"
    _wait_ready(engine, url)
    click.echo(f"Steelyard is at {url}")
    setup = _SETUP.search(b"".join(_logs(engine)))
    if setup:
        click.echo(f"make the first administrator: {url}{setup[0].decode()}")
    click.echo(f"then, where programs run: wandb login --host={url}")


@click.command()
def down() -> None:
    """End the container that `steelyard up` has started; the volume with its data stays."""
    engine = _engine()
    if not _is_running(engine):
        raise click.ClickException(f"no container {NAME} runs")
    done = _ask(engine, "stop", NAME)
    if done.returncode != 0:
        raise click.ClickException(f"{engine} did not end it: {done.stderr.decode(errors='replace').strip()}")
    click.echo(f"ended; the data are in the volume {VOLUME}")


def _engine() -> str:
    for name in ENGINES:
        if shutil.which(name):
            return name
    raise click.ClickException(
        "neither docker nor podman is on the PATH; without a container: `steelyard serve` (docs/operate/running.md)"
    )


def _ask(engine: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([engine, *arguments], capture_output=True, check=False)  # noqa: S603 - what the user has


def _logs(engine: str) -> tuple[bytes, bytes]:
    done = _ask(engine, "logs", NAME)
    return done.stdout, done.stderr


def _is_running(engine: str) -> bool:
    found = _ask(engine, "ps", "-q", "--filter", f"name=^{NAME}$")
    if found.returncode != 0:
        raise click.ClickException(f"{engine} cannot be used: {found.stderr.decode(errors='replace').strip()}")
    return bool(found.stdout.strip())


def _wait_ready(engine: str, url: str) -> None:
    """Wait until the server answers. Its last words are told when it ends instead."""
    end, last = time.monotonic() + READY_TIMEOUT_S, (b"", b"")
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"{url}/ready", timeout=5) as answer:  # noqa: S310 - an address of ours
                if answer.status == HTTPStatus.OK:
                    return
        except (OSError, urllib.error.URLError):
            pass
        if not _is_running(engine):
            words = b"".join(last).decode(errors="replace").strip().splitlines()
            raise click.ClickException("\n".join(["the server ended at its start", *words[-10:]]))
        last = _logs(engine)
        time.sleep(0.5)
    raise click.ClickException(f"{url} does not answer after {READY_TIMEOUT_S:.0f} s; see `{engine} logs {NAME}`")
