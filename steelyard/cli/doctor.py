"""`steelyard doctor`: checks that database, object store and web app are in order, and says what to do if not."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import click

from steelyard import migrations
from steelyard.cli.running import EXIT_FAILED, data_options, load_settings, print_result, run_command
from steelyard.context import Context
from steelyard.kernel.ids import random_name


async def _check_schema(ctx: Context) -> str:
    async with ctx.database.read() as conn:
        revision = await migrations.current_revision(conn)
    return f"schema at revision {revision} on {ctx.database.engine.dialect.name}"


async def _check_objects(ctx: Context) -> str:
    key = f"doctor/{random_name()}"

    async def body() -> AsyncIterator[bytes]:
        yield b"steelyard"

    stored = await ctx.ports.objects.put(key, body())
    read = b"".join([chunk async for chunk in ctx.ports.objects.get(key)])
    await ctx.ports.objects.delete(key)
    assert read == b"steelyard", "the store gave back other bytes than it was given"
    return f"object store writes, reads and deletes ({stored.size_bytes} bytes)"


_CHECKS: dict[str, Callable[[Context], Awaitable[str]]] = {"database": _check_schema, "objects": _check_objects}


@click.command()
@data_options
def doctor(data: Path | None, as_json: bool) -> None:
    """Check that everything the server needs is in order."""
    settings = load_settings(data)
    rows = []
    for name, check in _CHECKS.items():
        try:
            rows.append({"check": name, "ok": True, "detail": run_command(settings, check)})
        except Exception as error:  # noqa: BLE001 - the doctor reports every fault it meets
            rows.append({"check": name, "ok": False, "detail": str(error)})
    lines = [f"{'ok  ' if row['ok'] else 'FAIL'} {row['check']}: {row['detail']}" for row in rows]
    print_result(rows, "\n".join(lines), as_json=as_json)
    if not all(row["ok"] for row in rows):
        raise SystemExit(EXIT_FAILED)
