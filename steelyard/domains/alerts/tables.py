"""Tables of alerts that programs send, of what people want to hear of them, and of channels that they go to."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table

from steelyard.sql.naming import metadata
from steelyard.sql.types import BigId, LongText, Name, UtcTime

run_alerts = Table(
    "run_alerts",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("run", BigId, ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    Column("title", Name(255), nullable=False),
    Column("text", LongText, nullable=False),
    Column("severity", String(8), nullable=False),
    # Whose run it was then, so that a person's alerts are found by one index.
    Column("recipient", BigId, ForeignKey("users.id", ondelete="SET NULL")),
    Column("created_at", UtcTime, nullable=False),
    Index(None, "run", "created_at"),
    Index(None, "recipient", "id"),
)

alert_preferences = Table(
    "alert_preferences",
    metadata,
    Column("user_id", BigId, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("by_mail", Boolean, nullable=False),
    Column("least_severity", String(8), nullable=False),
    Column("read_up_to", BigInteger, nullable=False),
)

slack_connections = Table(
    "slack_connections",
    metadata,
    Column("id", BigId, primary_key=True),
    # A person's own, or a team.
    Column("entity_id", BigId, ForeignKey("entities.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("workspace", Name(255), nullable=False),
    Column("channel", Name(255), nullable=False),
    # Where messages go, encrypted: whoever knows it posts.
    Column("sealed", LongText, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("created_by", BigId, ForeignKey("users.id", ondelete="SET NULL")),
    Column("gone_at", UtcTime),
    Column("failed_at", UtcTime),
    Column("last_error", Name(512)),
    Index(None, "created_by"),
)

# See jobs/outbox.py.
slack_outbox = Table(
    "slack_outbox",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("connection_id", BigId, ForeignKey("slack_connections.id", ondelete="CASCADE"), nullable=False),
    Column("text", LongText, nullable=False),
    Column("state", String(8), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("last_error", Name(512)),
    Index(None, "state", "due_at"),
    Index(None, "connection_id", "created_at"),
)
