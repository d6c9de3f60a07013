"""The write-ahead log of SQLite is copied beside the writers: it stays small, and nothing is lost."""

import asyncio
import sqlite3

from sqlalchemy import text

from steelyard.sql.checkpoints import DUE_PAGES
from steelyard.sql.engine import Database, open_database

PAGE_BYTES = 4096
ROW_BYTES = 40_000


async def _write_rows(database: Database, count: int) -> None:
    async def insert(conn):
        await conn.exec_driver_sql("INSERT INTO things (body) VALUES (randomblob(?))", (ROW_BYTES,))

    for _ in range(count):
        await database.write_at_once(insert)


async def test_the_log_is_copied_while_others_write_and_read(tmp_path):
    database = open_database(None, tmp_path, 1)
    async with database.write() as conn:
        await conn.execute(text("CREATE TABLE things (id INTEGER PRIMARY KEY, body BLOB)"))
    rows = 8 * DUE_PAGES * PAGE_BYTES // ROW_BYTES // 4
    await asyncio.gather(*(_write_rows(database, rows // 4) for _ in range(4)))
    log_bytes = (tmp_path / "steelyard.db-wal").stat().st_size
    async with database.read() as conn:
        assert (await conn.execute(text("SELECT count(*) FROM things"))).scalar() == rows // 4 * 4
    await database.close()
    # twice what makes it due: what is written while that is copied
    assert DUE_PAGES * PAGE_BYTES / 2 < log_bytes < 2.5 * DUE_PAGES * PAGE_BYTES
    with sqlite3.connect(tmp_path / "steelyard.db") as conn:
        assert conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def test_a_reader_that_stays_keeps_nobody_waiting(tmp_path):
    database = open_database(None, tmp_path, 1)
    async with database.write() as conn:
        await conn.execute(text("CREATE TABLE things (id INTEGER PRIMARY KEY, body BLOB)"))
    async with database.read() as conn:
        assert (await conn.execute(text("SELECT count(*) FROM things"))).scalar() == 0
        await _write_rows(database, 2 * DUE_PAGES * PAGE_BYTES // ROW_BYTES)
        assert (await conn.execute(text("SELECT count(*) FROM things"))).scalar() == 0
    await database.close()
