"""What provisioning clients call people and teams. Each statement is left out when it was made already."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from steelyard.migrations.once import belongs, create_index, create_table
from steelyard.sql.types import BigId, Name

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    create_table(
        "scim_users",
        sa.Column("user_id", BigId, autoincrement=False, nullable=False),
        sa.Column("user_name", Name(254), nullable=True),
        sa.Column("external_id", Name(255), nullable=True),
        sa.Column("is_deleted", sa.Boolean(), nullable=False, server_default="0"),
        belongs("scim_users", "user_id", "users", "CASCADE"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_scim_users")),
    )
    create_index("scim_users", ["user_name"])
    create_index("scim_users", ["external_id"])
    create_table(
        "scim_groups",
        sa.Column("entity_id", BigId, autoincrement=False, nullable=False),
        sa.Column("external_id", Name(255), nullable=True),
        belongs("scim_groups", "entity_id", "entities", "CASCADE"),
        sa.PrimaryKeyConstraint("entity_id", name=op.f("pk_scim_groups")),
    )
    create_index("scim_groups", ["external_id"])
