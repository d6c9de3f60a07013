"""Which runs of a project changed lately. Each statement is left out when an interrupted migration did it already."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_NEW, _OLD = "ix_runs_project_id_updated_at_version", "ix_runs_project_id_version"


def upgrade() -> None:
    there = {item["name"] for item in sa.inspect(op.get_bind()).get_indexes("runs")}
    if _NEW not in there:
        op.create_index(op.f(_NEW), "runs", ["project_id", "updated_at", "version"])
    # The release before reads versions from the new one as well.
    if _OLD in there:
        op.drop_index(op.f(_OLD), "runs")
