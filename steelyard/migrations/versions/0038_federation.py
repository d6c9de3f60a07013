"""Issuers of identity tokens, and what a provider told last. Each statement is left out when it was made already."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from steelyard.migrations.once import add_column, create_index, create_table
from steelyard.sql.types import BigId, Name, UtcTime

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    create_table(
        "token_issuers",
        sa.Column("id", BigId, nullable=False),
        sa.Column("issuer", Name(255), nullable=False),
        sa.Column("audience", Name(255), nullable=False, server_default=""),
        sa.Column("by_email", sa.Boolean(), nullable=False, server_default="0"),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token_issuers")),
        sa.UniqueConstraint("issuer", name=op.f("uq_token_issuers_issuer")),
    )
    add_column("api_keys", sa.Column("issuer_id", BigId, nullable=True))
    create_index("api_keys", ["issuer_id"])
    add_column("provider_identities", sa.Column("email", Name(254), nullable=True))
    add_column("provider_identities", sa.Column("name", Name(128), nullable=True))
