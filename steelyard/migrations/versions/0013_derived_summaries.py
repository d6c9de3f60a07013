"""What is kept of summaries that the server makes. Left out when an interrupted migration made it already."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from steelyard.sql.types import BigId, LongText

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    if "derived_summaries" in sa.inspect(op.get_bind()).get_table_names():
        return
    op.create_table(
        "derived_summaries",
        sa.Column("run", BigId, autoincrement=False, nullable=False),
        sa.Column("state", LongText, nullable=False),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name=op.f("fk_derived_summaries_run"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run", name=op.f("pk_derived_summaries")),
    )
