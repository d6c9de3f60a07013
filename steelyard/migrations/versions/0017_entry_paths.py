"""Entries of artifacts in the order of their paths. Each statement is left out when an interrupted run did it already.

The column is computed when it is read, so that adding it rewrites no row; its index is built once.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from steelyard.sql.paths import PathKey, path_key_of

revision = "0017"
down_revision = "0016"

_TABLE, _COLUMN, _INDEX = "artifact_entries", "path_key", "ix_artifact_entries_manifest_id_path_key"


def upgrade() -> None:
    inspector = sa.inspect(op.get_bind())
    if _COLUMN not in {item["name"] for item in inspector.get_columns(_TABLE)}:
        op.add_column(_TABLE, sa.Column(_COLUMN, PathKey, sa.Computed(path_key_of(sa.column("path")), persisted=False)))
    if _INDEX not in {item["name"] for item in inspector.get_indexes(_TABLE)}:
        op.create_index(op.f(_INDEX), _TABLE, ["manifest_id", _COLUMN])
