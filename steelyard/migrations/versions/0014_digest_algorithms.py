"""Content of artifacts named by XXH128. Each statement is left out when an interrupted migration made it already."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from steelyard.sql.types import Name

revision = "0014"
down_revision = "0013"

_TABLE = "artifact_blobs"
_OLD, _NEW = "uq_artifact_blobs_project_id_digest", "uq_artifact_blobs_project_id_algorithm_digest"


def upgrade() -> None:
    connection = op.get_bind()
    columns = {item["name"] for item in sa.inspect(connection).get_columns(_TABLE)}
    if "algorithm" not in columns:
        column = sa.Column("algorithm", sa.String(16), server_default="MANIFEST_MD5", nullable=False)
        op.add_column(_TABLE, column)
    if "md5" not in columns:
        op.add_column(_TABLE, sa.Column("md5", Name(32), nullable=True))
    known = {item["name"] for item in sa.inspect(connection).get_unique_constraints(_TABLE)}
    # The new one first: MySQL keeps an index for the foreign key at all times.
    with op.batch_alter_table(_TABLE) as table:
        if _NEW not in known:
            table.create_unique_constraint(_NEW, ["project_id", "algorithm", "digest"])
        if _OLD in known:
            table.drop_constraint(_OLD, type_="unique")
