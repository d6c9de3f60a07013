"""Tables of runs. Config and summary are kept as the client's own text, so that they come back byte for byte."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
)

from steelyard.sql.naming import metadata
from steelyard.sql.types import BigId, LongText, Name, UtcTime

# What changed in a project, and what it adds up to, are read from these alone, without touching the long texts.
BY_CHANGE = Index(None, "project_id", "updated_at", "version")
BY_STATE = Index(None, "project_id", "deleted_at", "state", "duration_s")

runs = Table(
    "runs",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("project_id", BigId, ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    Column("run_id", Name(128), nullable=False),
    Column("title", Name(512), nullable=False),
    # Position in the project's order of creation: colour, and the tie-breaker of every ordering.
    Column("number", BigInteger, nullable=False),
    Column("state", String(16), nullable=False),
    Column("exit_code", Integer),
    Column("stop_requested", Boolean, nullable=False, default=False),
    Column("preempting", Boolean, nullable=False, default=False),
    Column("created_by", BigId, ForeignKey("users.id", ondelete="SET NULL")),
    Column("group_name", Name(512)),
    Column("job_type", Name(512)),
    Column("notes", LongText),
    Column("description", LongText),
    Column("tags", LongText, nullable=False),
    Column("config", LongText, nullable=False),
    Column("summary", LongText, nullable=False),
    Column("system_metrics", LongText, nullable=False),
    Column("commit_sha", Name(128)),
    Column("host", Name(255)),
    Column("program", Name(1024)),
    Column("repository", Name(1024)),
    # The sweep of this project that the run belongs to, by the name people see.
    Column("sweep_name", Name(64)),
    Column("created_at", UtcTime, nullable=False),
    Column("started_at", UtcTime),
    Column("updated_at", UtcTime, nullable=False),
    Column("heartbeat_at", UtcTime),
    Column("finished_at", UtcTime),
    Column("duration_s", Float),
    # Set when deleted: the row stays so that its id cannot be taken again (docs/protocol/ingest.md, existing runs).
    Column("deleted_at", UtcTime),
    # A sum of `model.Lineage`: 0 for most runs, of which then nothing more needs to be asked.
    Column("lineage", SmallInteger, nullable=False, server_default="0"),
    # An account's id; no foreign key, for making one copies the whole table.
    Column("deleted_by", BigInteger),
    # Set when it was deleted for good: nothing but the id is left then.
    Column("purged_at", UtcTime),
    # Grows with every change of the run, for lists that refresh only what changed.
    Column("version", BigInteger, nullable=False, default=0),
    UniqueConstraint("project_id", "run_id"),
    Index(None, "project_id", "created_at"),
    Index(None, "state", "heartbeat_at"),
    BY_CHANGE,
    BY_STATE,
    Index(None, "project_id", "sweep_name"),
    Index(None, "created_by"),
    # Sums over the runs of a project: rows are wide, and are not read for them.
    Index(None, "project_id", "deleted_at", "created_by"),
)

# Runs that somebody wants deleted for good, until the worker has done it.
run_purges = Table(
    "run_purges",
    metadata,
    Column("run", BigId, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("requested_by", BigInteger),
    Column("requested_at", UtcTime, nullable=False),
    # Whoever works on it moves this on first, so that nobody else does the same meanwhile.
    Column("due_at", UtcTime, nullable=False),
    Index(None, "due_at"),
)

# News for open browsers: what changed, in order. Trimmed after an hour (domains/history/live.py).
run_changes = Table(
    "run_changes",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("project_id", BigId, ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    Column("run", BigId, ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    # A sum of `changes.Kind`.
    Column("kinds", SmallInteger, nullable=False),
    # Of history: a JSON list of names that have new values, and the least step of these; null where nobody knows.
    Column("metric_keys", LongText),
    Column("from_step", BigInteger),
    Column("at", UtcTime, nullable=False),
    Index(None, "project_id", "id"),
    Index(None, "at"),
    sqlite_autoincrement=True,
)
