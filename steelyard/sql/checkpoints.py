"""Copies the write-ahead log of SQLite into the database beside the writers, not in the way of one of them.

SQLite does it inside the commit that fills the log, and whoever waits for that commit waits for two flushes of the disk
and many megabytes. Here a thread with a connection of its own copies while writers go on, and keeps them out only for
what they added meanwhile, so that the log can begin anew.
"""

from __future__ import annotations

import asyncio
import os
import struct
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

log = structlog.get_logger()

# 16 MB of log: fewer waits for the disk, and what is flushed meanwhile is never copied.
DUE_PAGES = 4_000
# Left to the pass that keeps writers out. Fewer than this are written in the time of one flush of the disk.
FEW_PAGES = 300
PASSES_MAX = 4
# https://www.sqlite.org/walformat.html, section 2: where the index has the frames in the log, and those copied already.
_FRAMES_AT, _COPIED_AT = 16, 96
_COUNT = struct.Struct("=I")


class Checkpoints:
    """Of one file. `writer` is held by every writer of this process; others have their own way (engine.py).

    To be closed after all connections to the file: closing a file gives up the locks that the process has on it.
    """

    def __init__(self, path: Path, copying: Engine, writer: asyncio.Lock) -> None:
        self._index_path = path.with_name(path.name + "-shm")
        self._index: int | None = None
        self._copying = copying
        self._writer = writer
        self._thread = ThreadPoolExecutor(1, "sqlite-checkpoint")
        self._task: asyncio.Task[None] | None = None
        # Frames in the log when it was copied last; fewer are there when it has begun anew.
        self._tried_at = 0

    def after_commit(self) -> None:
        """Begin to copy when enough has been written. Costs a read of four bytes."""
        if self._task is not None:
            return
        frames = self._count(_FRAMES_AT)
        if frames - (self._tried_at if frames >= self._tried_at else 0) >= DUE_PAGES:
            self._task = asyncio.create_task(self._run(), name="checkpoint")

    async def finish(self) -> None:
        """Wait for the copying that is under way."""
        if self._task is not None:
            await asyncio.wait([self._task])

    def close(self) -> None:
        self._thread.shutdown()
        self._copying.dispose()
        if self._index is not None:
            os.close(self._index)

    async def _run(self) -> None:
        try:
            for _ in range(PASSES_MAX):
                await self._copy()
                if self._count(_FRAMES_AT) - self._count(_COPIED_AT) < FEW_PAGES:
                    break
            async with self._writer:
                await self._copy()
        except DBAPIError as error:  # the log is whole; what is not copied now is copied next time
            log.warning("the write-ahead log could not be copied into the database", why=str(error.orig))
        finally:
            self._tried_at = self._count(_FRAMES_AT)
            self._task = None

    async def _copy(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._copy_now)

    def _copy_now(self) -> None:
        """Copy what no reader keeps in the log. Never waits for anybody, and nobody for it."""
        with self._copying.connect() as conn:
            conn.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)").all()

    def _count(self, at: int) -> int:
        if self._index is None:
            self._index = os.open(self._index_path, os.O_RDONLY | os.O_CLOEXEC)
        found: int = _COUNT.unpack(os.pread(self._index, _COUNT.size, at))[0]
        return found
