"""Statements about many rows: texts that are made once and run in one step.

Making a statement out of expressions costs more than running it on a few rows. And SQLite lets other threads have the
interpreter at every step, which a busy process hands back half a millisecond later: a step for each row would be most
of the time that a commit takes.
"""

from __future__ import annotations

import binascii
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import Dialect, Select, Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.mysql import asyncmy
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.sql.types import LongBytes, UtcTime

# Rows of one statement: both engines bound the number of its parameters. MySQL bounds its length as well, by 64 MB.
AT_ONCE = 500
AT_ONCE_BYTES = 8 << 20
_SQLITE, _MARIADB = "sqlite", "mariadb"
_COMPILERS: dict[str, Dialect] = {_SQLITE: sqlite.dialect(), "mysql": asyncmy.dialect()}

_Rows = Sequence[Mapping[str, Any]]


async def select_in(conn: AsyncConnection, statement: Select[Any], ids: Sequence[int]) -> list[Any]:
    """Return the rows of `statement`, one of those made once, whose expanding parameter `ids` it is to have.

    Values come as the driver has them: a boolean as 0 or 1, a time as text or without its zone.
    """
    found: list[Any] = []
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        done = await conn.exec_driver_sql(_select(conn.dialect.name, statement, len(some)), tuple(some))
        found += done.fetchall()
    return found


async def insert_many(conn: AsyncConnection, table: Table, rows: _Rows) -> None:
    """Insert rows that have the same columns, in their order; none of the others may have a default of Python's."""
    for some in _parts(conn, rows):
        text = _insert(_Shape.of(conn, table, some))
        await conn.exec_driver_sql(text, _values(conn.dialect, table, some))


async def upsert_many(
    conn: AsyncConnection, table: Table, rows: _Rows, key: tuple[str, ...], update: tuple[str, ...]
) -> None:
    """Insert as `insert_many` does; where the unique `key` exists, set the columns `update` to the given values."""
    for some in _parts(conn, rows):
        text = _upsert(_Shape.of(conn, table, some), key, update)
        await conn.exec_driver_sql(text, _values(conn.dialect, table, some))


async def update_many(
    conn: AsyncConnection, table: Table, rows: _Rows, *, named_by: int = 1, count_up: str = ""
) -> None:
    """Set columns of rows that exist, each named by its first `named_by` columns; all rows set the same ones.

    In the column `count_up`, if there is one, they count one more.
    """
    for some in _parts(conn, rows):
        text = _update(_Shape.of(conn, table, some), named_by, count_up)
        await conn.exec_driver_sql(text, _values(conn.dialect, table, some))


def _parts(conn: AsyncConnection, rows: _Rows) -> Iterator[_Rows]:
    """Cut the rows into those of one statement; a row that alone is too long is a part of its own."""
    start = size = 0
    for place, row in enumerate(rows):
        added = 0 if conn.dialect.name == _SQLITE else sum(map(_length, row.values()))
        if place - start == AT_ONCE or (size and size + added > AT_ONCE_BYTES):
            yield rows[start:place]
            start, size = place, 0
        size += added
    if rows:
        yield rows[start:]


def _length(value: Any) -> int:
    return len(value) if isinstance(value, str | bytes) else 0


def _values(dialect: Dialect, table: Table, rows: _Rows) -> tuple[Any, ...]:
    columns = []
    for name, encode in _encoders(dialect, table, tuple(rows[0])):
        given = [row[name] for row in rows]
        columns.append(given if encode is None else map(encode, given))
    return tuple(chain.from_iterable(zip(*columns, strict=True)))


@lru_cache(maxsize=128)
def _encoders(dialect: Dialect, table: Table, names: tuple[str, ...]) -> list[tuple[str, Callable[[Any], Any] | None]]:
    """Return what turns a value into the driver's, by column; None for what the driver takes as it is.

    The MySQL driver writes bytes into the statement character by character, at 20 MB/s; as base64 they pass it at once.
    """
    found: list[tuple[str, Callable[[Any], Any] | None]] = []
    for name in names:
        kind = table.c[name].type
        if kind is LongBytes:
            encode = None if dialect.name == _SQLITE else _base64
        else:
            encode = kind.dialect_impl(dialect).bind_processor(dialect)
            if encode is not None and isinstance(kind, UtcTime):
                encode = lru_cache(maxsize=16)(encode)  # most rows tell of the same moment
        found.append((name, encode))
    return found


