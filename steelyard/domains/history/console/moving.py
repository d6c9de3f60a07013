"""Console lines move out of the database: the journal becomes segments, and small segments become larger ones."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from functools import partial

from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.columnar.log_lines import LogLines
from steelyard.columnar.log_writer import LogWriter
from steelyard.context import Context
from steelyard.domains.history import publish_queries, segment_queries
from steelyard.domains.history.console import sources
from steelyard.domains.history.console.reading import lay_out
from steelyard.domains.history.console.sources import BlockKey
from steelyard.domains.history.console.spans import Source, Span, Strip
from steelyard.domains.history.console.wire import read_lines
from steelyard.domains.history.model import ChunkKey, Due, TailMark
from steelyard.domains.history.publishing import Made, Replaced, announced, publish, store, withdraw
from steelyard.domains.history.rules import choose_merge
from steelyard.kernel.errors import Conflict

# What a flush takes of a journal that was long in want of one, as a multiple of what makes it due.
_DUE_TIMES = 2
# The catalog counts values: with these many bytes of text for one, a sealed segment has some 60 MB of text.
_BYTES_PER_VALUE = 32
# Blocks that are held at a time while segments are merged.
_BLOCKS_AT_ONCE = 64

_Held = tuple[TailMark, list[tuple[ChunkKey, bytes]]]


async def flush_console(ctx: Context, due: Due) -> bool:
    """Turn the oldest chunks of a run's output into a segment; return False when there were none.

    Older segments stay as they are: a newer segment's lines go before theirs. Raises `Conflict` when another process
    was faster; nothing has changed then. Holds the chunks in memory.
    """
    max_bytes = ctx.ports.policy.history.flush_bytes * _DUE_TIMES
    async with announced(ctx, due.run, due.stream) as item:
        held = await ctx.database.read_at_once(partial(_read, due=due, max_bytes=max_bytes))
        if held is None:
            await withdraw(ctx, item)
            return False
        prefix, chunks = held
        made = await asyncio.to_thread(_make, chunks)
        if made is not None:
            await store(ctx, item, made)
        await publish(ctx, item, made, Replaced(prefix.last_id, prefix), sealed=_is_large(ctx, made))
    return True


async def _read(conn: AsyncConnection, due: Due, max_bytes: int) -> _Held | None:
    prefix = await publish_queries.find_prefix(conn, due.run, due.stream, max_bytes)
    if prefix is None:
        return None
    chunks = await segment_queries.load_chunks(conn, {due.run: (prefix.first_id, prefix.last_id)}, due.stream)
    if len(chunks.get(due.run, ())) != prefix.count:
        raise Conflict("the journal was flushed by somebody else")
    return prefix, list(chunks[due.run])


def _make(chunks: Sequence[tuple[ChunkKey, bytes]]) -> Made | None:
    strips: dict[str, Strip] = {}
    decoded: dict[object, LogLines] = {}
    for key, body in chunks:
        if key.line_count:
            decoded[key.id] = read_lines(body.split(b"\n"))
            strips.setdefault(key.writer, Strip()).lay_over(Source(key.id, key.first_line, key.line_count))
    writer = LogWriter()
    for name, span in _spans(strips):
        _add(writer, name, span, decoded)
    return _finish(writer)


def _spans(strips: Mapping[str, Strip]) -> list[tuple[str, Span]]:
    return [(writer, span) for writer, strip in strips.items() for span in strip.stored]


def _add(writer: LogWriter, name: str, span: Span, decoded: Mapping[object, LogLines]) -> None:
    assert span.source is not None, "only stored lines are written"
    first = span.source.first
    writer.add(name, span.start, decoded[span.source.key].slice(span.start - first, span.end - first))


def _finish(writer: LogWriter) -> Made | None:
    body, directory = writer.finish()
    if not directory.row_count:
        return None
    return Made(body, directory, directory.coverage(), directory.text_bytes // _BYTES_PER_VALUE)


def _is_large(ctx: Context, made: Made | None) -> bool:
    return made is not None and made.value_count >= ctx.ports.policy.history.seal_values


async def merge_console(ctx: Context, due: Due) -> bool:
    """Merge or seal the segments of a run's output that are next; return False when there was nothing to do.

    Raises `Conflict` when another process was faster. Holds the compressed object, and a few blocks at a time.
    """
    policy = ctx.ports.policy.history
    sized = await ctx.database.read_at_once(partial(publish_queries.list_sized, run=due.run, stream=due.stream))
    by_arrival = sorted(sized, key=lambda item: (item.journal_id, item.id))
    chosen = [item.id for item in choose_merge(by_arrival, policy, ended=due.ended)]
    if not chosen:
        return False
    if len(chosen) == 1:
        await ctx.database.write_at_once(partial(publish_queries.seal, segment=chosen[0]))
        return True
    async with announced(ctx, due.run, due.stream) as item:
        segments = await sources.load_segments(ctx, chosen)
        made = await _merge(ctx, lay_out(segments))
        assert made is not None, "live segments have lines"
        await store(ctx, item, made)
        newest = max(segment.journal_id for segment in segments)
        sealed = due.ended or _is_large(ctx, made)
        await publish(ctx, item, made, Replaced(newest, None, tuple(chosen)), sealed=sealed)
    return True


async def _merge(ctx: Context, strips: Mapping[str, Strip]) -> Made | None:
    writer = LogWriter()
    async for group, decoded in _decoded(ctx, _spans(strips)):
        await asyncio.to_thread(_add_all, writer, group, decoded)
    return await asyncio.to_thread(_finish, writer)


def _add_all(writer: LogWriter, group: Sequence[tuple[str, Span]], decoded: Mapping[object, LogLines]) -> None:
    for name, span in group:
        _add(writer, name, span, decoded)


async def _decoded(
    ctx: Context, spans: Sequence[tuple[str, Span]]
) -> AsyncIterator[tuple[Sequence[tuple[str, Span]], dict[object, LogLines]]]:
    """Yield the spans group by group, with the blocks that they are of. Past the cache, for nobody asked for them."""
    for start in range(0, len(spans), _BLOCKS_AT_ONCE):
        group = spans[start : start + _BLOCKS_AT_ONCE]
        keys = {span.source.key for _, span in group if span.source is not None}
        decoded: dict[object, LogLines] = {}
        for segment in {key.segment.id: key.segment for key in keys if isinstance(key, BlockKey)}.values():
            blocks = sorted(key.block for key in keys if isinstance(key, BlockKey) and key.segment is segment)
            decoded |= await sources.read_segment(ctx, segment, blocks)
        yield group, decoded
