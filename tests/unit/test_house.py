"""What must be true of the repository itself."""

import json
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def pinned() -> set[str]:
    lines = (ROOT / "requirements" / "lock.txt").read_text().splitlines()
    return {line.partition("==")[0].lower() for line in lines if re.match(r"[a-z]", line)}


def test_every_declared_package_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    declared = [
        *project["project"]["dependencies"],
        *(line for group in project["project"]["optional-dependencies"].values() for line in group),
        *(line for group in project["dependency-groups"].values() for line in group),
    ]
    names = {re.split(r"[^A-Za-z0-9._-]", line)[0].lower() for line in declared}
    assert names <= pinned(), "run `make lock`"


def test_lock_files_name_no_host() -> None:
    """Where packages come from is the machine's business."""
    assert "://" not in (ROOT / "requirements" / "lock.txt").read_text()
    packages = json.loads((ROOT / "web" / "package-lock.json").read_text())["packages"]
    assert not [name for name, entry in packages.items() if "resolved" in entry]


def test_the_lock_of_the_web_app_is_complete_for_every_platform() -> None:
    """An optional package that could not be fetched when the file was made is missing in it; `npm ci` then fails."""
    packages = json.loads((ROOT / "web" / "package-lock.json").read_text())["packages"]
    wanted = {name for entry in packages.values() for name in entry.get("optionalDependencies", {})}
    there = {path.rpartition("node_modules/")[2] for path in packages}
    assert wanted <= there
