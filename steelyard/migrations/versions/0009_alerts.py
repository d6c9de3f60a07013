"""Alerts of runs, and the outbox of mail. Each statement is left out when an interrupted migration made it already."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from steelyard.sql.types import BigId, LongText, Name, UtcTime

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    known = set(sa.inspect(op.get_bind()).get_table_names())
    if "mail_outbox" not in known:
        _create_outbox()
    if "alert_preferences" not in known:
        op.create_table(
            "alert_preferences",
            sa.Column("user_id", BigId, nullable=False),
            sa.Column("by_mail", sa.Boolean(), nullable=False),
            sa.Column("least_severity", sa.String(length=8), nullable=False),
            sa.Column("read_up_to", sa.BigInteger(), nullable=False),
            sa.ForeignKeyConstraint(
                ["user_id"], ["users.id"], name=op.f("fk_alert_preferences_user_id"), ondelete="CASCADE"
            ),
            sa.PrimaryKeyConstraint("user_id", name=op.f("pk_alert_preferences")),
        )
    if "run_alerts" not in known:
        _create_alerts()
    _create_index("ix_mail_outbox_recipient_created_at", "mail_outbox", ["recipient", "created_at"])
    _create_index("ix_mail_outbox_state_due_at", "mail_outbox", ["state", "due_at"])
    _create_index("ix_run_alerts_recipient_id", "run_alerts", ["recipient", "id"])
    _create_index("ix_run_alerts_run_created_at", "run_alerts", ["run", "created_at"])


def _create_outbox() -> None:
    op.create_table(
        "mail_outbox",
        sa.Column("id", BigId, nullable=False),
        sa.Column("recipient", Name(254), nullable=False),
        sa.Column("subject", Name(255), nullable=False),
        sa.Column("text", LongText, nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", UtcTime(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("last_error", Name(512), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_outbox")),
    )


def _create_alerts() -> None:
    op.create_table(
        "run_alerts",
        sa.Column("id", BigId, nullable=False),
        sa.Column("run", BigId, nullable=False),
        sa.Column("title", Name(255), nullable=False),
        sa.Column("text", LongText, nullable=False),
        sa.Column("severity", sa.String(length=8), nullable=False),
        sa.Column("recipient", BigId, nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["recipient"], ["users.id"], name=op.f("fk_run_alerts_recipient"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name=op.f("fk_run_alerts_run"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_alerts")),
    )


def _create_index(name: str, table: str, columns: list[str]) -> None:
    if name not in {item["name"] for item in sa.inspect(op.get_bind()).get_indexes(table)}:
        op.create_index(op.f(name), table, columns)
