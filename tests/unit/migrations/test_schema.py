"""The tables that code declares are those that the migrations make, in a program that has loaded nothing else."""

import subprocess
import sys

import sqlalchemy as sa

from steelyard.migrations import _upgrade, head_revision
from steelyard.migrations.schema import all_tables

FRESH = "from steelyard.migrations.schema import all_tables; print(*(table.name for table in all_tables()))"


def migrated() -> set[str]:
    with sa.create_engine("sqlite://").connect() as connection:
        _upgrade(connection, head_revision())
        return set(sa.inspect(connection).get_table_names())


def test_a_fresh_program_knows_all_tables() -> None:
    told = subprocess.run([sys.executable, "-c", FRESH], capture_output=True, check=True, text=True)
    assert set(told.stdout.split()) == migrated() - {"alembic_version"}


def test_each_table_follows_those_it_refers_to() -> None:
    seen: set[str] = set()
    for table in all_tables():
        assert {key.column.table.name for key in table.foreign_keys} - {table.name} <= seen
        seen.add(table.name)
