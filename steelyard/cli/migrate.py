"""`steelyard migrate`: bring the database schema to this release."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from steelyard import migrations
from steelyard.cli.running import data_options, load_settings, print_result, run_command
from steelyard.context import Context


@click.command()
@data_options
def migrate(data: Path | None, as_json: bool) -> None:
    """Bring the database schema to this release."""

    async def work(ctx: Context) -> str:
        async with ctx.database.read() as conn:
            return str(await migrations.current_revision(conn))

    settings = load_settings(data)
    asked = replace(settings, database=replace(settings.database, auto_migrate=True))
    revision = run_command(asked, work)
    print_result({"revision": revision}, f"the schema is at revision {revision}", as_json=as_json)
