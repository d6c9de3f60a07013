"""What the collection of unused content needs to know. Each statement is left out when it was made already."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from steelyard.sql.types import UtcTime

revision = "0019"
down_revision = "0017"


def upgrade() -> None:
    _add_column("artifact_collections", sa.Column("deleted_at", UtcTime(), nullable=True))
    _add_column("artifacts", sa.Column("deleted_why", sa.String(16), nullable=True))
    _add_column("artifacts", sa.Column("deleted_by", sa.BigInteger(), nullable=True))
    _create_index("ix_artifacts_state_updated_at", "artifacts", ["state", "updated_at"])
    _add_column("artifact_manifests", sa.Column("is_listing", sa.Boolean(), server_default=sa.false(), nullable=False))
    _add_column("artifact_manifests", sa.Column("condemned_at", UtcTime(), nullable=True))
    _create_index("ix_artifact_manifests_condemned_at", "artifact_manifests", ["condemned_at"])
    _add_column("artifact_blobs", sa.Column("promised_at", UtcTime(), nullable=True))
    _add_column("object_purges", sa.Column("is_prefix", sa.Boolean(), server_default=sa.true(), nullable=False))
    _add_column("object_purges", sa.Column("size_bytes", sa.BigInteger(), nullable=True))
    _create_index("ix_object_purges_prefix", "object_purges", ["prefix"])


def _add_column(table: str, column: sa.Column[Any]) -> None:
    if column.name not in {item["name"] for item in sa.inspect(op.get_bind()).get_columns(table)}:
        op.add_column(table, column)


def _create_index(name: str, table: str, columns: list[str]) -> None:
    if name not in {item["name"] for item in sa.inspect(op.get_bind()).get_indexes(table)}:
        op.create_index(op.f(name), table, columns)
