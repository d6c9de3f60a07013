"""What a run's fields of streamed data answer."""

from __future__ import annotations

from typing import Any

import orjson

from steelyard.context import Context
from steelyard.domains.history import service
from steelyard.domains.history.model import Stream
from steelyard.domains.history.spec import parse_spec
from steelyard.domains.runs.model import Run
from steelyard.graphql.binding import ObjectBinding

run = ObjectBinding("Run")


@run.field("history")
async def history(
    run: Run, ctx: Context, samples: int | None = None, min_step: int | None = None, max_step: int | None = None
) -> list[str]:
    if min_step is None and max_step is None:
        return await service.sample_texts(ctx, run, Stream.HISTORY, samples)
    return await service.range_texts(ctx, run, min_step, max_step, samples)


@run.field("events")
async def events(run: Run, ctx: Context, samples: int | None = None) -> list[str]:
    return await service.sample_texts(ctx, run, Stream.EVENTS, samples)


@run.field("sampledHistory")
async def sampled_history(run: Run, ctx: Context, specs: list[str]) -> list[orjson.Fragment]:
    return [await service.sample_rows(ctx, run, parse_spec(spec)) for spec in specs]


@run.field("historyKeys")
async def history_keys(run: Run, ctx: Context) -> dict[str, Any]:
    return await service.list_keys(ctx, run)


@run.field("historyTail")
async def history_tail(run: Run, ctx: Context) -> str:
    return orjson.dumps(await service.tail_texts(ctx, run, Stream.HISTORY)).decode()


@run.field("eventsTail")
async def events_tail(run: Run, ctx: Context) -> str:
    return orjson.dumps(await service.tail_texts(ctx, run, Stream.EVENTS)).decode()


@run.field("historyLineCount")
async def history_line_count(run: Run, ctx: Context) -> int:
    return (await service.count_lines(ctx, run)).get(Stream.HISTORY, 0)


@run.field("eventsLineCount")
async def events_line_count(run: Run, ctx: Context) -> int:
    return (await service.count_lines(ctx, run)).get(Stream.EVENTS, 0)


@run.field("logLineCount")
async def log_line_count(run: Run, ctx: Context) -> int:
    return (await service.count_lines(ctx, run)).get(Stream.CONSOLE, 0)


@run.field("parquetHistory")
async def parquet_history(run: Run, ctx: Context, live_keys: list[str]) -> dict[str, Any]:
    """No files and no live rows: the client then reads everything page by page (docs/protocol/queries.md, parquet)."""
    del run, ctx, live_keys
    return {"parquetUrls": [], "liveData": []}


BINDINGS = [run]
