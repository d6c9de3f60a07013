"""Programs of another Debian suite, unpacked with all their libraries into a private folder.

The system's own packages stay as they are and no root is needed: apt works on a state folder of ours, and a program is
run by the dynamic loader that came with it.
"""

import os
import shutil
import subprocess
from pathlib import Path

from tests.services.packages import run
from tests.services.places import CACHE
from tests.services.processes import ServiceError

# What only the packages' installation scripts need.
NOT_NEEDED = {"debconf", "dpkg", "tar", "coreutils", "passwd", "init-system-helpers"}
NOT_NEEDED_PREFIXES = ("perl", "libperl", "libgdbm", "gcc-")
LEFT_OUT = ("./usr/share/doc*", "./usr/share/man*", "./usr/share/locale*", "./usr/share/perl*")
ADVICE = "check that this is a Debian machine whose apt sources are reachable"


def ensure_root(suite: str, name: str, packages: list[str], *, leave_out: tuple[str, ...] = ()) -> Path:
    """The private root `name` with `packages` of `suite`, unpacked if it is not there yet. The caller holds a lock."""
    base = CACHE / "suite" / suite
    root = base / name
    if root.exists():
        return root
    environment = _apt_environment(base, suite)
    run(["apt-get", "update", "-qq"], env=environment, advice=ADVICE)
    plan = run(["apt-get", "install", "-s", *packages], env=environment, advice=ADVICE)
    names = [line.split()[1] for line in plan.splitlines() if line.startswith("Inst ")]
    names = [one for one in names if one not in NOT_NEEDED and not one.startswith(NOT_NEEDED_PREFIXES)]
    downloads, fresh = base / f"{name}.debs", base / f"{name}.new"
    for folder in (downloads, fresh):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
    run(["apt-get", "download", "-qq", *names], env=environment, cwd=downloads, advice=ADVICE)
    for package in sorted(downloads.glob("*.deb")):
        _unpack(package, fresh, (*LEFT_OUT, *leave_out))
    shutil.rmtree(downloads)
    fresh.rename(root)
    return root


def command(root: Path, program: str) -> list[str]:
    """The start of a command line that runs `program` (such as `/usr/sbin/mysqld`) of `root`."""
    loader = next((found for found in sorted(root.glob("usr/lib*/**/ld-linux*.so.*"))), None)
    if loader is None:
        raise ServiceError(f"no dynamic loader in {root}: remove that folder and try again")
    libraries = next(root.glob("usr/lib/*/libc.so.6")).parent
    inside = str(root) + program
    return [str(loader), "--library-path", str(libraries), "--argv0", inside, inside]


def _unpack(package: Path, root: Path, leave_out: tuple[str, ...]) -> None:
    excludes = [f"--exclude={pattern}" for pattern in leave_out]
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(package)], stdout=subprocess.PIPE) as archive:
        tar = ["tar", "-x", "-C", str(root), "--no-same-owner", "--wildcards", *excludes]
        code = subprocess.run(tar, stdin=archive.stdout, check=False).returncode
    if code or archive.returncode:
        raise ServiceError(f"cannot unpack {package.name}; {ADVICE}")


def _apt_environment(base: Path, suite: str) -> dict[str, str]:
    """Settings under which apt reads `suite` from the machine's own mirror into a state folder below `base`."""
    for folder in ("state/lists/partial", "cache/archives/partial", "sources", "preferences"):
        (base / folder).mkdir(parents=True, exist_ok=True)
    (base / "state" / "status").write_text("")
    keyrings = [Path("/usr/share/keyrings") / f"debian-archive-keyring.{kind}" for kind in ("gpg", "pgp")]
    keyring = next((str(path) for path in keyrings if path.exists()), "")
    source = f"Types: deb\nURIs: {mirror()}\nSuites: {suite}\nComponents: main\nSigned-By: {keyring}\n"
    (base / "sources" / "suite.sources").write_text(source)
    settings = {
        "Dir::State": base / "state",
        "Dir::State::status": base / "state" / "status",
        "Dir::Cache": base / "cache",
        "Dir::Etc::sourcelist": "/dev/null",
        "Dir::Etc::sourceparts": base / "sources",
        "Dir::Etc::preferences": "/dev/null",
        "Dir::Etc::preferencesparts": base / "preferences",
        "Acquire::Languages": "none",
        "Acquire::Retries": "3",
        "APT::Install-Recommends": "false",
        "APT::Sandbox::User": "root",
        "Debug::NoLocking": "true",
    }
    configuration = base / "apt.conf"
    configuration.write_text("".join(f'{key} "{value}";\n' for key, value in settings.items()))
    return {**os.environ, "APT_CONFIG": str(configuration), "LC_ALL": "C.UTF-8"}


def mirror() -> str:
    """The Debian mirror that the machine's apt already uses."""
    listing = run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT) $(CREATED_BY)"], advice=ADVICE
    )
    own = _codename()
    for line in listing.splitlines():
        uri, release, component, kind = line.split()
        if component == "main" and kind == "Packages" and release in {own, "stable", "sid", "unstable"}:
            return uri
    raise ServiceError(f"no Debian mirror among the apt sources; {ADVICE}")


def _codename() -> str:
    lines = Path("/etc/os-release").read_text().splitlines()
    return next((line.partition("=")[2].strip('"') for line in lines if line.startswith("VERSION_CODENAME=")), "")
