"""Tables of sweeps, the agents that carry them out, and the runs handed to agents."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, String, Table, UniqueConstraint

from steelyard.sql.naming import metadata
from steelyard.sql.types import BigId, LongText, Name, UtcTime

sweeps = Table(
    "sweeps",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("project_id", BigId, ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    Column("name", Name(64), nullable=False),
    Column("title", Name(512)),
    Column("description", LongText),
    Column("state", String(16), nullable=False),
    # The client's own YAML text.
    Column("config", LongText, nullable=False),
    Column("controller", LongText),
    Column("scheduler", LongText),
    Column("created_by", BigId, ForeignKey("users.id", ondelete="SET NULL")),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Column("heartbeat_at", UtcTime),
    UniqueConstraint("project_id", "name"),
    Index(None, "name"),
    Index(None, "created_by"),
)

sweep_agents = Table(
    "sweep_agents",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("sweep_id", BigId, ForeignKey("sweeps.id", ondelete="CASCADE"), nullable=False),
    Column("name", Name(64), nullable=False),
    Column("host", Name(255), nullable=False),
    Column("created_by", BigId, ForeignKey("users.id", ondelete="SET NULL")),
    Column("created_at", UtcTime, nullable=False),
    Column("heartbeat_at", UtcTime, nullable=False),
    Index(None, "sweep_id"),
    Index(None, "created_by"),
)

# One row per run that a sweep made, with the agent it was handed to last.
sweep_assignments = Table(
    "sweep_assignments",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("sweep_id", BigId, ForeignKey("sweeps.id", ondelete="CASCADE"), nullable=False),
    Column("run_id", BigId, ForeignKey("runs.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("agent_id", BigId, ForeignKey("sweep_agents.id", ondelete="SET NULL")),
    # Position in the order of suggestions: random searches draw the n-th point from it.
    Column("number", BigInteger, nullable=False),
    Column("parameters", LongText, nullable=False),
    Column("stop_sent", Boolean, nullable=False, default=False),
    Column("handed_at", UtcTime, nullable=False),
    UniqueConstraint("sweep_id", "number"),
    Index(None, "agent_id"),
)
