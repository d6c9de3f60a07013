"""Registries: teams of their lists, types that they take. Each statement is left out when it was made already."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from steelyard.migrations.once import belongs, create_index, create_table
from steelyard.sql.types import BigId, UtcTime

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    create_table(
        "project_teams",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("team_id", BigId, nullable=False),
        sa.Column("entity_id", BigId, nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        belongs("project_teams", "project_id", "projects", "CASCADE"),
        belongs("project_teams", "team_id", "entities", "CASCADE"),
        belongs("project_teams", "entity_id", "entities", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_teams")),
        sa.UniqueConstraint("project_id", "team_id", name=op.f("uq_project_teams_project_id_team_id")),
    )
    create_index("project_teams", ["team_id"])
    create_index("project_teams", ["entity_id"])
    create_table(
        "artifact_type_policies",
        sa.Column("project_id", BigId, nullable=False, autoincrement=False),
        sa.Column("all_types", sa.Boolean(), nullable=False),
        belongs("artifact_type_policies", "project_id", "projects", "CASCADE"),
        sa.PrimaryKeyConstraint("project_id", name=op.f("pk_artifact_type_policies")),
    )
