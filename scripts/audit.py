"""`make audit`: asks the registries for known weaknesses of the pinned Python and npm packages.

Ends with 1 when one is known, with 2 when a package could not be asked about: not to be told is no all-clear.
"""

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PIP_AUDIT = "pip-audit==2.10.1"
FOUND, NOT_ASKED = 1, 2


@dataclass
class Outcome:
    """What a registry said of `asked` packages; `unasked` tells why it said nothing of others."""

    name: str
    asked: int = 0
    known: list[str] = field(default_factory=list)
    unasked: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [f"{self.name}: {self.asked} packages asked about, {len(self.known)} known weaknesses"]
        lines += [f"  {text}" for text in self.known]
        if self.unasked:
            lines.append(f"  {len(self.unasked)} could not be asked about, such as: {self.unasked[0][:200]}")
        return "\n".join(lines)


def read_pip(text: str) -> Outcome:
    """Return what `pip-audit --format json` says. It ends with 0 where it has skipped every package."""
    outcome = Outcome("Python")
    try:
        packages: list[dict[str, Any]] = json.loads(text)["dependencies"]
    except (ValueError, KeyError, TypeError):
        outcome.unasked.append("pip-audit gave no answer")
        return outcome
    for package in packages:
        if "skip_reason" in package:
            outcome.unasked.append(package["skip_reason"])
            continue
        outcome.asked += 1
        outcome.known += [f"{package['name']} {package['version']}: {item['id']}" for item in package["vulns"]]
    return outcome


def read_npm(text: str) -> Outcome:
    """Return what `npm audit --json` says."""
    outcome = Outcome("npm")
    try:
        answer: dict[str, Any] = json.loads(text)
    except ValueError:
        answer = {"message": "npm audit gave no answer"}
    if "metadata" not in answer:
        outcome.unasked.append(str(answer.get("message", answer)))
        return outcome
    outcome.asked = answer["metadata"]["dependencies"]["total"]
    outcome.known += [f"{name}: {item['severity']}" for name, item in answer["vulnerabilities"].items()]
    return outcome


def ask(command: list[str], folder: Path) -> str:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout


def main() -> int:
    uv = str(ROOT / ".venv" / "bin" / "uv")
    pins = ["-r", "requirements/lock.txt", "--no-deps", "--disable-pip", "--format", "json"]
    outcomes = [
        read_pip(ask([uv, "tool", "run", "--quiet", "--from", PIP_AUDIT, "pip-audit", *pins], ROOT)),
        read_npm(ask(["npm", "audit", "--json"], ROOT / "web")),
    ]
    for outcome in outcomes:
        print(outcome)
    if any(outcome.known for outcome in outcomes):
        return FOUND
    return NOT_ASKED if any(outcome.unasked for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
