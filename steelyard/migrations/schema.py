"""All tables of the schema, whatever the program has loaded: each slice declares its own in its `tables` module."""

from __future__ import annotations

import importlib
import pkgutil

from sqlalchemy import Table

import steelyard.domains
import steelyard.jobs.tables
from steelyard.sql.naming import metadata


def all_tables() -> list[Table]:
    """Return every table but Alembic's own, each after those that it refers to."""
    for module in pkgutil.walk_packages(steelyard.domains.__path__, "steelyard.domains."):
        if module.name.endswith(".tables"):
            importlib.import_module(module.name)
    return metadata.sorted_tables
