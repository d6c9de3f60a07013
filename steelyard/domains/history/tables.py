"""Tables of what runs stream in: journal chunks, the segments they become, and how far each stream has come."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Table,
    UniqueConstraint,
    false,
)

from steelyard.sql.naming import metadata
from steelyard.sql.types import BigId, LongBytes, LongText, Name, UtcTime

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
    # Length of the body; 0 for chunks that a release before 0006 stored.
    Column("size_bytes", Integer, nullable=False, server_default="0"),
    Index(None, "run", "stream", "writer", "first_line"),
    # Which streams are due to be flushed, and whether a tail has grown, is answered from this index alone.
    Index(None, "stream", "run", "id", "size_bytes"),
    # Caches and the change feed name chunks by id: an id must not come back after its run was deleted.
    sqlite_autoincrement=True,
)

# Objects that hold lines of one stream for good; an object never changes once its row is live.
history_segments = Table(
    "history_segments",
    metadata,
    Column("id", BigId, primary_key=True),
    # Null once the run is gone for good: the sweeper then drops the segment.
    Column("run", BigId, ForeignKey("runs.id", ondelete="SET NULL")),
    Column("stream", SmallInteger, nullable=False),
    # A `segments.State`.
    Column("state", SmallInteger, nullable=False),
    # Nothing will be merged into it: its object may be handed to clients.
    Column("sealed", Boolean, nullable=False),
    Column("object_key", Name(255), nullable=False),
    # The highest chunk whose lines are in it: such a chunk, if still seen, is no news.
    Column("journal_id", BigInteger, nullable=False),
    Column("row_count", BigInteger, nullable=False),
    Column("value_count", BigInteger, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("step_min", BigInteger, nullable=False),
    Column("step_max", BigInteger, nullable=False),
    # Some lines of one writer share a step and are to be merged when read.
    Column("same_steps", Boolean, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("dropped_at", UtcTime),
    # Which lines of which writers it holds (columnar/coverage.py).
    Column("coverage", LongText, nullable=False),
    # Other rows may lead to the same object: the run took the segment over from another stream, and never rewrites it.
    Column("shared", Boolean, nullable=False, server_default=false()),
    # Of its lines, which are sorted by step, only the first `row_count` count: those up to this step.
    Column("cut_step", BigInteger),
    # The archive that keeps it (state ARCHIVED).
    Column("archive", BigId),
    # What is where in the object (columnar/directory.py). Last, so that reading a row without it skips its pages.
    Column("directory", LongBytes, nullable=False),
    Index(None, "run", "stream", "state"),
    Index(None, "state", "sealed", "run"),
    Index(None, "state", "created_at"),
    Index(None, "object_key"),
    # Caches name segments by id.
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
    # The run was rewound, and from this line on it is written anew: requests of before are refused by it.
    Column("rewound_to", BigInteger),
    UniqueConstraint("run", "writer", "stream"),
)

# Where forked runs come from.
run_branches = Table(
    "run_branches",
    metadata,
    Column("run", BigId, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    # Null once that run is gone for good; its id is kept.
    Column("parent", BigId, ForeignKey("runs.id", ondelete="SET NULL")),
    Column("parent_run_id", Name(128), nullable=False),
    Column("step", BigInteger, nullable=False),
    Column("created_at", UtcTime, nullable=False),
)

# What rewinding took out of runs: one row each time, and the segments that name it.
run_archives = Table(
    "run_archives",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("run", BigId, ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    # The run was taken back to this step: rows of higher steps are in the archive.
    Column("step", BigInteger, nullable=False),
    Column("step_max", BigInteger, nullable=False),
    Column("line_count", BigInteger, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Index(None, "run"),
    sqlite_autoincrement=True,
)

# What must be known, besides its summary, of a run whose summary we make out of its rows (ingest/derive.py).
derived_summaries = Table(
    "derived_summaries",
    metadata,
    Column("run", BigId, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("state", LongText, nullable=False),
)
