"""What happens to runs by itself."""

from __future__ import annotations

import structlog

from steelyard.context import Context
from steelyard.domains.runs import progress

log = structlog.get_logger()


async def end_silent_runs(ctx: Context) -> None:
    """Mark the runs that stopped showing signs of life (docs/protocol/ingest.md, effects)."""
    ended = await progress.end_silent_runs(ctx)
    if ended:
        log.info("ended runs without a sign of life", runs=ended)
