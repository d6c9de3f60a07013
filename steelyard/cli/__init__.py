"""The `steelyard` command. One module per command; `steelyard.cli.cli` may be invoked many times in one process.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 it exists already or is missing.
"""

from __future__ import annotations

import click

import steelyard
from steelyard.cli import accounts, config, doctor, migrate, serve, worker


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(steelyard.__version__, prog_name="steelyard")
def cli() -> None:
    """Experiment tracking for the wandb client, on your own machines."""


for command in (
    serve.serve,
    worker.worker,
    migrate.migrate,
    doctor.doctor,
    config.config,
    accounts.user,
    accounts.org,
    accounts.team,
    accounts.key,
):
    cli.add_command(command)


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="print JSON")
def version(as_json: bool) -> None:
    """Print the version."""
    click.echo(f'{{"version": "{steelyard.__version__}"}}' if as_json else f"steelyard {steelyard.__version__}")


def main() -> None:
    cli()
