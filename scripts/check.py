"""The checks that need no services, quickest first; every one runs, and the end names those that failed."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import build_web

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
SOURCES = ["steelyard", "tests", "scripts", "examples", "benchmarks", "hatch_build.py"]


def main() -> None:
    sources = [name for name in SOURCES if (ROOT / name).exists()]
    checks = {
        "lint": [str(BIN / "ruff"), "check", *sources],
        "format": [str(BIN / "ruff"), "format", "--check", "--quiet", *sources],
        "types": [str(BIN / "mypy")],
        "import contracts": [str(BIN / "lint-imports")],
        "web types, lint and unit tests": ["npm", "run", "--silent", "check"],
        "unit tests": [sys.executable, "-m", "pytest", "tests/unit"],
    }
    failed = [title for title, command in checks.items() if not passes(title, command)]
    if failed:
        raise SystemExit(
            f"\nFAILED: {', '.join(failed)} (the messages are above; `ruff format` and `ruff check --fix` repair much)"
        )
    print("\nall checks passed")


def passes(title: str, command: list[str]) -> bool:
    print(f"==> {title}", flush=True)
    started = time.monotonic()
    folder, environment = ROOT, dict(os.environ)
    if command[0] == "npm":
        folder, environment = ROOT / "web", build_web.node_environment()
        build_web.install_packages(environment)
        command = [shutil.which("npm", path=environment["PATH"]) or "npm", *command[1:]]
    code = subprocess.run(command, cwd=folder, env=environment, check=False).returncode
    if folder.name == "web" and code == 0:
        build_web.STAMP.write_text(build_web.fingerprint())  # it has built the app too
    print(f"    {'passed' if code == 0 else 'FAILED'} in {time.monotonic() - started:.1f} s", flush=True)
    return code == 0


if __name__ == "__main__":
    main()
