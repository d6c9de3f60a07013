"""The released wandb clients that must work unchanged, each in an environment of its own."""

import shutil
import sys
from pathlib import Path

from tests.services.packages import ensure_venv

# What the examples and the fuller contract tests import beside the two newest clients.
_COMPANIONS = [
    *("scikit-learn", "pillow", "matplotlib", "pandas", "pyarrow", "numpy", "requests"),
    *("wandb-workspaces==0.4.13", "tensorboardX==2.6.5", "tensorboard==2.21.0", "plotly"),
    *("bokeh", "soundfile"),
]
# Old clients do not pin what broke them later; these limits are what their users need as well.
PINS: dict[str, list[str]] = {
    "0.31.0": _COMPANIONS,
    "0.28.2": _COMPANIONS,
    "0.25.1": ["numpy"],
    "0.22.3": ["numpy"],
    "0.19.11": ["numpy<2", "setuptools<81"],
    "0.17.9": ["numpy<2", "setuptools<81"],
    "0.15.12": ["numpy<2", "setuptools<81", "protobuf<5"],
}
VERSIONS = tuple(PINS)
NEWEST = VERSIONS[0]


def ensure_client(version: str) -> Path:
    """The Python of an environment with that client and what its tests import beside it."""
    return ensure_venv(f"wandb-{version}", [f"wandb=={version}", *PINS[version]], python=_python()) / "bin" / "python"


def _python() -> str:
    """Python 3.11 where there is one, since the oldest clients know no newer one; else the running Python."""
    return shutil.which("python3.11") or sys.executable
