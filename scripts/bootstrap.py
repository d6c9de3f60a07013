"""Makes `.venv` and installs Steelyard in it, as pinned by requirements/lock.txt; run by make with any Python >= 3.11.

`bootstrap.py` installs what the server needs, `bootstrap.py dev` also what the tests and checks need. A second call
with nothing changed does nothing.
"""

import hashlib
import os
import sys
from pathlib import Path

import steps

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
LOCK = ROOT / "requirements" / "lock.txt"
STAMP = VENV / ".steelyard-installed"
NEWER_PYTHON = "install Python 3.11 or newer, or name one: make serve PYTHON=python3.12"
NETWORK = (
    "if a package could not be fetched, check the network and pip's settings (pip config list), then run make again"
)


def main() -> None:
    level = sys.argv[1] if len(sys.argv) > 1 else "server"
    if sys.version_info < (3, 11):  # noqa: UP036 (any Python may be the first to run this)
        raise steps.fail(f"{sys.executable} is Python {sys.version.split()[0]}", NEWER_PYTHON)
    wanted = fingerprint()
    if STAMP.exists() and VENV_PYTHON.exists():
        installed, _, have = STAMP.read_text().partition(" ")
        if have == wanted and installed in {level, "dev"}:
            return
    make_venv()
    install(level)
    STAMP.write_text(f"{level} {wanted}")


def fingerprint() -> str:
    """What the installed packages depend on: the interpreter, the declared and the pinned requirements."""
    digest = hashlib.sha256(f"{sys.version_info[:2]} {ROOT}".encode())
    for file in (ROOT / "pyproject.toml", LOCK):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def make_venv() -> None:
    if VENV_PYTHON.exists() and (VENV / "bin" / "pip").exists() and _minor(VENV) == sys.version_info[:2]:
        return
    steps.run(
        "making the virtual environment .venv (about 5 s)",
        [sys.executable, "-m", "venv", "--clear", str(VENV)],
        advice="install the venv module of this Python (on Debian: apt-get install python3-venv), then run make again",
    )


def _minor(venv: Path) -> tuple[int, ...]:
    return next((tuple(map(int, p.name.removeprefix("python").split("."))) for p in venv.glob("lib/python3.*")), ())


def install(level: str) -> None:
    """Install in editable form: with uv, which is several times quicker, or with pip where uv cannot be had."""
    target = f"{ROOT}[dev]" if level == "dev" else str(ROOT)
    arguments = ["-c", str(LOCK), "-e", target]
    # An editable install serves the web app that `make web` builds in place.
    environment = {**os.environ, "STEELYARD_SKIP_WEB": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    pip = [str(VENV_PYTHON), "-m", "pip", "install", "--quiet"]
    title = f"installing the packages of the {'tests and the ' if level == 'dev' else ''}server"
    try:
        steps.run(
            "fetching the installer (about 5 s)", [*pip, "-c", str(LOCK), "uv"], advice="trying pip", env=environment
        )
        uv = [str(VENV / "bin" / "uv"), "pip", "install", "--python", str(VENV_PYTHON)]
        steps.run(f"{title} (about 15 s)", [*uv, *arguments], advice="trying pip instead", env=environment)
    except steps.StepFailed:
        steps.run(f"{title} with pip (about 60 s)", [*pip, *arguments], advice=NETWORK, env=environment)


if __name__ == "__main__":
    main()
