"""What Steelyard knows of, slice by slice; a slice's modules are named by their role (docs/architecture.md)."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType


def modules_named(role: str) -> Iterator[ModuleType]:
    """Load and yield the module of that name of every slice that has one: `tables`, `routes`, `resolvers`."""
    for found in pkgutil.walk_packages(__path__, f"{__name__}."):
        if found.name.endswith(f".{role}"):
            yield importlib.import_module(found.name)
