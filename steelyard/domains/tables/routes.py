"""The web app's routes of logged tables (web/src/api/contract.ts).

While the index of a table is made they answer 202 and how far it is.
"""

from __future__ import annotations

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from steelyard.columnar.tables.cells import CUT_AT, shown
from steelyard.columnar.tables.index_file import ColumnFacts
from steelyard.context import Context
from steelyard.domains.accounts.access import require_reader
from steelyard.domains.tables import deletion, service
from steelyard.domains.tables.exports import export_csv
from steelyard.domains.tables.model import Making
from steelyard.domains.tables.rules import read_number, read_source
from steelyard.domains.tables.service import Window
from steelyard.kernel.errors import Malformed
from steelyard.rest.bodies import read_json
from steelyard.rest.routes import RouteTable, json_response

routes = RouteTable()
assert deletion, "it reacts to deleted files from the moment it is imported"
_QUESTIONS = ("filter", "sort", "columns")


@routes.post("/app/tables:describe")
async def describe(ctx: Context, request: Request) -> Any:
    require_reader(ctx)
    body = await read_json(request)
    table = await service.describe(ctx, read_source(body.get("source")))
    if isinstance(table, Making):
        return _making(table)
    frame = table.frame
    return {
        "rows": frame.row_count,
        "columns": [
            _column(name, facts, kind)
            for name, facts, kind in zip(frame.names, frame.columns, table.types, strict=True)
        ],
        "files": len(table.indexes),
        "logMode": table.head.get("log_mode"),
    }


def _making(making: Making) -> Response:
    return json_response({"doneBytes": making.done_bytes, "totalBytes": making.total_bytes}, 202)


def _column(name: str, facts: ColumnFacts, kind: dict[str, Any] | None) -> dict[str, Any]:
    counts = {cell.name.lower(): count for cell, count in facts.counts.items()}
    return {"name": name, "kinds": counts, "media": list(facts.media), "type": kind}


@routes.post("/app/tables:query")
async def query(ctx: Context, request: Request) -> Any:
    require_reader(ctx)
    body = await read_json(request)
    window = await service.read_window(ctx, read_source(body.get("source")), body)
    return _making(window) if isinstance(window, Making) else _window(window, CUT_AT)


@routes.post("/app/tables:row")
async def row(ctx: Context, request: Request) -> Any:
    require_reader(ctx)
    body = await read_json(request)
    number = read_number(body, "row", 0, 1 << 40)
    window = await service.read_row(ctx, read_source(body.get("source")), number)
    return _making(window) if isinstance(window, Making) else _window(window, None)


def _window(window: Window, cut_at: int | None) -> dict[str, Any]:
    return {
        "total": window.total,
        "matched": window.matched,
        "rows": [
            {"row": number, "cells": [shown(cell, cut_at) for cell in cells]}
            for number, cells in zip(window.numbers, window.cells, strict=True)
        ],
        "urls": window.urls,
    }


@routes.post("/app/tables:summarize")
async def summarize(ctx: Context, request: Request) -> Any:
    require_reader(ctx)
    body = await read_json(request)
    found = await service.summarize(ctx, read_source(body.get("source")), body)
    if isinstance(found, Making):
        return _making(found)
    return {
        "kinds": {kind.name.lower(): count for kind, count in found.kinds.items()},
        "distinct": found.distinct,
        "values": [{"value": shown(value, CUT_AT), "count": count} for value, count in found.values],
        "bins": found.bins and {"edges": found.bins.edges, "counts": found.bins.counts},
        "mean": found.mean,
        "nan": found.nan,
    }


@routes.get("/app/tables/export")
async def export(ctx: Context, request: Request) -> Response:
    require_reader(ctx)
    body = {key: _value(request.query_params, key) for key in ("source", *_QUESTIONS)}
    body["search"] = request.query_params.get("search", "")
    lines = await export_csv(ctx, read_source(body["source"]), body)
    headers = {"Content-Disposition": 'attachment; filename="table.csv"', "Cache-Control": "no-store"}
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)


def _value(params: Any, key: str) -> Any:
    """Return the JSON in a query parameter. Raises `Malformed`."""
    try:
        return orjson.loads(params.get(key) or "null")
    except orjson.JSONDecodeError:
        raise Malformed(f"{key} is not JSON") from None
