"""Deletes runs for good, across all slices that hold something of them: alerts, files, streams, then the run itself."""

from __future__ import annotations

import structlog

from steelyard.context import Context
from steelyard.domains.alerts import service as alerts
from steelyard.domains.files import purging as files
from steelyard.domains.history import sweep as history
from steelyard.domains.runs import trash

log = structlog.get_logger()


async def purge_runs(ctx: Context) -> None:
    """Purge the runs that somebody asked for. Each part may be interrupted and done again."""
    runs = await trash.take_purges(ctx)
    for run in runs:
        await history.purge_streams(ctx, run)
        await files.purge_files(ctx, run)
        await alerts.purge_alerts(ctx, run)
        await trash.bury_run(ctx, run)
    if runs:
        log.info("deleted runs for good", runs=len(runs))
