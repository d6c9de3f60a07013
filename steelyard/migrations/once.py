"""Steps of a migration that are left out when they were made already: MySQL commits each statement by itself."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from steelyard.sql.types import BigId


def create_table(name: str, *items: Any) -> None:
    if not sa.inspect(op.get_bind()).has_table(name):
        op.create_table(name, *items)


def add_column(table: str, column: sa.Column[Any]) -> None:
    if column.name not in {item["name"] for item in sa.inspect(op.get_bind()).get_columns(table)}:
        op.add_column(table, column)


def create_index(table: str, columns: list[str], *, unique: bool = False) -> None:
    name = f"ix_{table}_{'_'.join(columns)}"
    if name not in {item["name"] for item in sa.inspect(op.get_bind()).get_indexes(table)}:
        op.create_index(op.f(name), table, columns, unique=unique)


def belongs(table: str, column: str, to: str, ondelete: str) -> sa.ForeignKeyConstraint:
    """Return the constraint that `column` of `table` names a row of `to`."""
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=name, ondelete=ondelete)


def add_reference(table: str, column: str, to: str, ondelete: str) -> None:
    """Add a column that names a row of `to`, or none."""
    name = f"fk_{table}_{column}"
    if op.get_bind().dialect.name == "sqlite":
        # which cannot add a constraint afterwards
        if column not in {item["name"] for item in sa.inspect(op.get_bind()).get_columns(table)}:
            told = f"CONSTRAINT {name} REFERENCES {to} (id) ON DELETE {ondelete}"
            op.execute(f"ALTER TABLE {table} ADD COLUMN {column} {_number()} {told}")
        return
    add_column(table, sa.Column(column, BigId, nullable=True))
    if name not in {item["name"] for item in sa.inspect(op.get_bind()).get_foreign_keys(table)}:
        op.create_foreign_key(op.f(name), table, to, [column], ["id"], ondelete=ondelete)


def _number() -> str:
    return str(BigId.compile(op.get_bind().dialect))
