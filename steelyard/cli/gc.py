"""`steelyard gc`: deletes what no version needs any more, or says what would go; finds objects without rows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import click

from steelyard.cli.progress import Progress
from steelyard.cli.running import data_options, load_settings, print_result, run_command
from steelyard.cli.sizes import show_bytes
from steelyard.context import Context
from steelyard.domains.admin.orphans import Orphans, delete_orphans, find_orphans
from steelyard.domains.artifacts.jobs import run_collection
from steelyard.domains.artifacts.lifecycle import log
from steelyard.domains.artifacts.lifecycle.collecting import Collected, preview
from steelyard.domains.artifacts.lifecycle.log import GcRun, StartedBy
from steelyard.domains.files import queries as files
from steelyard.domains.files.purging import Freed

_SHOWN_RUNS = 20

Result = tuple[dict[str, Any], list[str]]


@click.command()
@click.option("--dry-run", is_flag=True, help="delete nothing, say what would go")
@click.option("--orphans", is_flag=True, help="look through the whole store for objects that no row knows")
@click.option("--delete-orphans", is_flag=True, help="delete those, after a question")
@click.option("--yes", is_flag=True, help="delete orphans without a question")
@click.option("--log", "show_log", is_flag=True, help="only list the last collections")
@data_options
def gc(
    dry_run: bool, orphans: bool, delete_orphans: bool, yes: bool, show_log: bool, data: Path | None, as_json: bool
) -> None:
    """Delete what no artifact version needs any more."""
    if dry_run and delete_orphans:
        raise click.UsageError("--dry-run deletes nothing: leave --delete-orphans away, or --dry-run")
    if delete_orphans and as_json and not yes:
        raise click.UsageError("--json asks no questions: --delete-orphans needs --yes there")
    settings = load_settings(data)

    def run(work: Callable[[Context], Awaitable[Result]]) -> None:
        found, said = run_command(settings, work)
        value.update(found)
        if not as_json:
            click.echo("\n".join(said))

    value: dict[str, Any] = {}
    if show_log:
        run(_show_log)
    else:
        run(_preview if dry_run else _collect)
        if orphans or delete_orphans:
            run(_find)
        if delete_orphans and value["orphans"]["objects"] and (yes or _agreed(value["orphans"])):
            run(_delete)
    if as_json:
        print_result(value, "", as_json=True)


def _agreed(found: dict[str, Any]) -> bool:
    if found["objects"] * 2 > found["lookedAt"]:
        click.echo("More than half of the store has no rows: is this the database that belongs to it?", err=True)
    return click.confirm(f"Delete {found['objects']} objects ({show_bytes(found['sizeBytes'])}) for good?", abort=True)


async def _collect(ctx: Context) -> Result:
    done = Collected()
    progress = Progress(lambda: f"collecting: {_freed_text(done.freed)} so far")
    await run_collection(ctx, StartedBy.COMMAND, done, progress.beat)
    progress.end()
    lines = [f"deleted {_freed_text(done.freed)}"] + (_counts_text(done) if done != Collected() else [])
    return {"dryRun": False, **done.as_json()}, lines


async def _preview(ctx: Context) -> Result:
    progress = Progress(lambda: "looking for what no version needs")
    would = await preview(ctx, progress.beat)
    progress.end()
    async with ctx.database.read() as conn:
        waiting, waiting_bytes = await files.count_purges(conn)
    lines = [f"would delete content of {_freed_text(would.freed)}", *_counts_text(would)]
    if waiting:
        lines.append(f"  {waiting} deletions wait already ({show_bytes(waiting_bytes)} are known to go with them)")
    purges = {"count": waiting, "sizeBytes": waiting_bytes}
    return {"dryRun": True, **would.as_json(), "waiting": purges}, lines


async def _find(ctx: Context) -> Result:
    seen = Orphans()
    progress = Progress(lambda: f"looked at {seen.looked_at} objects, {seen.found.objects} have no row")
    async for _ in find_orphans(ctx, seen, progress.beat):
        """Counted in `seen`."""
    progress.end()
    lines = [f"{_freed_text(seen.found)} of {seen.looked_at} have no row", *(f"  {key}" for key in seen.examples)]
    if seen.found.objects > len(seen.examples):
        lines.append(f"  and {seen.found.objects - len(seen.examples)} more")
    if seen.foreign:
        lines.append(f"  {seen.foreign} objects are not of our making, and were left alone")
    found = {
        "lookedAt": seen.looked_at,
        "foreign": seen.foreign,
        "objects": seen.found.objects,
        "sizeBytes": seen.found.size_bytes,
        "examples": seen.examples,
    }
    return {"orphans": found}, lines


async def _delete(ctx: Context) -> Result:
    seen = Orphans()
    progress = Progress(lambda: f"looked at {seen.looked_at} objects, {seen.found.objects} have no row")
    done = await delete_orphans(ctx, StartedBy.COMMAND, seen, progress.beat)
    progress.end()
    deleted = {"objects": done.freed.objects, "sizeBytes": done.freed.size_bytes}
    return {"deletedOrphans": deleted}, [f"deleted {_freed_text(done.freed)} without rows"]


async def _show_log(ctx: Context) -> Result:
    now = ctx.ports.clock()
    async with ctx.database.read() as conn:
        runs = await log.list_runs(conn, _SHOWN_RUNS)
    rows = [{**vars(run), "state": run.state(now)} for run in runs]
    return {"runs": rows}, [_run_text(run, run.state(now)) for run in runs] or ["nothing was ever collected here"]


def _run_text(run: GcRun, state: log.State) -> str:
    what = "orphans" if run.kind is log.Kind.ORPHANS else "content"
    freed = _freed_text(Freed(run.objects, run.size_bytes))
    text = f"{run.started_at:%Y-%m-%d %H:%M:%S}Z  {run.started_by:<8}  {what:<7}  {state:<11}  {freed}"
    return f"{text}  {run.failure}" if run.failure else text


def _counts_text(done: Collected) -> list[str]:
    return [
        f"  {done.contents} contents, {done.manifests} manifests",
        f"  {done.versions} unfinished versions given up, {done.uploads} unfinished uploads in parts",
    ]


def _freed_text(freed: Freed) -> str:
    return f"{freed.objects} objects ({show_bytes(freed.size_bytes)})"
