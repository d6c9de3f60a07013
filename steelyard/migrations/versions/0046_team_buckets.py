"""Which bucket a team keeps its content in. Left out when it was made already."""

from __future__ import annotations

import sqlalchemy as sa

from steelyard.migrations.once import add_column
from steelyard.sql.types import Name

revision = "0046"
down_revision = "0045"


def upgrade() -> None:
    add_column("entities", sa.Column("bucket", Name(64), nullable=False, server_default=""))
