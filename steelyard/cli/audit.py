"""`steelyard audit`: the audit log from the command line, also while the server runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import orjson

from steelyard.cli.running import command, load_settings, print_result, run_command
from steelyard.context import Context
from steelyard.domains.admin.audit import service
from steelyard.domains.audit.model import Asked
from steelyard.kernel.clock import utc_now

_DAY = click.DateTime(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"])


@click.group()
def audit() -> None:
    """Who did what."""


@command(audit, "export")
@click.option("--since", type=_DAY, help="first day, in UTC (default: as many days as --days before tomorrow)")
@click.option("--days", type=click.IntRange(1, 3650), default=1, show_default=True, help="how many days")
@click.option("--anonymize", is_flag=True, help="leave out what tells who people are")
def audit_export(since: datetime | None, days: int, anonymize: bool, data: Path | None, as_json: bool) -> None:
    """Print the log as JSON lines, the oldest first."""
    del as_json  # they are JSON anyhow
    asked = _asked(since, timedelta(days=days))

    async def work(ctx: Context) -> None:
        async for line in service.stream(ctx, asked):
            click.echo(orjson.dumps(line.as_json(anonymized=anonymize)))

    run_command(load_settings(data), work)


def _asked(since: datetime | None, days: timedelta) -> Asked:
    if since is not None:
        first = since.replace(tzinfo=UTC)
        return Asked(first, first + days)
    tomorrow = utc_now().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return Asked(tomorrow - days, tomorrow)


@command(audit, "forget")
@click.argument("name")
def audit_forget(name: str, data: Path | None, as_json: bool) -> None:
    """Take the personal data of an ended account out of the log and the account."""
    run_command(load_settings(data), lambda ctx: service.forget_person(ctx, name))
    print_result({"username": name}, f"forgot who {name} was", as_json=as_json)
