"""Tables of work that is to be done after a commit."""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer, String, Table

from steelyard.sql.naming import metadata
from steelyard.sql.types import BigId, LongText, Name, UtcTime

# Mail that a service wants sent, written in the same transaction as what it tells of.
mail_outbox = Table(
    "mail_outbox",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("recipient", Name(254), nullable=False),
    Column("subject", Name(255), nullable=False),
    Column("text", LongText, nullable=False),
    # An `outbox.State`.
    Column("state", String(8), nullable=False),
    Column("attempts", Integer, nullable=False),
    # Not before this; whoever sends moves it on first, so that nobody else sends the same meanwhile.
    Column("due_at", UtcTime, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("last_error", Name(512)),
    Index(None, "state", "due_at"),
    Index(None, "recipient", "created_at"),
)

# Scheduled work, by its name: when it was last done, and when and how it last failed.
work_turns = Table(
    "work_turns",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("every_s", Float, nullable=False),
    Column("done_at", UtcTime),
    Column("failed_at", UtcTime),
    Column("failure", Name(512)),
)
