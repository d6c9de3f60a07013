"""A Steelyard server's own books, looked up from outside: rows of its tables, bytes of its database and its objects."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import obstore
import pymysql

from benchmarks.load.usage import disk_bytes

TABLES = ("runs", "history_chunks", "history_segments", "stream_positions", "run_changes")
# Chunks that will become segments (streams 1 and 2), and segments of ended runs that will be merged or dropped.
UNFLUSHED = "SELECT COUNT(*) FROM history_chunks WHERE line_count > 0"
UNSEALED = "SELECT COUNT(*) FROM history_segments WHERE sealed = 0 AND dropped_at IS NULL"

Ask = Callable[[str], list[tuple[Any, ...]]]


class Books:
    """Reads a server's database and store; `env` is what the server was started with."""

    def __init__(self, folder: Path, env: dict[str, str]) -> None:
        self._folder = folder
        self._mysql, self._bucket = env.get("MYSQL"), env.get("BUCKET")

    @contextmanager
    def open(self) -> Iterator[Ask]:
        connection = self._connect()
        cursor = connection.cursor()

        def ask(query: str) -> list[tuple[Any, ...]]:
            cursor.execute(query)
            return list(cursor.fetchall())

        try:
            yield ask
        finally:
            connection.close()

    def _connect(self) -> Any:
        if self._mysql is None:
            return sqlite3.connect(f"file:{self._folder / 'steelyard.db'}?mode=ro", uri=True, timeout=30)
        at = urlsplit(self._mysql)
        return pymysql.connect(
            host=at.hostname,
            port=at.port or 0,
            database=at.path.lstrip("/"),
            user=at.username,
            password=at.password or "",
            autocommit=True,
        )

    def unfinished(self) -> int | None:
        """Chunks and segments that background work has yet to do; None from a release without segments."""
        with self.open() as ask:
            try:
                return int(ask(UNFLUSHED)[0][0]) + int(ask(UNSEALED)[0][0])
            except (sqlite3.OperationalError, pymysql.err.ProgrammingError):
                return None

    def row_counts(self) -> dict[str, int]:
        """Rows of each table that grows with traffic."""
        counts = {}
        with self.open() as ask:
            for table in TABLES:
                try:
                    counts[table] = int(ask(f"SELECT COUNT(*) FROM {table}")[0][0])
                except (sqlite3.OperationalError, pymysql.err.ProgrammingError):
                    continue
        return counts

    def database_bytes(self) -> int:
        """Bytes in use: pages of SQLite that are not free, or MySQL's own estimate."""
        with self.open() as ask:
            if self._mysql is None:
                pages, free, size = (
                    ask(f"PRAGMA {name}")[0][0] for name in ("page_count", "freelist_count", "page_size")
                )
                return int((pages - free) * size)
            tables = "information_schema.tables WHERE table_schema = DATABASE()"
            return int(ask(f"SELECT SUM(data_length + index_length) FROM {tables}")[0][0] or 0)

    def objects(self) -> tuple[int, int]:
        """Number of the objects in the store, and bytes with what a folder notes beside each."""
        if self._bucket is None:
            folder = self._folder / "objects"
            return sum(path.is_file() and path.suffix != ".json" for path in folder.rglob("*")), disk_bytes(folder)
        sizes = [entry["size"] for page in obstore.list(self._store()) for entry in page]
        return len(sizes), sum(sizes)

    def _store(self) -> obstore.store.S3Store:
        at = urlsplit(self._bucket or "")
        bucket, _, prefix = at.path.lstrip("/").partition("/")
        return obstore.store.S3Store(
            bucket,
            prefix=prefix,
            endpoint=f"http://{at.hostname}:{at.port}",
            access_key_id=at.username,
            secret_access_key=at.password,
            region="us-east-1",
            virtual_hosted_style_request=False,
            client_options={"allow_http": True},
        )
