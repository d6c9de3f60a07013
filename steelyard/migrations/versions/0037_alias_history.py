"""The history of aliases. Each statement is left out when it was made already."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from steelyard.migrations.once import belongs, create_index, create_table
from steelyard.sql.types import BigId, Name, UtcTime

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    create_table(
        "artifact_alias_changes",
        sa.Column("id", BigId, nullable=False),
        sa.Column("collection_id", BigId, nullable=False),
        sa.Column("alias", Name(128), nullable=False),
        sa.Column("version_from", sa.Integer(), nullable=True),
        sa.Column("version_to", sa.Integer(), nullable=True),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("changed_by", sa.BigInteger(), nullable=True),
        belongs("artifact_alias_changes", "collection_id", "artifact_collections", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_artifact_alias_changes")),
    )
    create_index("artifact_alias_changes", ["collection_id", "id"])
