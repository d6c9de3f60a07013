"""Opens the database and hands out transactions. Services own transactions; queries take the connection.

SQLite runs in WAL mode with `synchronous=FULL`: a commit that returned has reached the disk. It has one writer at a
time, so writers of this process queue on a lock instead of spinning on the file lock.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from steelyard.config.mysql_url import MysqlAddress
from steelyard.sql.checkpoints import Checkpoints
from steelyard.sql.direct import READERS, DirectSqlite, T, Work
from steelyard.telemetry.traces import TRACES

# Long enough for a slow command-line write of another process, short enough to fail a request that a proxy still holds.
_SQLITE_BUSY_MS = 20_000
# Texts that a connection keeps prepared: those of the journal differ by the number of their rows (many.py).
_SQLITE_STATEMENTS = 512
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    f"PRAGMA busy_timeout={_SQLITE_BUSY_MS}",
    "PRAGMA foreign_keys=ON",
    "PRAGMA cache_size=-16384",
    # `Checkpoints` comes long before; this is for other processes, and for readers that keep it from getting on.
    "PRAGMA wal_autocheckpoint=40000",
    # Pages of deleted rows are not written once more as zeros, which would make a flushed chunk cost twice.
    "PRAGMA secure_delete=FAST",
)


class Database:
    """One engine and its kinds of transaction. With `path` the engine is SQLite's, and that is its file."""

    def __init__(self, engine: AsyncEngine, path: Path | None = None) -> None:
        self.engine = engine
        self.is_sqlite = path is not None
        self._sqlite = _Sqlite(path) if path is not None else None
        self._writing = engine.execution_options(steelyard_write=True)
        self._traced = {"db.system.name": "sqlite" if self.is_sqlite else "mysql"}

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A consistent view of the data, for questions."""
        with TRACES.step("database read", **self._traced):
            async with self.engine.connect() as conn, conn.begin():
                yield conn

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncConnection]:
        """A view of the data as of its first question, through any number of them, for as long as it lasts."""
        async with self.engine.connect() as conn:
            if not self.is_sqlite:
                await conn.execution_options(isolation_level="REPEATABLE READ")
            async with conn.begin():
                yield conn

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that commits at the end of the block and rolls back when it raises."""
        with TRACES.step("database write", **self._traced):
            async with self._turn(), self._writing.connect() as conn, conn.begin():
                yield conn

    async def read_at_once(self, work: Work[T]) -> T:
        """Return what `work` returns in a transaction as of `read`, at a fraction of its cost on SQLite.

        `work` must await nothing but its connection, and must not stream rows.
        """
        if self._sqlite is None:
            async with self.read() as conn:
                return await work(conn)
        with TRACES.step("database read", **self._traced):
            return await self._sqlite.direct.read(work)

    async def write_at_once(self, work: Work[T]) -> T:
        """Return what `work` returns in a transaction as of `write`, on the terms of `read_at_once`."""
        if self._sqlite is None:
            async with self.write() as conn:
                return await work(conn)
        with TRACES.step("database write", **self._traced):
            async with self._turn():
                return await self._sqlite.direct.write(work)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """Wait until this process may write."""
        if self._sqlite is None:
            yield
            return
        async with self._sqlite.writer:
            yield
        self._sqlite.checkpoints.after_commit()

    async def close(self) -> None:
        await self.engine.dispose()
        if self._sqlite is not None:
            await self._sqlite.close()


class _Sqlite:
    """What a file of SQLite has besides its engine: one writer at a time, small transactions, checkpoints."""

    def __init__(self, path: Path) -> None:
        self.writer = asyncio.Lock()
        self.direct = DirectSqlite(_open_plain_sqlite(path, READERS), _open_plain_sqlite(path, 1))
        self.checkpoints = Checkpoints(path, _open_plain_sqlite(path, 1), self.writer)

    async def close(self) -> None:
        await self.checkpoints.finish()
        self.direct.close()
        self.checkpoints.close()


def open_database(address: MysqlAddress | None, data_dir: Path, max_connections: int) -> Database:
    """Return a database at a MySQL server, or for a file in `data_dir` when there is none.

    Opens no connection yet. Raises `Invalid` for certificates that cannot be read.
    """
    if address is None:
        path = data_dir / "steelyard.db"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()  # SQLite itself would give the group no right to write, whatever the umask
        return Database(_open_sqlite(path), path)
    from steelyard.sql.mysql import connector  # the driver, which SQLite does not need

    engine = create_async_engine(
        # what is shown of it; the connections are opened by `connector`
        URL.create("mysql+asyncmy", address.username, None, address.host, address.port, address.database),
        async_creator=connector(address),
        pool_size=max_connections,
        max_overflow=0,
        pool_pre_ping=True,
        pool_recycle=1800,
        isolation_level="READ COMMITTED",
    )
    return Database(engine)


def _open_sqlite(path: Path) -> AsyncEngine:
    url = URL.create("sqlite+aiosqlite", database=str(path))
    engine = create_async_engine(url, pool_size=8, max_overflow=24, pool_timeout=60)
    _prepare_sqlite(engine.sync_engine)
    return engine


def _open_plain_sqlite(path: Path, connections: int) -> Engine:
    url = URL.create("sqlite", database=str(path))
    given = {"check_same_thread": False, "cached_statements": _SQLITE_STATEMENTS}
    engine = create_engine(url, pool_size=connections, max_overflow=0, connect_args=given)
    _prepare_sqlite(engine)
    return engine


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions begin where we say, in `_on_begin`
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(pragma)
        cursor.close()

    @event.listens_for(engine, "begin")
    def _on_begin(conn: Any) -> None:
        # IMMEDIATE takes the write lock at once: a reader that turns writer late may find it can never commit.
        writing = conn.get_execution_options().get("steelyard_write")
        conn.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
