"""Custom roles, and who has one. Each statement is left out when it was made already."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from steelyard.migrations.once import add_reference, belongs, create_index, create_table
from steelyard.sql.types import BigId, Name, UtcTime

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    create_table(
        "custom_roles",
        sa.Column("id", BigId, nullable=False),
        sa.Column("organization_id", BigId, nullable=False),
        sa.Column("name", Name(64), nullable=False),
        sa.Column("folded_name", Name(64), nullable=False),
        sa.Column("description", Name(1024), nullable=False, server_default=""),
        sa.Column("parent", sa.String(32), nullable=False),
        sa.Column("permissions", sa.String(1024), nullable=False, server_default=""),
        sa.Column("external_id", Name(255), nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        belongs("custom_roles", "organization_id", "organizations", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custom_roles")),
        sa.UniqueConstraint("organization_id", "folded_name", name=op.f("uq_custom_roles_organization_id_folded_name")),
    )
    for table in ("team_members", "project_members", "account_links"):
        add_reference(table, "custom_role_id", "custom_roles", "SET NULL")
        create_index(table, ["custom_role_id"])
