"""History."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from steelyard.sql.types import BigId, LongBytes, Name, UtcTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "history_chunks",
        sa.Column("id", BigId, nullable=False),
        sa.Column("run", BigId, nullable=False),
        sa.Column("writer", Name(64), nullable=False),
        sa.Column("stream", sa.SmallInteger(), nullable=False),
        sa.Column("first_line", sa.BigInteger(), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("encoding", sa.SmallInteger(), nullable=False),
        sa.Column("body", LongBytes, nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name=op.f("fk_history_chunks_run"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history_chunks")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_history_chunks_run_stream_writer_first_line"),
        "history_chunks",
        ["run", "stream", "writer", "first_line"],
        unique=False,
    )
    op.create_table(
        "run_changes",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("run", BigId, nullable=False),
        sa.Column("kinds", sa.SmallInteger(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_run_changes_project_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name=op.f("fk_run_changes_run"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_changes")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_run_changes_at"), "run_changes", ["at"], unique=False)
    op.create_index(op.f("ix_run_changes_project_id_id"), "run_changes", ["project_id", "id"], unique=False)
    op.create_table(
        "stream_positions",
        sa.Column("id", BigId, nullable=False),
        sa.Column("run", BigId, nullable=False),
        sa.Column("writer", Name(64), nullable=False),
        sa.Column("stream", sa.SmallInteger(), nullable=False),
        sa.Column("next_line", sa.BigInteger(), nullable=False),
        sa.Column("last_first_line", sa.BigInteger(), nullable=False),
        sa.Column("last_line_count", sa.Integer(), nullable=False),
        sa.Column("last_checksum", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name=op.f("fk_stream_positions_run"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stream_positions")),
        sa.UniqueConstraint("run", "writer", "stream", name=op.f("uq_stream_positions_run_writer_stream")),
    )
