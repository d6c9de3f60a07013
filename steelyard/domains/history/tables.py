"""Tables of what runs stream in: journal chunks, and how far each stream of each writer has come."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, SmallInteger, Table, UniqueConstraint

from steelyard.sql.naming import metadata
from steelyard.sql.types import BigId, LongBytes, Name, UtcTime

# Lines as they came, in the order of arrival: a chunk of a higher id wins where two hold the same line.
history_chunks = Table(
    "history_chunks",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("run", BigId, ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    # Empty for the one writer of an ordinary run; the client's own id in shared mode.
    Column("writer", Name(64), nullable=False),
    Column("stream", SmallInteger, nullable=False),
    Column("first_line", BigInteger, nullable=False),
    # 0 marks a cut: lines from `first_line` on that older chunks hold are gone.
    Column("line_count", Integer, nullable=False),
    Column("encoding", SmallInteger, nullable=False),
    Column("body", LongBytes, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Index(None, "run", "stream", "writer", "first_line"),
    # Caches and the change feed name chunks by id: an id must not come back after its run was deleted.
    sqlite_autoincrement=True,
)

stream_positions = Table(
    "stream_positions",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("run", BigId, ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    Column("writer", Name(64), nullable=False),
    Column("stream", SmallInteger, nullable=False),
    # One past the highest line: what the client continues from when it resumes.
    Column("next_line", BigInteger, nullable=False),
    # The newest chunk, to know a resent one by: offset, count, checksum of the body.
    Column("last_first_line", BigInteger, nullable=False),
    Column("last_line_count", Integer, nullable=False),
    Column("last_checksum", BigInteger, nullable=False),
    UniqueConstraint("run", "writer", "stream"),
)
