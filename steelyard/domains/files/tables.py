"""Tables of run files."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, String, Table, UniqueConstraint, true

from steelyard.sql.naming import metadata
from steelyard.sql.types import BigId, LongText, Name, UtcTime

run_files = Table(
    "run_files",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("run_id", BigId, ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    Column("name", LongText, nullable=False),
    # Names may be longer than an index takes; their SHA-256 is the key.
    Column("name_digest", String(64), nullable=False),
    Column("object_key", Name(255), nullable=False),
    Column("mimetype", Name(255), nullable=False),
    Column("size_bytes", BigInteger, nullable=False, default=0),
    Column("md5", String(32), nullable=False, default=""),
    Column("created_at", UtcTime, nullable=False),
    # Null until the content has been seen in the store.
    Column("uploaded_at", UtcTime),
    UniqueConstraint("run_id", "name_digest"),
)

# The sum of a run's stored files, changed in the transactions that change these: storage figures never add up files.
run_sizes = Table(
    "run_sizes",
    metadata,
    Column("run_id", BigId, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("file_bytes", BigInteger, nullable=False),
)

# Objects that no row leads to any more, until the worker has deleted them.
object_purges = Table(
    "object_purges",
    metadata,
    Column("id", BigId, primary_key=True),
    # Of everything below it, or the whole key of one object.
    Column("prefix", Name(255), nullable=False),
    Column("is_prefix", Boolean, nullable=False, server_default=true()),
    # Of one object, where known.
    Column("size_bytes", BigInteger),
    # Not before this: an upload that began before the deletion may still be under way. Whoever works on it moves this
    # on first, so that nobody else does the same meanwhile.
    Column("due_at", UtcTime, nullable=False),
    Index(None, "due_at"),
    Index(None, "prefix"),
)
