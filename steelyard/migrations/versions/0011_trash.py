"""The trash, former names of projects. Each statement is left out when an interrupted migration made it already."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from steelyard.sql.types import BigId, Name, UtcTime

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    known = set(sa.inspect(op.get_bind()).get_table_names())
    if "object_purges" not in known:
        op.create_table(
            "object_purges",
            sa.Column("id", BigId, nullable=False),
            sa.Column("prefix", Name(255), nullable=False),
            sa.Column("due_at", UtcTime(), nullable=False),
            sa.PrimaryKeyConstraint("id", name=op.f("pk_object_purges")),
        )
    if "project_names" not in known:
        _create_names()
    if "run_purges" not in known:
        op.create_table(
            "run_purges",
            sa.Column("run", BigId, autoincrement=False, nullable=False),
            sa.Column("requested_by", sa.BigInteger(), nullable=True),
            sa.Column("requested_at", UtcTime(), nullable=False),
            sa.Column("due_at", UtcTime(), nullable=False),
            sa.ForeignKeyConstraint(["run"], ["runs.id"], name=op.f("fk_run_purges_run"), ondelete="CASCADE"),
            sa.PrimaryKeyConstraint("run", name=op.f("pk_run_purges")),
        )
    _create_index("ix_object_purges_due_at", "object_purges", ["due_at"])
    _create_index("ix_project_names_project_id", "project_names", ["project_id"])
    _create_index("ix_run_purges_due_at", "run_purges", ["due_at"])
    _add_column("projects", sa.Column("is_benchmark", sa.Boolean(), server_default="0", nullable=False))
    _add_column("runs", sa.Column("deleted_by", sa.BigInteger(), nullable=True))
    _add_column("runs", sa.Column("purged_at", UtcTime(), nullable=True))


def _create_names() -> None:
    op.create_table(
        "project_names",
        sa.Column("id", BigId, nullable=False),
        sa.Column("entity_id", BigId, nullable=False),
        sa.Column("name", Name(128), nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("renamed_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entity_id"], ["entities.id"], name=op.f("fk_project_names_entity_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_project_names_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_names")),
        sa.UniqueConstraint("entity_id", "name", name=op.f("uq_project_names_entity_id_name")),
    )


def _add_column(table: str, column: sa.Column[Any]) -> None:
    if column.name not in {item["name"] for item in sa.inspect(op.get_bind()).get_columns(table)}:
        op.add_column(table, column)


def _create_index(name: str, table: str, columns: list[str]) -> None:
    if name not in {item["name"] for item in sa.inspect(op.get_bind()).get_indexes(table)}:
        op.create_index(op.f(name), table, columns)
