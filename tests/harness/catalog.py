"""What a server's database holds of streamed data, seen past the server: whether background work has been done."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from urllib.parse import urlsplit

from tests.harness.server import Server
from tests.services import mysql

LIVE = 1
WAIT_MAX_S = 90


def count_segments(server: Server) -> int:
    """How many live segments all runs of the server have."""
    return _count(server, f"SELECT COUNT(*) FROM history_segments WHERE state = {LIVE}")


def longest_journal(server: Server) -> int:
    """How many requests' rows the journal holds of the stream of which it holds most."""
    each = "SELECT COUNT(*) AS held FROM history_chunks WHERE stream < 3 GROUP BY run, stream"
    return _count(server, f"SELECT COALESCE(MAX(held), 0) FROM ({each}) AS streams")


def wait_until(condition: Callable[[], object], what: str) -> None:
    """Look again and again; the limit is for what hangs."""
    end = time.monotonic() + WAIT_MAX_S
    while not condition():
        assert time.monotonic() < end, f"never seen: {what}"
        time.sleep(0.1)


def _count(server: Server, statement: str) -> int:
    url = urlsplit(server.env.get("MYSQL", ""))
    if not url.scheme:
        with closing(sqlite3.connect(f"file:{server.data_dir}/steelyard.db?mode=ro", uri=True, timeout=20)) as file:
            return int(file.execute(statement).fetchone()[0])
    with mysql.connect(url.port or 0) as connection, connection.cursor() as cursor:
        connection.select_db(url.path.lstrip("/"))
        cursor.execute(statement)
        (found,) = cursor.fetchone() or (0,)
        return int(found)
