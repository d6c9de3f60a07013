"""The audit log. Each statement is left out when it was made already."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from steelyard.migrations.once import create_index, create_table
from steelyard.sql.types import BigId, LongText, Name, UtcTime

revision = "0030"
down_revision = "0028"


def upgrade() -> None:
    create_table(
        "audit_lines",
        sa.Column("id", BigId, nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("code", sa.Integer, nullable=False),
        sa.Column("actor_id", sa.BigInteger, nullable=True),
        sa.Column("actor", Name(128), nullable=False),
        sa.Column("key_label", Name(160), nullable=False),
        sa.Column("acting_for", Name(254), nullable=False),
        sa.Column("address", Name(64), nullable=False),
        sa.Column("client", Name(128), nullable=False),
        sa.Column("entity_id", sa.BigInteger, nullable=True),
        sa.Column("entity", Name(128), nullable=False),
        sa.Column("project_id", sa.BigInteger, nullable=True),
        sa.Column("project", Name(128), nullable=False),
        sa.Column("run", Name(128), nullable=False),
        sa.Column("artifact_id", sa.BigInteger, nullable=True),
        sa.Column("artifact", Name(512), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("sequence_id", sa.BigInteger, nullable=True),
        sa.Column("report_id", sa.BigInteger, nullable=True),
        sa.Column("report", Name(255), nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=True),
        sa.Column("user", Name(128), nullable=False),
        sa.Column("email", Name(254), nullable=False),
        sa.Column("detail", LongText, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_lines")),
    )
    create_index("audit_lines", ["at", "id"])
    create_index("audit_lines", ["actor", "at"])
    create_index("audit_lines", ["action", "at"])
    create_index("audit_lines", ["actor_id"])
    create_index("audit_lines", ["user_id"])
