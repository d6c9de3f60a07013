"""Tables of projects."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, String, Table, UniqueConstraint

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
    UniqueConstraint("entity_id", "name"),
    Index(None, "created_by"),
)
