"""Channels of Slack that alerts go to, and the outbox of messages. Left out when it was made already."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from steelyard.migrations.once import belongs, create_index, create_table
from steelyard.sql.types import BigId, LongText, Name, UtcTime

revision = "0044"
down_revision = "0041"


def upgrade() -> None:
    create_table(
        "slack_connections",
        sa.Column("id", BigId, nullable=False),
        sa.Column("entity_id", BigId, nullable=False),
        sa.Column("workspace", Name(255), nullable=False),
        sa.Column("channel", Name(255), nullable=False),
        sa.Column("sealed", LongText, nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("created_by", BigId, nullable=True),
        sa.Column("gone_at", UtcTime(), nullable=True),
        sa.Column("failed_at", UtcTime(), nullable=True),
        sa.Column("last_error", Name(512), nullable=True),
        belongs("slack_connections", "entity_id", "entities", "CASCADE"),
        belongs("slack_connections", "created_by", "users", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slack_connections")),
        sa.UniqueConstraint("entity_id", name=op.f("uq_slack_connections_entity_id")),
    )
    create_index("slack_connections", ["created_by"])
    create_table(
        "slack_outbox",
        sa.Column("id", BigId, nullable=False),
        sa.Column("connection_id", BigId, nullable=False),
        sa.Column("text", LongText, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", UtcTime(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("last_error", Name(512), nullable=True),
        belongs("slack_outbox", "connection_id", "slack_connections", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slack_outbox")),
    )
    create_index("slack_outbox", ["state", "due_at"])
    create_index("slack_outbox", ["connection_id", "created_at"])
