"""`steelyard migrate`: bring the database schema to this release."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from steelyard import migrations
from steelyard.cli.running import (
    data_options,
    failures_in_a_line,
    load_settings,
    print_result,
    run_apart,
    run_command,
)
from steelyard.config.settings import Settings
from steelyard.context import Context
from steelyard.opening import open_settled_database


@click.command()
@click.option("--check", is_flag=True, help="change nothing; end with 1 when migrations are pending, and name them")
@data_options
def migrate(check: bool, data: Path | None, as_json: bool) -> None:
    """Bring the database schema to this release.

    One that a newer release has brought further stays as it is.
    """
    if check:
        _check(load_settings(data), as_json=as_json)
        return

    async def work(ctx: Context) -> str:
        async with ctx.database.read() as conn:
            return str(await migrations.current_revision(conn))

    settings = load_settings(data)
    asked = replace(settings, database=replace(settings.database, auto_migrate=True))
    revision = run_command(asked, work)
    print_result({"revision": revision}, f"the schema is at revision {revision}", as_json=as_json)


def _check(settings: Settings, *, as_json: bool) -> None:
    async def look() -> str | None:
        database = open_settled_database(settings)
        try:
            async with database.read() as conn:
                return await migrations.current_revision(conn)
        finally:
            await database.close()

    with failures_in_a_line():
        found = run_apart(look())
    pending = migrations.pending(found)
    told = f"pending: {', '.join(pending)}" if pending else f"the schema is at revision {found}, nothing is pending"
    print_result({"revision": found, "pending": pending}, told, as_json=as_json)
    if pending:
        raise SystemExit(1)
