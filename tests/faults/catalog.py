"""The database and the store of a server under test, seen past the server."""

import asyncio
import contextlib
import sqlite3
from collections.abc import Iterator
from typing import Any

import pymysql
from sqlalchemy import func, select
from sqlalchemy.engine import make_url

from steelyard.config.sources import load
from steelyard.context import Ports
from steelyard.domains.history.model import SegmentState
from steelyard.domains.history.tables import history_chunks, history_segments
from steelyard.opening import close_ports, open_ports
from tests.harness.server import Server

NEWEST = "SELECT COALESCE(MAX(id), 0) FROM history_segments"


@contextlib.contextmanager
def watching(server: Server) -> Iterator[Any]:
    """Yield a function that returns the id of the newest segment announced, in well under a millisecond."""
    connection: Any
    if "MYSQL" in server.env:
        url = make_url(server.env["MYSQL"])
        connection = pymysql.connect(
            host=url.host,
            port=url.port or 3306,
            user=url.username,
            password=str(url.password),
            database=url.database,
            autocommit=True,
        )
    else:
        connection = sqlite3.connect(f"file:{server.data_dir}/steelyard.db?mode=ro", uri=True)
    with contextlib.closing(connection):
        cursor = connection.cursor()

        def newest() -> int:
            cursor.execute(NEWEST)
            return int(cursor.fetchall()[0][0])

        yield newest


def left_over(server: Server) -> dict[str, Any]:
    """Return chunks still in the journal, segments by state, and objects that no segment names."""
    return asyncio.run(_left_over(server))


async def _left_over(server: Server) -> dict[str, Any]:
    ports = await open_ports(load({"data_dir": server.data_dir}, server.env).settings)
    try:
        # The server goes on merging and deleting meanwhile: only what the catalog says before and after is certain.
        before = await _segments(ports)
        objects = {item.key async for item in ports.objects.list("segments/")}
        after = await _segments(ports)
        async with ports.database.read() as conn:
            chunks = select(func.count()).select_from(history_chunks)
            journal = (await conn.execute(chunks)).scalar() or 0
    finally:
        await close_ports(ports)
    states = [state.name.lower() for state in after.values()]
    live = {key for key, state in after.items() if state == before.get(key) == SegmentState.LIVE}
    return {
        "journal": journal,
        "segments": {state: states.count(state) for state in sorted(set(states))},
        "unnamed": sorted(objects - before.keys() - after.keys()),
        "missing": sorted(live - objects),
    }


async def _segments(ports: Ports) -> dict[str, SegmentState]:
    async with ports.database.read() as conn:
        rows = await conn.execute(select(history_segments.c.object_key, history_segments.c.state))
        return {key: SegmentState(state) for key, state in rows}
