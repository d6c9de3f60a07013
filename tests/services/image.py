"""Builds the image and runs it without a container engine: buildah with chroot isolation, on a base of Debian.

Needs root. A pod of a restricted cluster is imitated as far as that goes: any user id with group 0, no capabilities and
none to be gained, a read-only root file system. There is no seccomp filter, no cgroup and no network of its own.
"""

import contextlib
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.services.other_suite import mirror
from tests.services.packages import ensure_debian, run
from tests.services.places import CACHE, lock
from tests.services.processes import ServiceError

ROOT = Path(__file__).resolve().parents[2]
FOLDER = CACHE / "images"
# Plain Debian, with the Python that it has; the published image is made on python:3.12-slim.
BASE, SUITE, PACKAGES = "localhost/steelyard-base:bookworm", "bookworm", "python3,python3-venv,ca-certificates"
AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"
TAG = "localhost/steelyard:test"
ADVICE = "run it as root, on Debian with a mirror that can be reached"


def buildah() -> list[str]:
    """The command with a store of our own; overlay is ten times faster than vfs, where it can be mounted."""
    driver = FOLDER / "driver"
    if not driver.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        driver.write_text(_driver())
    name = driver.read_text()
    program = ensure_debian("buildah", "buildah")
    return [str(program), "--root", f"{FOLDER}/store-{name}", "--runroot", f"{FOLDER}/run", "--storage-driver", name]


def _driver() -> str:
    with tempfile.TemporaryDirectory(dir=FOLDER) as name:
        parts = {part: f"{name}/{part}" for part in ("lower", "upper", "work", "merged")}
        for part in parts.values():
            Path(part).mkdir()
        options = f"lowerdir={parts['lower']},upperdir={parts['upper']},workdir={parts['work']}"
        mounted = subprocess.run(
            ["mount", "-t", "overlay", "overlay", "-o", options, parts["merged"]], capture_output=True, check=False
        )
        if mounted.returncode:
            return "vfs"
        subprocess.run(["umount", parts["merged"]], check=True)
        return "overlay"


def build(version: str = TAG) -> str:
    """Build the image from `deploy/image/Containerfile` and return its name. A base is made first, once."""
    if os.geteuid():
        raise ServiceError(f"images are built by root here; {ADVICE}")
    with lock("image"):
        _ensure_base()
        what_pip_needs = [f"--volume={path}:{path}:ro" for path in _pip_files()]
        command = [*buildah(), "bud", "--isolation", "chroot", "--network", "host", "--pull-never", "--layers"]
        command += [
            *what_pip_needs,
            f"--build-arg=NODE_EXTRA_CA_CERTS={AUTHORITIES}",
            f"--build-arg=BASE={BASE}",
            "-f",
            "deploy/image/Containerfile",
            "-t",
            version,
            ".",
        ]
        run(command, cwd=ROOT, advice="see the messages above")
    return version


def _ensure_base() -> None:
    store = buildah()
    if not subprocess.run([*store, "inspect", BASE], capture_output=True, check=False).returncode:
        return
    archive = FOLDER / f"{SUITE}.tar"
    if not archive.exists():
        program = ensure_debian("mmdebstrap", "mmdebstrap")
        fresh = archive.with_suffix(".new")
        leave_out = [f"--dpkgopt=path-exclude=/usr/share/{kind}/*" for kind in ("doc", "man", "locale")]
        source = f"deb {mirror()} {SUITE} main"
        make = [str(program), "--quiet", "--variant=apt", f"--include={PACKAGES}", "--format=tar", *leave_out]
        run([*make, SUITE, str(fresh), source], advice=ADVICE)
        fresh.rename(archive)
    container = run([*store, "from", "scratch"], advice=ADVICE).strip()
    run([*store, "add", "-q", container, str(archive), "/"], advice=ADVICE)
    path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    run([*store, "config", "--env", f"PATH={path}", container], advice=ADVICE)
    run([*store, "commit", "-q", "--rm", container, BASE], advice=ADVICE)


def _pip_files() -> Iterator[Path]:
    """Settings of pip on this machine, and what they name: RUN steps reach what the machine reaches."""
    for path in (Path("/etc/pip.conf"), Path("/etc/xdg/pip"), Path(AUTHORITIES)):
        if path.exists():
            yield path


@dataclass(frozen=True)
class Container:
    """One container of the image: where its root lies on this machine, and what the image says how it is run."""

    root: Path
    config: dict[str, Any]

    def command(self, arguments: Sequence[str], *, user: int, volume: Path, env: dict[str, str]) -> list[str]:
        """What runs the image's entry point with `arguments` as a pod of a restricted cluster: `user` with group 0, no
        capabilities, none to be gained, the root file system read-only but for /tmp and the volume at /vol."""
        settings = dict(line.split("=", 1) for line in self.config["Env"]) | env
        variables = [f"{name}={value}" for name, value in settings.items()]
        drop = ["setpriv", f"--reuid={user}", "--regid=0", "--clear-groups", "--no-new-privs", "--inh-caps=-all"]
        drop += ["--bounding-set=-all", "--", "env", "-i", *variables, *self.config["Entrypoint"], *arguments]
        root = self.root
        mounts = [
            f"mount --bind {root} {root}",
            f"mount -t proc proc {root}/proc",
            f"mount --rbind /dev {root}/dev",
            f"mount -t tmpfs -o mode=1777 tmpfs {root}/tmp",
            f"mount --bind {volume} {root}/vol",
            f"mount --bind /etc/resolv.conf {root}/etc/resolv.conf",
            f"mount -o remount,ro,bind {root}",
        ]
        script = " && ".join([*mounts, f'cd / && exec chroot {root} "$@"'])
        return ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh", *drop]


@contextlib.contextmanager
def container(image: str) -> Iterator[Container]:
    """Yield a container of `image`, which is removed afterwards."""
    store = buildah()
    name = run([*store, "from", "--pull-never", image], advice="build it first").strip()
    try:
        root = Path(run([*store, "mount", name], advice=ADVICE).strip())
        (root / "etc/resolv.conf").touch()
        config = json.loads(run([*store, "inspect", "--type", "image", image], advice=ADVICE))["OCIv1"]["config"]
        yield Container(root, config)
    finally:
        run([*store, "rm", name], advice="remove it by hand")
