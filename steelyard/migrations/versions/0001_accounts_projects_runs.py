"""Accounts projects runs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from steelyard.sql.types import BigId, LongText, Name, UtcTime

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "organizations",
        sa.Column("id", BigId, nullable=False),
        sa.Column("name", Name(64), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organizations")),
        sa.UniqueConstraint("name", name=op.f("uq_organizations_name")),
    )
    op.create_table(
        "server_secrets",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_server_secrets")),
    )
    op.create_table(
        "entities",
        sa.Column("id", BigId, nullable=False),
        sa.Column("name", Name(64), nullable=False),
        sa.Column("folded_name", Name(64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("organization_id", BigId, nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_entities_organization_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entities")),
        sa.UniqueConstraint("folded_name", name=op.f("uq_entities_folded_name")),
    )
    op.create_table(
        "users",
        sa.Column("id", BigId, nullable=False),
        sa.Column("username", Name(64), nullable=False),
        sa.Column("name", Name(128), nullable=False),
        sa.Column("email", Name(254), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=True),
        sa.Column("is_admin", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("entity_id", BigId, nullable=False),
        sa.Column("default_entity_id", BigId, nullable=True),
        sa.Column("settings", LongText, nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["default_entity_id"], ["entities.id"], name=op.f("fk_users_default_entity_id")),
        sa.ForeignKeyConstraint(["entity_id"], ["entities.id"], name=op.f("fk_users_entity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("username", name=op.f("uq_users_username")),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("name", Name(128), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("hint", Name(16), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("last_used_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_api_keys_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_api_keys_secret_hash")),
    )
    op.create_index(op.f("ix_api_keys_user_id"), "api_keys", ["user_id"], unique=False)
    op.create_table(
        "browser_sessions",
        sa.Column("id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("csrf_token", sa.String(length=64), nullable=False),
        sa.Column("user_agent", Name(255), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("last_seen_at", UtcTime(), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_browser_sessions_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_browser_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_browser_sessions_token_hash")),
    )
    op.create_index(op.f("ix_browser_sessions_user_id"), "browser_sessions", ["user_id"], unique=False)
    op.create_table(
        "organization_members",
        sa.Column("id", BigId, nullable=False),
        sa.Column("organization_id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_organization_members_organization_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_organization_members_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organization_members")),
        sa.UniqueConstraint("organization_id", "user_id", name=op.f("uq_organization_members_organization_id_user_id")),
    )
    op.create_index(op.f("ix_organization_members_user_id"), "organization_members", ["user_id"], unique=False)
    op.create_table(
        "projects",
        sa.Column("id", BigId, nullable=False),
        sa.Column("entity_id", BigId, nullable=False),
        sa.Column("name", Name(128), nullable=False),
        sa.Column("description", LongText, nullable=False),
        sa.Column("visibility", sa.String(length=16), nullable=False),
        sa.Column("views", LongText, nullable=True),
        sa.Column("created_by", BigId, nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("last_active_at", UtcTime(), nullable=False),
        sa.Column("run_counter", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_projects_created_by"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["entity_id"], ["entities.id"], name=op.f("fk_projects_entity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_projects")),
        sa.UniqueConstraint("entity_id", "name", name=op.f("uq_projects_entity_id_name")),
    )
    op.create_index(op.f("ix_projects_created_by"), "projects", ["created_by"], unique=False)
    op.create_table(
        "team_members",
        sa.Column("id", BigId, nullable=False),
        sa.Column("entity_id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entity_id"], ["entities.id"], name=op.f("fk_team_members_entity_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_team_members_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_members")),
        sa.UniqueConstraint("entity_id", "user_id", name=op.f("uq_team_members_entity_id_user_id")),
    )
    op.create_index(op.f("ix_team_members_user_id"), "team_members", ["user_id"], unique=False)
    op.create_table(
        "runs",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("run_id", Name(128), nullable=False),
        sa.Column("title", Name(512), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("exit_code", sa.Integer(), nullable=True),
        sa.Column("stop_requested", sa.Boolean(), nullable=False),
        sa.Column("preempting", sa.Boolean(), nullable=False),
        sa.Column("created_by", BigId, nullable=True),
        sa.Column("group_name", Name(512), nullable=True),
        sa.Column("job_type", Name(512), nullable=True),
        sa.Column("notes", LongText, nullable=True),
        sa.Column("description", LongText, nullable=True),
        sa.Column("tags", LongText, nullable=False),
        sa.Column("config", LongText, nullable=False),
        sa.Column("summary", LongText, nullable=False),
        sa.Column("system_metrics", LongText, nullable=False),
        sa.Column("commit_sha", Name(128), nullable=True),
        sa.Column("host", Name(255), nullable=True),
        sa.Column("program", Name(1024), nullable=True),
        sa.Column("repository", Name(1024), nullable=True),
        sa.Column("sweep_name", Name(64), nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("started_at", UtcTime(), nullable=True),
        sa.Column("updated_at", UtcTime(), nullable=False),
        sa.Column("heartbeat_at", UtcTime(), nullable=True),
        sa.Column("finished_at", UtcTime(), nullable=True),
        sa.Column("duration_s", sa.Float(), nullable=True),
        sa.Column("deleted_at", UtcTime(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_runs_created_by"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_runs_project_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
        sa.UniqueConstraint("project_id", "run_id", name=op.f("uq_runs_project_id_run_id")),
    )
    op.create_index(op.f("ix_runs_created_by"), "runs", ["created_by"], unique=False)
    op.create_index(op.f("ix_runs_project_id_created_at"), "runs", ["project_id", "created_at"], unique=False)
    op.create_index(
        op.f("ix_runs_project_id_deleted_at_state_duration_s"),
        "runs",
        ["project_id", "deleted_at", "state", "duration_s"],
        unique=False,
    )
    op.create_index(op.f("ix_runs_project_id_version"), "runs", ["project_id", "version"], unique=False)
    op.create_index(op.f("ix_runs_state_heartbeat_at"), "runs", ["state", "heartbeat_at"], unique=False)
    op.create_index(op.f("ix_runs_project_id_sweep_name"), "runs", ["project_id", "sweep_name"], unique=False)
