"""Files of a snapshot: written on this machine first, then put to the place; and fetched again."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

from steelyard.backup.model import Part
from steelyard.backup.pool import Listed
from steelyard.kernel.errors import Invalid, NotFound
from steelyard.ports.objects import ObjectStore

_PIECE_BYTES = 1 << 20
_LISTING = pa.schema([("key", pa.string()), ("version", pa.string()), ("size_bytes", pa.int64())])


async def put_file(place: ObjectStore, key: str, path: Path, rows: int) -> Part:
    sha256 = hashlib.sha256()

    async def body() -> AsyncIterator[bytes]:
        with path.open("rb") as file:
            while piece := await asyncio.to_thread(file.read, _PIECE_BYTES):
                sha256.update(piece)
                yield piece

    stored = await place.put(key, body())
    return Part(rows, stored.size_bytes, sha256.hexdigest())


async def fetch_file(place: ObjectStore, key: str, part: Part, path: Path) -> Path:
    """Raises `Invalid` when the file is missing or is not the one that was put."""
    sha256 = hashlib.sha256()
    try:
        with path.open("wb") as file:
            async for piece in place.get(key):
                sha256.update(piece)
                await asyncio.to_thread(file.write, piece)
    except NotFound:
        raise Invalid(f"{key} is missing from the backup") from None
    if sha256.hexdigest() != part.sha256:
        raise Invalid(f"{key} is damaged: its content is not what was written")
    return path


async def read_small(place: ObjectStore, key: str) -> bytes | None:
    try:
        return b"".join([piece async for piece in place.get(key)])
    except NotFound:
        return None


async def put_small(place: ObjectStore, key: str, text: bytes) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield text

    await place.put(key, body())


class ListingWriter:
    """Writes which objects belong to a snapshot. Use as a context."""

    def __init__(self, path: Path) -> None:
        self._writer = pq.ParquetWriter(path, _LISTING, compression="zstd")
        self.rows = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._writer.close()

    def write(self, listed: list[Listed]) -> None:
        columns = [[item.key for item in listed], [item.version for item in listed], [i.size_bytes for i in listed]]
        arrays = [pa.array(values, kind) for values, kind in zip(columns, _LISTING.types, strict=True)]
        self._writer.write_batch(pa.record_batch(arrays, schema=_LISTING))
        self.rows += len(listed)


def read_listing(path: Path, page: int) -> Iterator[list[Listed]]:
    for batch in pq.ParquetFile(path).iter_batches(page):
        columns = [column.to_pylist() for column in batch.columns]
        yield [Listed(*row) for row in zip(*columns, strict=True)]
