"""Server-sent events of a project, and the same news by polling (web/src/api/contract.ts, live)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from steelyard.context import Context
from steelyard.domains.history import live
from steelyard.domains.history.live import News
from steelyard.domains.projects import service as projects
from steelyard.domains.projects.model import Project
from steelyard.domains.runs.changes import Change, Kind
from steelyard.rest.routes import RouteTable

routes = RouteTable()

# Proxies cut connections that are silent for a minute, some for half of one.
KEEP_ALIVE_S = 15.0
# The browser then connects again by itself, which checks anew what it may see.
STREAM_MAX_S = 600.0
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


@routes.get("/app/projects/{entity}/{project}/live")
async def follow_project(ctx: Context, request: Request) -> Response:
    project = await _project(ctx, request)
    since = _cursor(request.headers.get("last-event-id"))
    return StreamingResponse(_events(ctx, project, since), media_type="text/event-stream", headers=_HEADERS)


@routes.get("/app/projects/{entity}/{project}/changes")
async def list_changes(ctx: Context, request: Request) -> dict[str, Any]:
    project = await _project(ctx, request)
    return _change(await live.read_news(ctx, project, _cursor(request.query_params.get("since"))))


async def _project(ctx: Context, request: Request) -> Project:
    return await projects.load_project(ctx, request.path_params["entity"], request.path_params["project"])


async def _events(ctx: Context, project: Project, since: int | None) -> AsyncIterator[bytes]:
    loop = asyncio.get_running_loop()
    ends = loop.time() + STREAM_MAX_S
    news = live.follow(ctx, project, since)
    closing = asyncio.ensure_future(ctx.ports.closing.wait())
    coming = asyncio.ensure_future(anext(news))
    try:
        while loop.time() < ends and not closing.done():
            await asyncio.wait({coming, closing}, timeout=KEEP_ALIVE_S, return_when=asyncio.FIRST_COMPLETED)
            if coming.done():
                yield _event(coming.result())
                coming = asyncio.ensure_future(anext(news))
            else:
                yield b": still here\n\n"
    finally:
        for task in (coming, closing):
            task.cancel()
        await asyncio.gather(coming, closing, return_exceptions=True)
        await news.aclose()


def _event(news: News) -> bytes:
    return b"event: change\nid: %d\ndata: %b\n\n" % (news.cursor, orjson.dumps(_change(news)))


def _change(news: News) -> dict[str, Any]:
    return {"cursor": str(news.cursor), "runs": [_run_change(*item) for item in news.runs.items()]}


def _run_change(run_id: str, change: Change) -> dict[str, Any]:
    told: dict[str, Any] = {"run": run_id, "kinds": _names(change.kinds)}
    if change.keys is not None:
        told["keys"] = sorted(change.keys)
    if change.from_step is not None:
        told["fromStep"] = change.from_step
    return told


def _names(kinds: Kind) -> list[str]:
    return [str(kind.name).lower() for kind in Kind if kind in kinds]


def _cursor(text: str | None) -> int | None:
    """Return the cursor, None where there is none or one that is not ours: news then begin now."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None
