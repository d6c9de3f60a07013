"""Write the next numbered migration from the difference between the tables in code and the migrations so far.

    python scripts/new_migration.py NAME        # writes steelyard/migrations/versions/NNNN_NAME.py

The result is a draft to read and to order: MySQL commits each statement, so it must be restartable.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa
from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext

from steelyard.migrations import _upgrade, head_revision
from steelyard.migrations.schema import all_tables
from steelyard.sql import types
from steelyard.sql.naming import metadata

VERSIONS = Path("steelyard/migrations/versions")
HEADER = '''"""{title}."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from steelyard.sql.types import BigId, LongBytes, LongText, Name, UtcTime

revision = "{number}"
down_revision = {previous}


def upgrade() -> None:
'''


def render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    if kind != "type":
        return False
    if isinstance(item, types.UtcTime):
        return "UtcTime()"
    for name in ("BigId", "LongText", "LongBytes"):
        if item is getattr(types, name):
            return name
    if isinstance(item, sa.String) and not isinstance(item, sa.Text) and item._variant_mapping:
        return f"Name({item.length})"
    return False


def main() -> None:
    name = sys.argv[1]
    all_tables()
    previous = head_revision() if list(VERSIONS.glob("[0-9]*.py")) else None
    number = f"{int(previous or 0) + 1:04}"
    with sa.create_engine("sqlite://").connect() as connection:
        if previous:
            _upgrade(connection, previous)
        context = MigrationContext.configure(connection, opts={"target_metadata": metadata, "render_item": render})
        script = produce_migrations(context, metadata)
        assert script.upgrade_ops is not None, "produce_migrations always makes upgrade operations"
        body = render_python_code(script.upgrade_ops, render_item=render, migration_context=context)
    body = "\n".join(line for line in body.splitlines() if not line.strip().startswith("#"))
    if not body.startswith("    "):
        body = "    " + body.replace("\n", "\n    ")
    path = VERSIONS / f"{number}_{name}.py"
    head = HEADER.format(title=name.replace("_", " ").capitalize(), number=number, previous=repr(previous))
    path.write_text(head + body.rstrip() + "\n")
    print(path)


if __name__ == "__main__":
    main()