def _base64(value: bytes | None) -> str | None:
    return None if value is None else binascii.b2a_base64(value, newline=False).decode()


# ---- texts. Only names of our own tables and columns go into them, thus S608 --------------------------------


@lru_cache(maxsize=512)
def _select(dialect: str, statement: Select[Any], count: int) -> str:
    filled = statement.params(ids=list(range(count)))
    return str(filled.compile(dialect=_COMPILERS[dialect], compile_kwargs={"render_postcompile": True}))


class _Shape(NamedTuple):
    """What the text of a statement about `rows` rows depends on."""

    dialect: str
    table: Table
    names: tuple[str, ...]
    rows: int

    @staticmethod
    def of(conn: AsyncConnection, table: Table, rows: _Rows) -> _Shape:
        dialect = _MARIADB if getattr(conn.dialect, "is_mariadb", False) else conn.dialect.name
        return _Shape(dialect, table, tuple(rows[0]), len(rows))

    def marks(self, row: str) -> str:
        """Return a `row` of placeholders for each row."""
        one = ", ".join(map(self._mark, self.names))
        return ", ".join([row.format(one)] * self.rows)

    def lines(self, columns: Sequence[str]) -> str:
        """Return a query that gives the rows, their values named `columns`; the first two have such names anyway."""
        if self.dialect != _MARIADB:
            return f"VALUES {self.marks('({})' if self.dialect == _SQLITE else 'ROW({})')}"
        marks = list(map(self._mark, self.names))
        first = ", ".join(f"{mark} AS {column}" for mark, column in zip(marks, columns, strict=True))
        return " UNION ALL SELECT ".join([f"SELECT {first}", *[", ".join(marks)] * (self.rows - 1)])

    def _mark(self, name: str) -> str:
        if self.dialect == _SQLITE:
            return "?"
        return "FROM_BASE64(%s)" if self.table.c[name].type is LongBytes else "%s"


@lru_cache(maxsize=512)
def _insert(shape: _Shape) -> str:
    others = (column for column in shape.table.c if column.name not in shape.names)
    assert all(column.default is None for column in others), "a default would be lost"
    return f"INSERT INTO {shape.table.name} ({', '.join(shape.names)}) VALUES {shape.marks('({})')}"  # noqa: S608


@lru_cache(maxsize=512)
def _upsert(shape: _Shape, key: tuple[str, ...], update: tuple[str, ...]) -> str:
    if shape.dialect == _SQLITE:
        changed = ", ".join(f"{name} = excluded.{name}" for name in update)
        return f"{_insert(shape)} ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changed}"
    if shape.dialect == _MARIADB:
        changed = ", ".join(f"{name} = VALUES({name})" for name in update)
        return f"{_insert(shape)} ON DUPLICATE KEY UPDATE {changed}"
    changed = ", ".join(f"{name} = new.{name}" for name in update)
    return f"{_insert(shape)} AS new ON DUPLICATE KEY UPDATE {changed}"


@lru_cache(maxsize=512)
def _update(shape: _Shape, named_by: int, count_up: str) -> str:
    own, is_sqlite = shape.table.name, shape.dialect == _SQLITE
    columns = [f"column{place}" if is_sqlite else f"column_{place - 1}" for place in range(1, len(shape.names) + 1)]
    pairs = list(zip(shape.names, columns, strict=True))
    same = " AND ".join(f"{own}.{name} = given.{column}" for name, column in pairs[:named_by])
    # SQLite takes no table's name before what is set.
    changed = [f"{name if is_sqlite else f'{own}.{name}'} = given.{column}" for name, column in pairs[named_by:]]
    if count_up:
        changed.append(f"{count_up if is_sqlite else f'{own}.{count_up}'} = {own}.{count_up} + 1")
    given = f"({shape.lines(columns)}) AS given"
    if is_sqlite:
        return f"UPDATE {own} SET {', '.join(changed)} FROM {given} WHERE {same}"  # noqa: S608
    return f"UPDATE {own} JOIN {given} ON {same} SET {', '.join(changed)}"  # noqa: S608
