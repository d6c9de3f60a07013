"""Sums that storage figures are made of, with those of what is there already. May be interrupted and done again."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from steelyard.sql.types import BigId

revision = "0026"
down_revision = "0025"

_STORED = """UPDATE artifacts SET stored_bytes = COALESCE(
  (SELECT SUM(e.size_bytes) FROM artifact_entries e WHERE e.manifest_id = artifacts.manifest_id AND e.ref IS NULL), 0)
  WHERE manifest_id IS NOT NULL"""
_FILES = "INSERT INTO run_sizes (run_id, file_bytes) SELECT run_id, SUM(size_bytes) FROM run_files GROUP BY run_id"


def upgrade() -> None:
    if "run_sizes" not in sa.inspect(op.get_bind()).get_table_names():
        op.create_table(
            "run_sizes",
            sa.Column("run_id", BigId, autoincrement=False, nullable=False),
            sa.Column("file_bytes", sa.BigInteger(), nullable=False),
            sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_run_sizes_run_id_runs"), ondelete="CASCADE"),
            sa.PrimaryKeyConstraint("run_id", name=op.f("pk_run_sizes")),
        )
    op.execute("DELETE FROM run_sizes")
    op.execute(_FILES)
    _add_column("artifacts", sa.Column("stored_bytes", sa.BigInteger(), server_default="0", nullable=False))
    op.execute(_STORED)
    _create_index("runs", ["project_id", "deleted_at", "created_by"])
    _create_index("artifacts", ["project_id", "state", "sequence_id", "created_by", "stored_bytes"])


def _add_column(table: str, column: sa.Column[Any]) -> None:
    if column.name not in {item["name"] for item in sa.inspect(op.get_bind()).get_columns(table)}:
        op.add_column(table, column)


def _create_index(table: str, columns: list[str]) -> None:
    name = f"ix_{table}_{'_'.join(columns)}"
    if name not in {item["name"] for item in sa.inspect(op.get_bind()).get_indexes(table)}:
        op.create_index(op.f(name), table, columns)
