"""Single sign-on: whom a provider knows, who came by a group. Each statement is left out when it was made already."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from steelyard.migrations.once import add_column, belongs, create_index, create_table
from steelyard.sql.types import BigId, LongText, Name, UtcTime

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    add_column("users", sa.Column("email_unproven", sa.Boolean(), nullable=False, server_default="0"))
    add_column("team_members", sa.Column("by_group", sa.Boolean(), nullable=False, server_default="0"))
    add_column("browser_sessions", sa.Column("id_token", LongText, nullable=True))
    create_table(
        "provider_identities",
        sa.Column("id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("issuer", Name(255), nullable=False),
        sa.Column("subject", Name(255), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("last_used_at", UtcTime(), nullable=False),
        belongs("provider_identities", "user_id", "users", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_identities")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_provider_identities_issuer_subject")),
    )
    create_index("provider_identities", ["user_id"])
