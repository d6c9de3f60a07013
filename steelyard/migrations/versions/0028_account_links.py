"""Links to new passwords and invitations. Each statement is left out when it was made already."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from steelyard.migrations.once import belongs, create_index, create_table
from steelyard.sql.types import BigId, Name, UtcTime

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    create_table(
        "account_links",
        sa.Column("id", BigId, nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("user_id", BigId, nullable=True),
        sa.Column("entity_id", BigId, nullable=True),
        sa.Column("role", sa.String(32), nullable=True),
        sa.Column("email", Name(254), nullable=False),
        sa.Column("made_by", BigId, nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=False),
        belongs("account_links", "user_id", "users", "CASCADE"),
        belongs("account_links", "entity_id", "entities", "CASCADE"),
        belongs("account_links", "made_by", "users", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_account_links_token_hash")),
    )
    for column in ("user_id", "entity_id", "made_by"):
        create_index("account_links", [column])
