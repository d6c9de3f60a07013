"""Segments: what the journal becomes. Each statement is left out when an interrupted migration made it already."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from steelyard.sql.types import BigId, LongBytes, LongText, Name, UtcTime

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    _add_column("history_chunks", sa.Column("size_bytes", sa.Integer(), server_default="0", nullable=False))
    _create_index("ix_history_chunks_stream_run_id_size_bytes", "history_chunks", ["stream", "run", "id", "size_bytes"])
    if not sa.inspect(op.get_bind()).has_table("history_segments"):
        op.create_table(
            "history_segments",
            sa.Column("id", BigId, nullable=False),
            sa.Column("run", BigId, nullable=True),
            sa.Column("stream", sa.SmallInteger(), nullable=False),
            sa.Column("state", sa.SmallInteger(), nullable=False),
            sa.Column("sealed", sa.Boolean(), nullable=False),
            sa.Column("object_key", Name(255), nullable=False),
            sa.Column("journal_id", sa.BigInteger(), nullable=False),
            sa.Column("row_count", sa.BigInteger(), nullable=False),
            sa.Column("value_count", sa.BigInteger(), nullable=False),
            sa.Column("size_bytes", sa.BigInteger(), nullable=False),
            sa.Column("step_min", sa.BigInteger(), nullable=False),
            sa.Column("step_max", sa.BigInteger(), nullable=False),
            sa.Column("same_steps", sa.Boolean(), nullable=False),
            sa.Column("created_at", UtcTime(), nullable=False),
            sa.Column("dropped_at", UtcTime(), nullable=True),
            sa.Column("coverage", LongText, nullable=False),
            sa.Column("directory", LongBytes, nullable=False),
            sa.ForeignKeyConstraint(["run"], ["runs.id"], name=op.f("fk_history_segments_run"), ondelete="SET NULL"),
            sa.PrimaryKeyConstraint("id", name=op.f("pk_history_segments")),
            sqlite_autoincrement=True,
        )
    _create_index("ix_history_segments_run_stream_state", "history_segments", ["run", "stream", "state"])
    _create_index("ix_history_segments_state_created_at", "history_segments", ["state", "created_at"])
    _create_index("ix_history_segments_state_sealed_run", "history_segments", ["state", "sealed", "run"])


def _add_column(table: str, column: sa.Column[int]) -> None:
    if column.name not in {item["name"] for item in sa.inspect(op.get_bind()).get_columns(table)}:
        op.add_column(table, column)


def _create_index(name: str, table: str, columns: list[str]) -> None:
    if name not in {item["name"] for item in sa.inspect(op.get_bind()).get_indexes(table)}:
        op.create_index(op.f(name), table, columns)
