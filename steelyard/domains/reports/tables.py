"""Tables of stored documents."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, String, Table, UniqueConstraint

from steelyard.sql.naming import metadata
from steelyard.sql.types import BigId, LongText, Name, UtcTime

views = Table(
    "views",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("project_id", BigId, ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    # Of a draft: the published report that it will replace.
    Column("parent_id", BigId, ForeignKey("views.id", ondelete="SET NULL")),
    Column("type", Name(64), nullable=False),
    Column("name", Name(255), nullable=False),
    Column("title", Name(512), nullable=False),
    Column("description", LongText, nullable=False),
    # The client's own text, byte for byte.
    Column("spec", LongText, nullable=False),
    # Pages of lists are bounded by it without reading the texts.
    Column("spec_bytes", BigInteger, nullable=False),
    Column("locked", Boolean, nullable=False, default=False),
    Column("preview_url", LongText),
    Column("created_by", BigId, ForeignKey("users.id", ondelete="SET NULL")),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    UniqueConstraint("project_id", "type", "name"),
    Index(None, "parent_id"),
    Index(None, "created_by"),
    # A link to a deleted report must never open another one.
    sqlite_autoincrement=True,
)

custom_charts = Table(
    "custom_charts",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("entity_id", BigId, ForeignKey("entities.id", ondelete="CASCADE"), nullable=False),
    Column("name", Name(255), nullable=False),
    Column("title", Name(512), nullable=False),
    Column("type", String(32), nullable=False),
    Column("public", Boolean, nullable=False),
    Column("spec", LongText, nullable=False),
    Column("created_by", BigId, ForeignKey("users.id", ondelete="SET NULL")),
    Column("created_at", UtcTime, nullable=False),
    UniqueConstraint("entity_id", "name"),
    Index(None, "created_by"),
)
