"""The summary that rows amount to: the last value of each key, nested as it was logged."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from steelyard.columnar.paths import components
from steelyard.columnar.table import Table
from steelyard.context import Context
from steelyard.domains.history.model import Segment, Stream
from steelyard.domains.history.reading import Part, divide
from steelyard.domains.history.segments import OpenSegment, open_segments
from steelyard.kernel import jsontext

Values = dict[str, Any]


async def last_values(ctx: Context, run: int, segments: Sequence[Segment]) -> Values:
    """Return the last value of each key over the first `row_count` lines of each segment. Raises `SegmentGone`.

    Directories tell those of whole segments; all columns are read where a segment is cut or rows overlap.
    """
    by_path: Values = {}
    for part in reversed(divide(ctx, run, Stream.HISTORY, segments, None)):
        for path, value in (await _of_part(ctx, part)).items():
            by_path.setdefault(path, value)
    summary = _nested(by_path)
    runtime = summary.get("_runtime")
    if isinstance(runtime, int | float) and not isinstance(runtime, bool) and 0 <= runtime < 1e12:
        summary["_wandb"] = {"runtime": int(runtime)}
    return summary


async def _of_part(ctx: Context, part: Part) -> Values:
    opened = await open_segments(ctx, part.segments)
    if part.plain is not None:
        return await _of_whole(opened[0])
    lines = [await item.lines(whole=True) for item in opened]
    pieces = [all_of.first(segment.row_count) for all_of, segment in zip(lines, part.segments, strict=True)]
    return await asyncio.to_thread(_of_table, Table(pieces))


async def _of_whole(opened: OpenSegment) -> Values:
    keys = opened.directory.keys
    long = [path for path, key in keys.items() if key.count and key.last is None]
    columns = await opened.columns(long) if long else {}
    found = {path: jsontext.loads(key.last) for path, key in keys.items() if key.last is not None}
    return found | {path: columns[path].value(len(columns[path]) - 1) for path in long}


def _of_table(table: Table) -> Values:
    columns = {path: table.column_at(path) for path in table.paths}
    return {path: column.value(len(column) - 1) for path, column in columns.items() if len(column)}


def _nested(by_path: Values) -> Values:
    """Return the values in the objects that their paths name; a key that was both is the object."""
    tree: Values = {}
    for path, value in sorted(by_path.items()):
        *outer, name = components(path)
        place = tree
        for component in outer:
            below = place.get(component)
            if not isinstance(below, dict):
                below = place[component] = {}
            place = below
        place[name] = value
    return tree
