"""All tables of the schema, whatever the program has loaded: each slice declares its own in its `tables` module."""

from __future__ import annotations

from sqlalchemy import Table

import steelyard.jobs.tables  # noqa: F401 - declares tables as slices do
from steelyard.domains import modules_named
from steelyard.sql.naming import metadata


def all_tables() -> list[Table]:
    """Return every table but Alembic's own, each after those that it refers to."""
    for _ in modules_named("tables"):
        pass
    return metadata.sorted_tables
