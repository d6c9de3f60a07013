"""The table of indexes of logged tables: one row per file that somebody has opened."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, String, Table, UniqueConstraint

from steelyard.sql.naming import metadata
from steelyard.sql.types import BigId, LongText, Name, UtcTime

table_indexes = Table(
    "table_indexes",
    metadata,
    Column("id", BigId, primary_key=True),
    # The object of the file, and which content of it the index is of.
    Column("source_key", Name(255), nullable=False),
    Column("source_mark", Name(128), nullable=False),
    Column("state", String(16), nullable=False),
    # The object of the index; empty until it is ready.
    Column("object_key", Name(512), nullable=False, default=""),
    Column("size_bytes", BigInteger, nullable=False, default=0),
    Column("directory_bytes", BigInteger, nullable=False, default=0),
    # How much of the file has been read by whoever makes the index.
    Column("done_bytes", BigInteger, nullable=False, default=0),
    # Why the file is no table.
    Column("message", LongText, nullable=False, default=""),
    Column("claim", String(32), nullable=False, default=""),
    Column("lease_until", UtcTime, nullable=False),
    Column("used_at", UtcTime, nullable=False),
    UniqueConstraint("source_key"),
    Index(None, "used_at"),
)
