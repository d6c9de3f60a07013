"""On which days people were active. Each statement is left out when it was made already."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from steelyard.migrations.once import belongs, create_index, create_table
from steelyard.sql.types import BigId

revision = "0045"
down_revision = "0044"


def upgrade() -> None:
    create_table(
        "active_days",
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        belongs("active_days", "user_id", "users", "CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "day", name=op.f("pk_active_days")),
    )
    create_index("active_days", ["day"])
