"""Renders the chart with real helm, and asks the schemas of several Kubernetes versions about what comes out."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from tests.harness.environment import clean_environment
from tests.services.helm import ensure_helm, ensure_schemas

CHART = Path(__file__).resolve().parents[2] / "deploy" / "helm" / "steelyard"
# The oldest that helm 3 of the tests is made for, and the newest there is.
VERSIONS = ["1.28.0", "1.31.0", "1.34.0", "1.37.0"]
# Resources of others, which have no schema there.
CUSTOM = {"Route", "ServiceMonitor"}
OPENSHIFT = ("--api-versions", "route.openshift.io/v1")
Document = dict[str, Any]


class RefusedError(Exception):
    """helm ended with an error; the message is its own."""


def helm(version: str, *arguments: str, home: Path) -> str:
    homes = {f"HELM_{kind}_HOME": str(home / kind) for kind in ("CACHE", "CONFIG", "DATA")}
    environment = clean_environment(HOME=str(home), KUBECONFIG="/dev/null", **homes)
    command = [str(ensure_helm(version)), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode:
        raise RefusedError(done.stdout + done.stderr)
    return done.stdout


def render(version: str, values: Path, home: Path, *options: str) -> str:
    return helm(version, "template", "wandb", str(CHART), "--namespace", "ml", "-f", str(values), *options, home=home)


def documents(text: str) -> list[Document]:
    return [document for document in yaml.load_all(text, Loader=yaml.CSafeLoader) if document]


def schema_problems(named: Sequence[tuple[str, Document]]) -> list[str]:
    """What the schemas of `VERSIONS` do not allow; a field that they do not know is a problem too."""
    known = [(name, document) for name, document in named if document["kind"] not in CUSTOM]
    script = Path(__file__).with_name("validate_manifests.py")
    asked = json.dumps({"versions": VERSIONS, "documents": known})
    done = subprocess.run(
        [str(ensure_schemas()), str(script)], input=asked, capture_output=True, text=True, timeout=120, check=True
    )
    found: list[str] = json.loads(done.stdout)
    return found
