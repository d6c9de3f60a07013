"""Batch loaders of history: what every run of a page is asked for."""

from __future__ import annotations

from steelyard.context import Context
from steelyard.domains.history import queries
from steelyard.domains.history.model import Stream
from steelyard.graphql.loading import Batch


async def _fetch_line_counts(ctx: Context, runs: list[int]) -> dict[int, dict[Stream, int]]:
    async with ctx.database.read() as conn:
        return await queries.line_counts_of(conn, runs, _writer(ctx))


def _writer(ctx: Context) -> str | None:
    """Return who asks in shared mode: each process numbers its lines from its own count on, not from everybody's."""
    is_shared = ctx.headers.get("x-wandb-use-async-filestream", "").lower() == "true"
    return ctx.headers.get("x-wandb-client-id", "") if is_shared else None


# The caller has been shown the runs.
line_counts: Batch[int, dict[Stream, int]] = Batch("line counts", _fetch_line_counts)
