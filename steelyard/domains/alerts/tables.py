"""Tables of alerts that programs send, and of what people want to hear of them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, String, Table

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
