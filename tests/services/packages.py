"""Fetching programs: Debian packages of the machine's own suite, and Python packages in a venv of their own."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.services.places import CACHE, lock
from tests.services.processes import ServiceError

# Test services start their own servers; the ones a package would start are not wanted.
NO_SERVICE_START = Path("/usr/sbin/policy-rc.d")


def run(command: list[str], *, advice: str, env: dict[str, str] | None = None, cwd: Path | None = None) -> str:
    """Run `command` and return its standard output. Raises `ServiceError` with its messages and `advice`."""
    try:
        done = subprocess.run(command, env=env, cwd=cwd, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise ServiceError(f"{command[0]} is not installed; {advice}") from error
    if done.returncode:
        tail = "\n".join((done.stdout + done.stderr).splitlines()[-20:])
        raise ServiceError(f"`{' '.join(command[:6])} …` failed:\n{tail}\n{advice}")
    return done.stdout


def ensure_debian(program: str, *packages: str) -> Path:
    """The path of `program`, its Debian packages installed first if it is absent (as root or through sudo)."""
    search = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    return _ensured(lambda: shutil.which(program, path=search), program, packages)


def ensure_debian_file(path: Path, *packages: str) -> Path:
    """`path`, with the Debian packages that bring it installed first if it is absent."""
    return _ensured(lambda: str(path) if path.exists() else None, str(path), packages)


def _ensured(find: Callable[[], str | None], what: str, packages: tuple[str, ...]) -> Path:
    found = find()
    if not found:
        with lock("apt"):
            _apt_install(packages)
        found = find()
    if not found:
        raise ServiceError(f"{what} is absent even after installing {', '.join(packages)}")
    return Path(found)


def _apt_install(packages: tuple[str, ...]) -> None:
    advice = f"install by hand: apt-get install {' '.join(packages)}"
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    install = [*sudo, "apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
    held_back = os.geteuid() == 0 and not NO_SERVICE_START.exists()
    if held_back:
        NO_SERVICE_START.write_text("#!/bin/sh\nexit 101\n")
        NO_SERVICE_START.chmod(0o755)
    try:
        run(install, advice=advice, env=environment)
    except ServiceError:  # the package list may be old, or was never read
        run([*sudo, "apt-get", "update", "-q"], advice=advice, env=environment)
        run(install, advice=advice, env=environment)
    finally:
        if held_back:
            NO_SERVICE_START.unlink()


def ensure_venv(
    name: str,
    requirements: list[str],
    *,
    python: str = sys.executable,
    beside_system: Sequence[str] = (),
    alone: bool = False,
) -> Path:
    """The folder of a cached virtual environment with `requirements`.

    Other requirements, or another Python, are another folder: a test session in another checkout may be using this one.
    What `beside_system` names is taken from the packages of the system, whatever version these have. `alone` leaves out
    what the requirements require: for packages that are wanted for a program in them.
    """
    interpreter = str(Path(python).resolve())  # the same from the virtual environments of two checkouts
    key = hashlib.sha256("\n".join([interpreter, *requirements, *beside_system]).encode()).hexdigest()[:12]
    folder = CACHE / "venv" / f"{name}-{key}"
    stamp = folder / ".installed"
    with lock(f"venv-{folder.name}"):
        if stamp.exists():
            return folder
        shutil.rmtree(folder, ignore_errors=True)
        uv = Path(sys.executable).parent / "uv"
        if uv.exists():
            _fill_by_uv(uv, folder, python, [*_options(alone), *requirements], beside_system)
        else:
            _fill_by_pip(folder, python, [*_options(alone), *requirements], beside_system)
        stamp.touch()
        return folder


def _options(alone: bool) -> list[str]:
    return ["--no-deps"] if alone else []


def _fill_by_uv(uv: Path, folder: Path, python: str, requirements: list[str], beside_system: Sequence[str]) -> None:
    advice = "check the network and pip's settings (pip config list)"
    system = ["--system-site-packages"] if beside_system else []
    run([str(uv), "venv", "-q", "--no-project", *system, "--python", python, str(folder)], advice=advice)
    install = [str(uv), "pip", "install", "-q", "--python", str(folder / "bin" / "python")]
    if beside_system:
        never = folder / "never.txt"
        never.write_text("".join(f'{package}; sys_platform == "never"\n' for package in beside_system))
        install += ["--overrides", str(never)]
    run([*install, *requirements], advice=advice)


def _fill_by_pip(folder: Path, python: str, requirements: list[str], beside_system: Sequence[str]) -> None:
    if beside_system:
        raise ServiceError("uv is absent; run `make test`, which brings it")
    run([python, "-m", "venv", str(folder)], advice="install the venv module (on Debian: python3-venv)")
    target = str(folder / "bin" / "python")
    run([target, "-m", "pip", "install", "-q", *requirements], advice="check the network and pip's settings")


def version_of(command: list[str]) -> str:
    """The first dotted number that a program prints when asked for its version."""
    found = re.search(r"\d+\.\d+[\w.]*", run(command, advice="its installation is broken"))
    return found.group() if found else "unknown"
