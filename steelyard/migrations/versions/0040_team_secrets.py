"""Secrets of teams. Left out when it was made already."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from steelyard.migrations.once import belongs, create_index, create_table
from steelyard.sql.types import BigId, LongText, Name, UtcTime

revision = "0040"
down_revision = "0038"


def upgrade() -> None:
    create_table(
        "team_secrets",
        sa.Column("id", BigId, nullable=False),
        sa.Column("entity_id", BigId, nullable=False),
        sa.Column("name", Name(128), nullable=False),
        sa.Column("sealed", LongText, nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("changed_at", UtcTime(), nullable=False),
        sa.Column("changed_by", BigId, nullable=True),
        belongs("team_secrets", "entity_id", "entities", "CASCADE"),
        belongs("team_secrets", "changed_by", "users", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_secrets")),
        sa.UniqueConstraint("entity_id", "name", name=op.f("uq_team_secrets_entity_id_name")),
    )
    create_index("team_secrets", ["changed_by"])
