"""The environment in which other libraries log through wandb: PyTorch as Debian packages it, all else from PyPI.

PyPI's own PyTorch brings gigabytes of what only graphics cards need.
"""

from pathlib import Path

from tests.services.clients import NEWEST
from tests.services.packages import ensure_debian_file, ensure_venv

PYTHON = "/usr/bin/python3"
_TORCH = Path("/usr/lib/python3/dist-packages/torch/__init__.py")
# The newest releases that still take Debian's PyTorch 1.13.
_REQUIREMENTS = [
    f"wandb=={NEWEST}",
    "pytorch-lightning==2.2.5",
    "transformers==4.40.2",
    "accelerate==0.30.1",
    "xgboost-cpu==3.2.0",
    "scikit-learn==1.9.1",
    "optuna==5.0.0",
    "optuna-integration==5.0.0",
    "hydra-core==1.3.8",
    "pandas",
    "numpy<2",
    "setuptools<81",
]
_NEVER = ["torch"]


def ensure_integrations() -> Path:
    """The Python of that environment."""
    ensure_debian_file(_TORCH, "python3-torch", "python3-venv")
    return ensure_venv("integrations", _REQUIREMENTS, python=PYTHON, beside_system=_NEVER) / "bin" / "python"
