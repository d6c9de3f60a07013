"""Tables of projects."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, String, Table, UniqueConstraint

from steelyard.sql.naming import metadata
from steelyard.sql.types import BigId, LongText, Name, UtcTime

projects = Table(
    "projects",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("entity_id", BigId, ForeignKey("entities.id"), nullable=False),
    Column("name", Name(128), nullable=False),
    Column("description", LongText, nullable=False),
    Column("visibility", String(16), nullable=False),
    Column("views", LongText),
    Column("created_by", BigId, ForeignKey("users.id", ondelete="SET NULL")),
    Column("created_at", UtcTime, nullable=False),
    Column("last_active_at", UtcTime, nullable=False),
    # How many runs were ever made: the N of generated titles, and the colour of a run. Never goes down.
    Column("run_counter", BigInteger, nullable=False, default=0),
    # A mark of the owner; nothing depends on it.
    Column("is_benchmark", Boolean, nullable=False, server_default="0"),
    UniqueConstraint("entity_id", "name"),
    Index(None, "created_by"),
)

# Names that projects had before. They lead to the project for as long as no other takes the name.
project_names = Table(
    "project_names",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("entity_id", BigId, ForeignKey("entities.id", ondelete="CASCADE"), nullable=False),
    Column("name", Name(128), nullable=False),
    Column("project_id", BigId, ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    Column("renamed_at", UtcTime, nullable=False),
    UniqueConstraint("entity_id", "name"),
    Index(None, "project_id"),
)
