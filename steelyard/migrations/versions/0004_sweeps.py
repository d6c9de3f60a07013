"""Sweeps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from steelyard.sql.types import BigId, LongText, Name, UtcTime

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "sweeps",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("name", Name(64), nullable=False),
        sa.Column("title", Name(512), nullable=True),
        sa.Column("description", LongText, nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("config", LongText, nullable=False),
        sa.Column("controller", LongText, nullable=True),
        sa.Column("scheduler", LongText, nullable=True),
        sa.Column("created_by", BigId, nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("updated_at", UtcTime(), nullable=False),
        sa.Column("heartbeat_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_sweeps_created_by"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_sweeps_project_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sweeps")),
        sa.UniqueConstraint("project_id", "name", name=op.f("uq_sweeps_project_id_name")),
    )
    op.create_index(op.f("ix_sweeps_created_by"), "sweeps", ["created_by"], unique=False)
    op.create_index(op.f("ix_sweeps_name"), "sweeps", ["name"], unique=False)
    op.create_table(
        "sweep_agents",
        sa.Column("id", BigId, nullable=False),
        sa.Column("sweep_id", BigId, nullable=False),
        sa.Column("name", Name(64), nullable=False),
        sa.Column("host", Name(255), nullable=False),
        sa.Column("created_by", BigId, nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("heartbeat_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_sweep_agents_created_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["sweep_id"], ["sweeps.id"], name=op.f("fk_sweep_agents_sweep_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sweep_agents")),
    )
    op.create_index(op.f("ix_sweep_agents_created_by"), "sweep_agents", ["created_by"], unique=False)
    op.create_index(op.f("ix_sweep_agents_sweep_id"), "sweep_agents", ["sweep_id"], unique=False)
    op.create_table(
        "sweep_assignments",
        sa.Column("id", BigId, nullable=False),
        sa.Column("sweep_id", BigId, nullable=False),
        sa.Column("run_id", BigId, nullable=False),
        sa.Column("agent_id", BigId, nullable=True),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("parameters", LongText, nullable=False),
        sa.Column("stop_sent", sa.Boolean(), nullable=False),
        sa.Column("handed_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["sweep_agents.id"], name=op.f("fk_sweep_assignments_agent_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_sweep_assignments_run_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["sweep_id"], ["sweeps.id"], name=op.f("fk_sweep_assignments_sweep_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sweep_assignments")),
        sa.UniqueConstraint("run_id", name=op.f("uq_sweep_assignments_run_id")),
        sa.UniqueConstraint("sweep_id", "number", name=op.f("uq_sweep_assignments_sweep_id_number")),
    )
    op.create_index(op.f("ix_sweep_assignments_agent_id"), "sweep_assignments", ["agent_id"], unique=False)
