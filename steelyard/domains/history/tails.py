"""The tail of a stream: what the journal still holds, decoded as it comes and kept in memory while room allows."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from steelyard.columnar.blocks import Block, append_block, decode_block, decode_text_block
from steelyard.context import Context
from steelyard.domains.history import segment_queries
from steelyard.domains.history.memory import memory_of
from steelyard.domains.history.model import ChunkKey, Encoding, Stream, TailMark

# Bodies read by one statement and decoded without letting other requests have their turn.
READ_BYTES = 8 << 20
READ_RUNS = 50


class TailMoved(Exception):
    """The journal is no longer what the mark said: a flush took chunks away. Ask for the stream anew."""


@dataclass(frozen=True, slots=True)
class Tail:
    """The chunks of `mark` as blocks, in order of arrival; a newer tail shares them."""

    mark: TailMark
    blocks: tuple[Block, ...]

    @property
    def size_bytes(self) -> int:
        return 1000 + sum(block.size_bytes for block in self.blocks)


async def load_tails(ctx: Context, marks: Mapping[int, TailMark], stream: Stream) -> dict[int, Tail]:
    """Return the tails of runs as `marks` say; only what came since they were last read is read and decoded.

    Raises `TailMoved`.
    """
    memory = memory_of(ctx)
    known: dict[int, Tail] = {}
    wanted: dict[int, TailMark] = {}
    for run, mark in marks.items():
        tail = memory.get(("tail", run, stream))
        if tail is not None and tail.mark.first_id == mark.first_id and tail.mark.last_id <= mark.last_id:
            known[run] = tail
        if run not in known or known[run].mark != mark:
            wanted[run] = mark
    for batch in _batches(wanted):
        for run, tail in (await _extended(ctx, batch, known, stream)).items():
            known[run] = tail
            memory.put(("tail", run, stream), tail, tail.size_bytes)
    return known


def _batches(marks: Mapping[int, TailMark]) -> Iterator[dict[int, TailMark]]:
    batch: dict[int, TailMark] = {}
    size = 0
    for run, mark in marks.items():
        if batch and (size + mark.size_bytes > READ_BYTES or len(batch) == READ_RUNS):
            yield batch
            batch, size = {}, 0
        batch[run] = mark
        size += mark.size_bytes
    if batch:
        yield batch


async def _extended(
    ctx: Context, marks: Mapping[int, TailMark], known: Mapping[int, Tail], stream: Stream
) -> dict[int, Tail]:
    ranges = {
        run: (known[run].mark.last_id + 1 if run in known else mark.first_id, mark.last_id)
        for run, mark in marks.items()
    }
    chunks = await ctx.database.read_at_once(partial(segment_queries.load_chunks, ranges=ranges, stream=stream))
    for run, mark in marks.items():
        if len(chunks.get(run, ())) != mark.count - (known[run].mark.count if run in known else 0):
            raise TailMoved
    return await asyncio.to_thread(_decode, marks, known, chunks)


def _decode(
    marks: Mapping[int, TailMark], known: Mapping[int, Tail], chunks: Mapping[int, Sequence[tuple[ChunkKey, bytes]]]
) -> dict[int, Tail]:
    tails: dict[int, Tail] = {}
    for run, mark in marks.items():
        blocks = list(known[run].blocks) if run in known else []
        for key, body in chunks.get(run, ()):
            append_block(blocks, decode_chunk(key, body))
        tails[run] = Tail(mark, tuple(blocks))
    return tails


def decode_chunk(key: ChunkKey, body: bytes) -> Block:
    decode = decode_text_block if key.encoding is Encoding.LINES else decode_block
    return decode(key.writer, key.first_line, key.line_count, body)
