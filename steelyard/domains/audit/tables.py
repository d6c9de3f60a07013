"""The table of the audit log. It refers to no other table: its lines outlive what they tell of."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table

from steelyard.sql.naming import metadata
from steelyard.sql.types import BigId, LongText, Name, UtcTime

audit_lines = Table(
    "audit_lines",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("action", String(64), nullable=False),
    Column("code", Integer, nullable=False),
    # None for the operator at the command line, for the server itself, and for who is not signed in
    Column("actor_id", BigInteger),
    Column("actor", Name(128), nullable=False),
    Column("key_label", Name(160), nullable=False),
    Column("acting_for", Name(254), nullable=False),
    Column("address", Name(64), nullable=False),
    Column("client", Name(128), nullable=False),
    Column("entity_id", BigInteger),
    Column("entity", Name(128), nullable=False),
    Column("project_id", BigInteger),
    Column("project", Name(128), nullable=False),
    Column("run", Name(128), nullable=False),
    Column("artifact_id", BigInteger),
    Column("artifact", Name(512), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("sequence_id", BigInteger),
    Column("report_id", BigInteger),
    Column("report", Name(255), nullable=False),
    Column("user_id", BigInteger),
    Column("user", Name(128), nullable=False),
    Column("email", Name(254), nullable=False),
    # a JSON object
    Column("detail", LongText, nullable=False),
    Index(None, "at", "id"),
    Index(None, "actor", "at"),
    Index(None, "action", "at"),
    Index(None, "actor_id"),
    Index(None, "user_id"),
)
