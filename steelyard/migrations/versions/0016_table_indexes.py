"""Indexes of logged tables, by which their rows are found. Left out when an interrupted migration made it already."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from steelyard.sql.types import BigId, LongText, Name, UtcTime

revision = "0016"
down_revision = "0014"


def upgrade() -> None:
    if "table_indexes" in sa.inspect(op.get_bind()).get_table_names():
        return
    op.create_table(
        "table_indexes",
        sa.Column("id", BigId, nullable=False),
        sa.Column("source_key", Name(255), nullable=False),
        sa.Column("source_mark", Name(128), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("object_key", Name(512), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("directory_bytes", sa.BigInteger(), nullable=False),
        sa.Column("done_bytes", sa.BigInteger(), nullable=False),
        sa.Column("message", LongText, nullable=False),
        sa.Column("claim", sa.String(32), nullable=False),
        sa.Column("lease_until", UtcTime, nullable=False),
        sa.Column("used_at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_table_indexes")),
        sa.UniqueConstraint("source_key", name=op.f("uq_table_indexes_source_key")),
    )
    op.create_index(op.f("ix_table_indexes_used_at"), "table_indexes", ["used_at"])
