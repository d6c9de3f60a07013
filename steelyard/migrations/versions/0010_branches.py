"""Forked and rewound runs. Each statement is left out when an interrupted migration made it already."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from steelyard.sql.types import BigId, Name, UtcTime

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    _add_column("history_segments", sa.Column("shared", sa.Boolean(), server_default=sa.text("0"), nullable=False))
    _add_column("history_segments", sa.Column("cut_step", sa.BigInteger(), nullable=True))
    _add_column("history_segments", sa.Column("archive", BigId, nullable=True))
    _add_index("ix_history_segments_object_key", "history_segments", ["object_key"])
    _add_column("runs", sa.Column("lineage", sa.SmallInteger(), server_default="0", nullable=False))
    _add_column("stream_positions", sa.Column("rewound_to", sa.BigInteger(), nullable=True))
    _create_archives()
    _create_branches()


def _create_archives() -> None:
    if not sa.inspect(op.get_bind()).has_table("run_archives"):
        op.create_table(
            "run_archives",
            sa.Column("id", BigId, nullable=False),
            sa.Column("run", BigId, nullable=False),
            sa.Column("step", sa.BigInteger(), nullable=False),
            sa.Column("step_max", sa.BigInteger(), nullable=False),
            sa.Column("line_count", sa.BigInteger(), nullable=False),
            sa.Column("created_at", UtcTime(), nullable=False),
            sa.ForeignKeyConstraint(["run"], ["runs.id"], name="fk_run_archives_run", ondelete="CASCADE"),
            sa.PrimaryKeyConstraint("id", name="pk_run_archives"),
            sqlite_autoincrement=True,
        )
    _add_index("ix_run_archives_run", "run_archives", ["run"])


def _create_branches() -> None:
    if sa.inspect(op.get_bind()).has_table("run_branches"):
        return
    op.create_table(
        "run_branches",
        sa.Column("run", BigId, autoincrement=False, nullable=False),
        sa.Column("parent", BigId, nullable=True),
        sa.Column("parent_run_id", Name(128), nullable=False),
        sa.Column("step", sa.BigInteger(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["parent"], ["runs.id"], name="fk_run_branches_parent", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name="fk_run_branches_run", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run", name="pk_run_branches"),
    )


def _add_column(table: str, column: sa.Column[Any]) -> None:
    if column.name not in {item["name"] for item in sa.inspect(op.get_bind()).get_columns(table)}:
        op.add_column(table, column)


def _add_index(name: str, table: str, columns: list[str]) -> None:
    if name not in {item["name"] for item in sa.inspect(op.get_bind()).get_indexes(table)}:
        op.create_index(name, table, columns)
