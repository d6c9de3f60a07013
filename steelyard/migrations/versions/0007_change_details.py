"""What of a run's history changed. Each statement is left out when an interrupted migration made it already."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from steelyard.sql.types import LongText

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    _add_column(sa.Column("metric_keys", LongText, nullable=True))
    _add_column(sa.Column("from_step", sa.BigInteger(), nullable=True))


def _add_column(column: sa.Column[Any]) -> None:
    if column.name not in {item["name"] for item in sa.inspect(op.get_bind()).get_columns("run_changes")}:
        op.add_column("run_changes", column)
