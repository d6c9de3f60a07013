"""What a run's fields of streamed data answer."""

from __future__ import annotations

import math
from typing import Any

import orjson

from steelyard.columnar.slots import STEP
from steelyard.context import Context
from steelyard.domains.history import exports, service
from steelyard.domains.history.branches import archives
from steelyard.domains.history.branches.fork import prepare as prepare_fork
from steelyard.domains.history.branches.rewind import rewind_run
from steelyard.domains.history.console import pages
from steelyard.domains.history.console.pages import ConsolePage
from steelyard.domains.history.loaders import line_counts
from steelyard.domains.history.model import ConsoleLine, Stream
from steelyard.domains.history.spec import parse_spec
from steelyard.domains.runs import origins
from steelyard.domains.runs import service as runs
from steelyard.domains.runs.model import Run, RunName
from steelyard.graphql.binding import ObjectBinding
from steelyard.graphql.connection import Connection, Edge, PageInfo, decode_number, encode_cursor, page_size
from steelyard.kernel.errors import Invalid
from steelyard.kernel.ids import encode_global_id

run = ObjectBinding("Run")
archive = ObjectBinding("RunArchive")
mutation = ObjectBinding("Mutation")
# Beyond every step of a run.
STEP_MAX = 2.0**62


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


async def _count(ctx: Context, run: Run, stream: Stream) -> int:
    return (await line_counts.load(ctx, run.id) or {}).get(stream, 0)


@run.field("historyLineCount")
async def history_line_count(run: Run, ctx: Context) -> int:
    return await _count(ctx, run, Stream.HISTORY)


@run.field("eventsLineCount")
async def events_line_count(run: Run, ctx: Context) -> int:
    return await _count(ctx, run, Stream.EVENTS)


@run.field("logLineCount")
async def log_line_count(run: Run, ctx: Context) -> int:
    return await _count(ctx, run, Stream.CONSOLE)


@run.field("logLines")
async def log_lines(  # noqa: PLR0913, PLR0917 - the arguments of the wire
    run: Run,
    ctx: Context,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
    use_improved_pagination: bool | None = None,
) -> Connection:
    """Cursors name the line they stand at, so both styles of paging read them alike (docs/protocol/queries.md)."""
    del use_improved_pagination
    line = decode_number(after, "line")
    start = 0 if line is None else line + 1
    if last is not None:
        end = decode_number(before, "line")
        page = await pages.load_tail(ctx, run, last, end)
    else:
        page = await pages.load_page(ctx, run, start, page_size(first))
    return _lines_connection(page)


def _lines_connection(page: ConsolePage) -> Connection:
    cursors = (encode_cursor(f"line:{number}") for number in range(page.first, page.total))
    edges = [Edge(_line_node(line, cursor), cursor) for line, cursor in zip(page.lines, cursors, strict=False)]
    start, end = (edges[0].cursor, edges[-1].cursor) if edges else (None, None)
    has_next = bool(edges) and page.first + len(edges) < page.total
    return Connection(edges, PageInfo(end, has_next, start, page.first > 0), page.total)


def _line_node(line: ConsoleLine, cursor: str) -> dict[str, Any]:
    return {
        "id": cursor,
        "number": line.number,
        "timestamp": line.ts,
        "level": line.level,
        "label": line.label,
        "line": line.text,
    }


@run.field("parquetHistory")
async def parquet_history(run: Run, ctx: Context, live_keys: list[str]) -> dict[str, Any]:
    """Of live rows the client wants to know the first step alone; it reads them page by page."""
    del live_keys
    found = await exports.find_exports(ctx, run)
    live = [] if found.live_from is None else [{"_step": found.live_from}]
    return {"parquetUrls": list(found.urls), "liveData": live}


@run.field("forkedFrom")
async def forked_from(run: Run, ctx: Context) -> dict[str, Any] | None:
    branch = await archives.find_branch(ctx, run)
    return None if branch is None else {"runName": branch.run_id, "step": branch.step, "displayName": branch.title}


@run.field("archives")
async def list_archives(run: Run, ctx: Context) -> list[dict[str, Any]]:
    return [
        {
            "id": encode_global_id("RunArchive", item.id),
            "step": item.step,
            "lastStep": item.step_max,
            "lineCount": item.line_count,
            "createdAt": item.created_at,
            "of": (run, item),
        }
        for item in await archives.list_archives(ctx, run)
    ]


@archive.field("history")
async def archived_history(item: dict[str, Any], ctx: Context, samples: int | None = None) -> list[str]:
    wanted = service.DEFAULT_SAMPLES if samples is None else samples
    of_run, found = item["of"]
    return await archives.sample_archive(ctx, of_run, found, wanted)


@mutation.field("rewindRun")
async def rewind(ctx: Context, input: dict[str, Any]) -> dict[str, Any]:
    """The client takes null for a run that there is not."""
    if input["metricName"] != STEP:
        raise Invalid("a run is rewound by _step alone")
    name = RunName(input.get("entityName"), input.get("projectName"), input["runName"])
    found = await runs.find_named_run(ctx, name)
    step = math.floor(max(-1.0, min(input["metricValue"], STEP_MAX)))
    return {"rewoundRun": None if found is None else await rewind_run(ctx, found, step)}


origins.offer(prepare_fork)

BINDINGS = [run, archive, mutation]
