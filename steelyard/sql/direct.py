"""Small transactions on SQLite in one visit to a thread.

An asynchronous connection to SQLite visits its thread several times per statement, which costs more than the
statement itself. Work written for such a connection runs here on a plain one: it never waits, so its first step is its
last.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, CursorResult, Engine
from sqlalchemy.ext.asyncio import AsyncConnection

T = TypeVar("T")
Work = Callable[[AsyncConnection], Coroutine[Any, Any, T]]

# Readers at once. More would only wait for the interpreter.
READERS = 4


class DirectSqlite:
    """Threads of its own, so that long work elsewhere never keeps a commit waiting.

    And one connection for all that is written: what it knows of the file's pages and of its statements stays true from
    one transaction to the next, while a connection that others have written past begins anew.
    """

    def __init__(self, reading: Engine, writing: Engine) -> None:
        self._reading = reading
        self._writing = writing.execution_options(steelyard_write=True)
        self._readers = ThreadPoolExecutor(READERS, "sqlite-read")
        self._writer = ThreadPoolExecutor(1, "sqlite-write")

    async def read(self, work: Work[T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._readers, _run, self._reading, work)

    async def write(self, work: Work[T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._writer, _run, self._writing, work)

    def close(self) -> None:
        self._readers.shutdown()
        self._writer.shutdown()
        self._reading.dispose()
        self._writing.dispose()


class _NeverWaiting:
    """A plain connection in the form of an asynchronous one."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self.dialect = conn.dialect

    async def execute(self, statement: Any, parameters: Any = None) -> CursorResult[Any]:
        return self._conn.execute(statement, parameters)

    async def exec_driver_sql(self, statement: str, parameters: Any = None) -> CursorResult[Any]:
        return self._conn.exec_driver_sql(statement, parameters)


def _run(engine: Engine, work: Work[T]) -> T:
    with engine.connect() as conn, conn.begin():
        running = work(cast("AsyncConnection", _NeverWaiting(conn)))
        try:
            running.send(None)
        except StopIteration as done:
            return cast("T", done.value)
        running.close()
        raise AssertionError("work waited for something else than its connection")
