"""How scheduled work went. The statement is left out when it was made already."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from steelyard.migrations.once import create_table
from steelyard.sql.types import Name, UtcTime

revision = "0034"
down_revision = "0031"


def upgrade() -> None:
    create_table(
        "work_turns",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("every_s", sa.Float(), nullable=False),
        sa.Column("done_at", UtcTime(), nullable=True),
        sa.Column("failed_at", UtcTime(), nullable=True),
        sa.Column("failure", Name(512), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_work_turns")),
    )
