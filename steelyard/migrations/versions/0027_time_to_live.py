"""Time to live: what versions inherit, and when those with their own end. May be interrupted and done again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

from steelyard.sql.types import BigId, UtcTime

revision = "0027"
down_revision = "0026"

_AT_ONCE = 1000


def upgrade() -> None:
    if "artifact_ttl_policies" not in sa.inspect(op.get_bind()).get_table_names():
        op.create_table(
            "artifact_ttl_policies",
            sa.Column("entity_id", BigId, autoincrement=False, nullable=False),
            sa.Column("ttl_s", sa.BigInteger(), nullable=True),
            sa.Column("admins_only", sa.Boolean(), nullable=False),
            sa.ForeignKeyConstraint(
                ["entity_id"],
                ["entities.id"],
                name=op.f("fk_artifact_ttl_policies_entity_id_entities"),
                ondelete="CASCADE",
            ),
            sa.PrimaryKeyConstraint("entity_id", name=op.f("pk_artifact_ttl_policies")),
        )
    _add_column("artifact_collections", sa.Column("ttl_s", sa.BigInteger(), nullable=True))
    _create_index("artifact_collections", ["ttl_s"])
    _add_column("artifacts", sa.Column("expires_at", UtcTime(), nullable=True))
    _set_expiries()
    _create_index("artifacts", ["state", "expires_at"])
    _create_index("artifacts", ["project_id", "state", "created_at"])


def _set_expiries() -> None:
    conn, after = op.get_bind(), 0
    artifacts = sa.table(
        "artifacts",
        sa.column("id", BigId),
        sa.column("ttl_s", sa.BigInteger()),
        sa.column("created_at", UtcTime()),
        sa.column("expires_at", UtcTime()),
    )
    while True:
        own = sa.select(artifacts).where(artifacts.c.ttl_s > 0, artifacts.c.id > after)
        rows = conn.execute(own.order_by(artifacts.c.id).limit(_AT_ONCE)).all()
        if not rows:
            return
        for row in rows:
            ends = row.created_at + timedelta(seconds=row.ttl_s)
            conn.execute(sa.update(artifacts).where(artifacts.c.id == row.id).values(expires_at=ends))
        after = rows[-1].id


def _add_column(table: str, column: sa.Column[Any]) -> None:
    if column.name not in {item["name"] for item in sa.inspect(op.get_bind()).get_columns(table)}:
        op.add_column(table, column)


def _create_index(table: str, columns: list[str]) -> None:
    name = f"ix_{table}_{'_'.join(columns)}"
    if name not in {item["name"] for item in sa.inspect(op.get_bind()).get_indexes(table)}:
        op.create_index(op.f(name), table, columns)
