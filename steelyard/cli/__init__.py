"""The `steelyard` command. One module per command; `steelyard.cli.cli` may be invoked many times in one process.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 it exists already or is missing.
"""

from __future__ import annotations

from importlib import import_module

import click

import steelyard
from steelyard.cli.loading import leave_out, load_at_first_use, uncollected

# Command → its module, imported when it is called: most need only a part of the server, and a start is mostly imports.
_MODULES = {
    "serve": "serve",
    "worker": "worker",
    "migrate": "migrate",
    "doctor": "doctor",
    "config": "config",
    "gc": "gc",
    "backup": "backup",
    "restore": "restore",
    "verify-backup": "backup",
    "user": "accounts",
    "org": "accounts",
    "team": "accounts",
    "key": "accounts",
    "role": "role",
    "federation": "federation",
    "audit": "audit",
    "up": "container",
    "down": "container",
}


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*_MODULES, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _MODULES:
            return super().get_command(ctx, cmd_name)
        with uncollected():
            found = getattr(import_module(f"steelyard.cli.{_MODULES[cmd_name]}"), cmd_name.replace("-", "_"))
        assert isinstance(found, click.Command), "the table above names commands"
        return found


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(steelyard.__version__, prog_name="steelyard")
def cli() -> None:
    """Experiment tracking for the wandb client, on your own machines."""


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="print JSON")
def version(as_json: bool) -> None:
    """Print the version."""
    click.echo(f'{{"version": "{steelyard.__version__}"}}' if as_json else f"steelyard {steelyard.__version__}")


def main() -> None:
    load_at_first_use("numpy")  # 12 MB that a process without charts never needs
    for sessions in ("session", "scoping"):  # they bring the object mapper, which is a tenth of a start
        leave_out(f"sqlalchemy.ext.asyncio.{sessions}")
    cli()
