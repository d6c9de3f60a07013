"""Bounds of API keys, member lists of projects, ended accounts. Each statement is left out when it was made already."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from steelyard.sql.types import BigId, UtcTime

revision = "0025"
down_revision = "0020"


def upgrade() -> None:
    _add_column("users", sa.Column("ended_at", UtcTime(), nullable=True))
    _add_column("api_keys", sa.Column("rights", sa.String(16), server_default="all", nullable=False))
    _add_column("api_keys", sa.Column("in_projects", sa.Boolean(), server_default=sa.false(), nullable=False))
    _add_column("api_keys", sa.Column("expires_at", UtcTime(), nullable=True))
    _add_column("api_keys", sa.Column("networks", sa.String(1024), server_default="", nullable=False))
    _create_project_members()
    _create_key_projects()
    _create_unseen_keys()


def _create_project_members() -> None:
    _create_table(
        "project_members",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("entity_id", BigId, nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        *(_belongs("project_members", column, table) for column, table in _PROJECT_MEMBERS.items()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_members")),
        sa.UniqueConstraint("project_id", "user_id", name=op.f("uq_project_members_project_id_user_id")),
    )
    _create_index("ix_project_members_user_id_entity_id", "project_members", ["user_id", "entity_id"])


_PROJECT_MEMBERS = {"project_id": "projects", "user_id": "users", "entity_id": "entities"}


def _create_key_projects() -> None:
    _create_table(
        "api_key_projects",
        sa.Column("key_id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        _belongs("api_key_projects", "key_id", "api_keys"),
        _belongs("api_key_projects", "project_id", "projects"),
        sa.PrimaryKeyConstraint("key_id", "project_id", name=op.f("pk_api_key_projects")),
    )
    _create_index("ix_api_key_projects_project_id", "api_key_projects", ["project_id"])


def _create_unseen_keys() -> None:
    _create_table(
        "unseen_keys",
        sa.Column("key_id", BigId, nullable=False),
        sa.Column("maker_id", BigId, nullable=False),
        sa.Column("secret", sa.String(128), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        _belongs("unseen_keys", "key_id", "api_keys"),
        _belongs("unseen_keys", "maker_id", "users"),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_unseen_keys")),
    )
    _create_index("ix_unseen_keys_maker_id", "unseen_keys", ["maker_id"])


def _belongs(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=name, ondelete="CASCADE")


def _add_column(table: str, column: sa.Column[Any]) -> None:
    if column.name not in {item["name"] for item in sa.inspect(op.get_bind()).get_columns(table)}:
        op.add_column(table, column)


def _create_table(name: str, *items: Any) -> None:
    if not sa.inspect(op.get_bind()).has_table(name):
        op.create_table(name, *items)


def _create_index(name: str, table: str, columns: list[str]) -> None:
    if name not in {item["name"] for item in sa.inspect(op.get_bind()).get_indexes(table)}:
        op.create_index(op.f(name), table, columns)
