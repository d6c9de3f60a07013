"""`steelyard backup`, `steelyard verify-backup`: a snapshot to a folder or a bucket, and the proof that it is whole."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import click

from steelyard.adapters.objects.open import open_place
from steelyard.cli.progress import Progress
from steelyard.cli.running import EXIT_FAILED, data_options, load_settings, print_result, run_alone, run_command
from steelyard.cli.sizes import show_bytes
from steelyard.config.settings import Settings
from steelyard.context import Context
from steelyard.kernel.errors import NotFound
from steelyard.ports.objects import ObjectStore


@click.command()
@click.argument("place")
@click.option("--keep", type=click.IntRange(min=1), help="delete all snapshots of the place but the newest so many")
@data_options
def backup(place: str, keep: int | None, data: Path | None, as_json: bool) -> None:
    """Add a snapshot of everything to PLACE, a folder or s3://key:secret@host/bucket/prefix, while servers run.

    What an earlier snapshot in the same place has already is not copied again.
    """
    from steelyard.backup.making import Made, make_backup
    from steelyard.backup.snapshots import keep_newest

    settings = load_settings(data)

    async def work(ctx: Context) -> dict[str, Any]:
        done, dropped = Made(), (0, 0)
        async with opened(place, settings, made=True) as store:
            progress = Progress(lambda: _making_text(done.rows, done.table, done.copied.objects, done.copied.new_bytes))
            snapshot = await make_backup(ctx, store, done, progress.beat)
            if keep is not None:
                dropped = await keep_newest(store, keep, progress.beat)
            progress.end()
        return {
            "snapshot": snapshot.name,
            "rows": snapshot.rows,
            "objects": snapshot.objects,
            "sizeBytes": snapshot.object_bytes,
            "newObjects": done.copied.new_objects,
            "newBytes": done.copied.new_bytes,
            "missing": snapshot.missing,
            "droppedSnapshots": dropped[0],
            "freedBytes": dropped[1],
        }

    told = run_command(settings, work)
    print_result(told, _made_text(told), as_json=as_json)


def _making_text(rows: int, table: str, objects: int, new_bytes: int) -> str:
    if not objects:
        return f"reading rows: {rows:,} so far, at {table}"
    return f"{rows:,} rows; {objects:,} objects, {show_bytes(new_bytes)} of them new"


def _made_text(told: dict[str, Any]) -> str:
    whole = f"{told['rows']:,} rows, {told['objects']:,} objects ({show_bytes(told['sizeBytes'])})"
    new = f"{told['newObjects']:,} ({show_bytes(told['newBytes'])}) were new"
    lines = [f"snapshot {told['snapshot']}: {whole}, of which {new}"]
    if told["missing"]:
        lines.append(f"{told['missing']:,} objects that rows name are not in the store (see `steelyard doctor`)")
    if told["droppedSnapshots"]:
        lines.append(f"deleted {told['droppedSnapshots']} older snapshots ({show_bytes(told['freedBytes'])} freed)")
    return "\n".join(lines)


@click.command("verify-backup")
@click.argument("place")
@click.option("--snapshot", help="its name; the newest if none is given")
@click.option("--deep", is_flag=True, help="read every object and compare it with its digest, not only its size")
@data_options
def verify_backup(place: str, snapshot: str | None, deep: bool, data: Path | None, as_json: bool) -> None:
    """Check that a snapshot in PLACE is whole and undamaged; exit code 1 when it is not."""
    from steelyard.backup.checking import Checked, check_snapshot
    from steelyard.backup.snapshots import find_snapshot, list_snapshots

    settings = load_settings(data)

    async def work() -> dict[str, Any]:
        done = Checked()
        async with opened(place, settings) as store:
            found = await find_snapshot(store, snapshot)
            progress = Progress(lambda: f"{done.rows:,} rows, {done.objects:,} of {found.objects:,} objects")
            await check_snapshot(store, found, done, progress.beat, deep=deep)
            progress.end()
            names = [item.name for item in await list_snapshots(store)]
        return {
            "snapshot": found.name,
            "snapshots": names,
            "ok": not done.fault_count,
            "deep": deep,
            "release": found.release,
            "revision": found.revision,
            "rows": done.rows,
            "objects": done.objects,
            "sizeBytes": done.size_bytes,
            "missing": found.missing,
            "faultCount": done.fault_count,
            "faults": done.faults,
        }

    told = run_alone(work)
    print_result(told, _checked_text(told), as_json=as_json)
    if not told["ok"]:
        raise SystemExit(EXIT_FAILED)


def _checked_text(told: dict[str, Any]) -> str:
    lines = [f"snapshots: {', '.join(told['snapshots'])}"]
    verdict = "is whole" if told["ok"] else f"has {told['faultCount']:,} faults"
    lines.append(
        f"snapshot {told['snapshot']} {verdict}: {told['rows']:,} rows, {told['objects']:,} objects"
        f" ({show_bytes(told['sizeBytes'])}){', read byte by byte' if told['deep'] else ''}"
    )
    lines += [f"  {fault}" for fault in told["faults"]]
    if told["missing"]:
        lines.append(f"{told['missing']:,} objects were missing from the store already when it was made")
    return "\n".join(lines)


@asynccontextmanager
async def opened(place: str, settings: Settings, *, made: bool = False) -> AsyncIterator[ObjectStore]:
    """The place of backups. Raises `NotFound` for a folder that is not there, unless it is to be made."""
    if not made:
        _require_folder(place)
    store = open_place(place, settings.objects)
    try:
        yield store
    finally:
        await store.close()


def _require_folder(place: str) -> None:
    if "://" not in place and not Path(place).is_dir():
        raise NotFound(f"there is no folder {place}")
