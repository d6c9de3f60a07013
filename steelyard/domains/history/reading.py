"""Streams as tables, kept in memory as long as room allows: only chunks that came since the last read are decoded."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from steelyard.columnar.blocks import Block, append_block, decode_block, decode_text_block
from steelyard.columnar.cache import BoundedCache
from steelyard.columnar.table import Table
from steelyard.context import Context
from steelyard.domains.history import queries
from steelyard.domains.history.model import ChunkKey, Encoding, Stream
from steelyard.sql.engine import Database

# Decoded columns of recently read runs, per process. A number costs 16 bytes, so this is about 16 million numbers.
CACHE_BYTES = 256 << 20
# Chunks decoded without letting other requests have their turn.
_DECODED_AT_ONCE = 64


@dataclass(slots=True)
class _Known:
    """What has been decoded of one stream. Mended under `lock`; tables handed out before stay valid."""

    last_chunk: int = 0
    blocks: list[Block] = field(default_factory=list)
    table: Table = field(default_factory=lambda: Table([]))
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def size_bytes(self) -> int:
        return sum(block.size_bytes for block in self.blocks) + self.table.size_bytes + 1000


_Cache = BoundedCache[tuple[int, Stream], _Known]
_caches: WeakKeyDictionary[Database, _Cache] = WeakKeyDictionary()


async def load_table(ctx: Context, run: int, stream: Stream) -> Table:
    """Return everything stored of the stream up to now.

    Costs one small query when nothing is new; else the bodies of the new chunks are read and decoded, in a thread.
    """
    cache = _caches.setdefault(ctx.database, _Cache(CACHE_BYTES))
    known = cache.get((run, stream)) or _Known()
    cache.put((run, stream), known, known.size_bytes)
    async with known.lock:
        async with ctx.database.read() as conn:
            new = await queries.list_chunk_keys(conn, run, stream, known.last_chunk)
        for start in range(0, len(new), _DECODED_AT_ONCE):
            await _extend(ctx, known, new[start : start + _DECODED_AT_ONCE])
        if new:
            known.table = Table(known.blocks)
            cache.put((run, stream), known, known.size_bytes)
        return known.table


async def _extend(ctx: Context, known: _Known, chunks: Sequence[ChunkKey]) -> None:
    async with ctx.database.read() as conn:
        bodies = await queries.load_bodies(conn, [chunk.id for chunk in chunks])
    decoded = await asyncio.to_thread(_decode, chunks, bodies)
    for block in decoded:
        append_block(known.blocks, block)
    known.last_chunk = chunks[-1].id


def _decode(chunks: Sequence[ChunkKey], bodies: dict[int, bytes]) -> list[Block]:
    return [_decode_one(chunk, bodies[chunk.id]) for chunk in chunks]


def _decode_one(chunk: ChunkKey, body: bytes) -> Block:
    decode = decode_text_block if chunk.encoding is Encoding.LINES else decode_block
    return decode(chunk.writer, chunk.first_line, chunk.line_count, body)
