"""`steelyard restore`: a snapshot into the database and the store that the settings name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from steelyard.adapters.objects.open import open_store
from steelyard.cli.backup import opened
from steelyard.cli.progress import Progress
from steelyard.cli.running import data_options, load_settings, print_result, run_alone
from steelyard.cli.sizes import show_bytes
from steelyard.opening import open_settled_database


@click.command()
@click.argument("place")
@click.option("--snapshot", help="its name; the newest if none is given")
@data_options
def restore(place: str, snapshot: str | None, data: Path | None, as_json: bool) -> None:
    """Restore a snapshot from PLACE into an empty database and store, of whatever kind.

    After an interruption the same command begins again.
    """
    from steelyard.backup.restoring import Restored, Target, restore_snapshot
    from steelyard.backup.snapshots import find_snapshot

    settings = load_settings(data)

    async def work() -> dict[str, Any]:
        done = Restored()
        target = Target(open_settled_database(settings), open_store(settings.objects, settings.data_dir, ""))
        try:
            async with opened(place, settings) as store:
                found = await find_snapshot(store, snapshot)
                progress = Progress(
                    lambda: (
                        f"{done.rows:,} of {found.rows:,} rows, {done.copied.objects:,} of {found.objects:,} objects"
                    )
                )
                await restore_snapshot(store, found, target, done, progress.beat)
                progress.end()
        finally:
            await target.objects.close()
            await target.database.close()
        return {
            "snapshot": found.name,
            "rows": done.rows,
            "objects": done.copied.objects,
            "sizeBytes": done.copied.size_bytes,
            "missing": found.missing,
        }

    told = run_alone(work)
    text = (
        f"restored snapshot {told['snapshot']}: {told['rows']:,} rows, {told['objects']:,} objects"
        f" ({show_bytes(told['sizeBytes'])})"
    )
    print_result(told, text, as_json=as_json)
