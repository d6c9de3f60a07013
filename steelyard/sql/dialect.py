"""Every difference between SQLite and MySQL that statements show: upserts, hints, and which errors mean what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Index, Select, Table, insert
from sqlalchemy.dialects import mysql, sqlite
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

_MYSQL_DEADLOCK = 1213
# MySQL: deadlock, lock wait timeout; ended connection, no connection; too many connections; shutting down or read-only
# while another server takes over. The transaction was rolled back and may be tried again.
_MYSQL_PASSING = {_MYSQL_DEADLOCK, 1205, 2003, 2006, 2013, 1040, 1053, 1290, 1836}
# MySQL: disk full, table full, error 28 (no space) of the storage engine.
_MYSQL_FULL = {1021, 1114}
_MYSQL_ENGINE_ERROR = 1030
_SQLITE_PASSING = ("database is locked", "database table is locked")
# A full disk shows as the second where memory maps of the file cannot grow.
_SQLITE_FULL = ("database or disk is full", "disk I/O error")


def walking(index: Index, statement: Select[Any]) -> Select[Any]:
    """Return the statement so that it passes over its table by `index`. Left to itself MySQL may choose another one
    that leads to the rows, for a table that grows is small in its statistics."""
    assert index.table is not None, "of no table"
    return statement.with_hint(index.table, f"FORCE INDEX ({index.name})", "mysql")


async def insert_ignore(conn: AsyncConnection, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert the row unless its unique key exists; return whether it was inserted."""
    if conn.dialect.name == "sqlite":
        done = await conn.execute(sqlite.insert(table).values(**values).on_conflict_do_nothing())
        return done.rowcount == 1
    try:
        # MySQL's INSERT IGNORE would pass over every other error too, such as a text cut to its column. A clash undoes
        # this statement alone; a savepoint would only hide a deadlock, which leaves none to go back to.
        await conn.execute(insert(table).values(**values))
    except IntegrityError as error:
        if not is_duplicate(error):
            raise
        return False
    return True


async def insert_row(conn: AsyncConnection, table: Table, **values: Any) -> int:
    """Insert a row and return the number that the database gave it."""
    key = (await conn.execute(insert(table).values(**values))).inserted_primary_key
    assert key is not None, "the table numbers its rows"
    return int(key[0])


async def upsert(
    conn: AsyncConnection, table: Table, rows: Iterable[Mapping[str, Any]], key: Iterable[str], update: Iterable[str]
) -> None:
    """Insert `rows`; where the unique `key` exists, set the columns `update` to the given values."""
    values = [dict(row) for row in rows]
    if not values:
        return
    await conn.execute(_upsert(conn.dialect.name, table, tuple(key), tuple(update)), values)


@lru_cache(maxsize=64)
def _upsert(dialect: str, table: Table, key: tuple[str, ...], update: tuple[str, ...]) -> Any:
    """Making the statement costs more than running it on a few rows."""
    if dialect == "sqlite":
        lite = sqlite.insert(table)
        return lite.on_conflict_do_update(index_elements=key, set_={name: lite.excluded[name] for name in update})
    mine = mysql.insert(table)
    return mine.on_duplicate_key_update({name: mine.inserted[name] for name in update})


async def add_to(conn: AsyncConnection, table: Table, key: Mapping[str, Any], amounts: Mapping[str, int]) -> None:
    """Add the amounts, which may be negative, to the row with this key, which begins with them when it is missing."""
    values = {**key, **amounts}
    if conn.dialect.name == "sqlite":
        lite = sqlite.insert(table).values(**values)
        sums = {name: table.c[name] + lite.excluded[name] for name in amounts}
        await conn.execute(lite.on_conflict_do_update(index_elements=tuple(key), set_=sums))
        return
    mine = mysql.insert(table).values(**values)
    await conn.execute(mine.on_duplicate_key_update({name: table.c[name] + mine.inserted[name] for name in amounts}))


def matches_like(dialect: str, column: ColumnElement[str], pattern: str) -> ColumnElement[bool]:
    """Compare with a LIKE pattern (`%`, `_`, `\\` before either), case by case: SQLite's own LIKE folds letters."""
    return column.op("GLOB")(_glob(pattern)) if dialect == "sqlite" else column.like(pattern, escape="\\")


def _glob(pattern: str) -> str:
    wild = {"%": "*", "_": "?"}
    return "".join(
        _glob_literal(part[-1]) if part[0] == "\\" else wild.get(part, _glob_literal(part))
        for part in re.findall(r"\\.|.", pattern, re.DOTALL)
    )


def _glob_literal(character: str) -> str:
    return f"[{character}]" if character in "*?[" else character


def is_duplicate(error: IntegrityError) -> bool:
    """Tell a unique-key clash from other broken constraints."""
    text = str(error.orig)
    return "UNIQUE constraint" in text or "1062" in text


def is_passing(error: DBAPIError) -> bool:
    """Tell faults that go away by themselves (busy, deadlock, lost connection) from wrong statements."""
    return _code(error) in _MYSQL_PASSING or any(text in _text(error) for text in _SQLITE_PASSING)


def is_deadlock(error: DBAPIError) -> bool:
    """Tell whether the transaction was given up so that another, which waited for it, may go on."""
    return bool(_code(error) == _MYSQL_DEADLOCK)


def is_full(error: DBAPIError) -> bool:
    """Tell whether the database could not write: its disk is full, or failed it."""
    code = _code(error)
    if code in _MYSQL_FULL or (code == _MYSQL_ENGINE_ERROR and "error 28 " in str(error.orig)):
        return True
    return any(text in _text(error) for text in _SQLITE_FULL)


def is_too_long(error: DBAPIError) -> bool:
    """Tell whether a text is longer than SQLite searches for; MySQL takes any."""
    return "pattern too complex" in _text(error)


def _code(error: DBAPIError) -> Any:
    """Return the number of a MySQL error; SQLite's errors have a text only."""
    return error.orig.args[0] if error.orig is not None and error.orig.args else None


def _text(error: DBAPIError) -> str:
    """Return what SQLite says of itself; errors of other kinds may hold words of users."""
    return str(error.orig) if isinstance(error, OperationalError) else ""
