"""Stored documents and chart definitions. Each statement is left out when an interrupted migration made it already."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from steelyard.sql.types import BigId, LongText, Name, UtcTime

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    if not _has_table("custom_charts"):
        _create_charts()
    _create_index("ix_custom_charts_created_by", "custom_charts", ["created_by"])
    if not _has_table("views"):
        _create_views()
    _create_index("ix_views_created_by", "views", ["created_by"])
    _create_index("ix_views_parent_id", "views", ["parent_id"])


def _create_charts() -> None:
    op.create_table(
        "custom_charts",
        sa.Column("id", BigId, nullable=False),
        sa.Column("entity_id", BigId, nullable=False),
        sa.Column("name", Name(255), nullable=False),
        sa.Column("title", Name(512), nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("spec", LongText, nullable=False),
        sa.Column("created_by", BigId, nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_custom_charts_created_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["entity_id"], ["entities.id"], name=op.f("fk_custom_charts_entity_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custom_charts")),
        sa.UniqueConstraint("entity_id", "name", name=op.f("uq_custom_charts_entity_id_name")),
    )


def _create_views() -> None:
    op.create_table(
        "views",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("parent_id", BigId, nullable=True),
        sa.Column("type", Name(64), nullable=False),
        sa.Column("name", Name(255), nullable=False),
        sa.Column("title", Name(512), nullable=False),
        sa.Column("description", LongText, nullable=False),
        sa.Column("spec", LongText, nullable=False),
        sa.Column("spec_bytes", sa.BigInteger(), nullable=False),
        sa.Column("locked", sa.Boolean(), nullable=False),
        sa.Column("preview_url", LongText, nullable=True),
        sa.Column("created_by", BigId, nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("updated_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_views_created_by"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["parent_id"], ["views.id"], name=op.f("fk_views_parent_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_views_project_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_views")),
        sa.UniqueConstraint("project_id", "type", "name", name=op.f("uq_views_project_id_type_name")),
        sqlite_autoincrement=True,
    )


def _has_table(name: str) -> bool:
    return sa.inspect(op.get_bind()).has_table(name)


def _create_index(name: str, table: str, columns: list[str]) -> None:
    if name not in {item["name"] for item in sa.inspect(op.get_bind()).get_indexes(table)}:
        op.create_index(op.f(name), table, columns)
