"""`steelyard config show`: every setting with its value and where the value comes from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from steelyard.cli.running import data_options, failures_in_a_line, print_result
from steelyard.config import sources


@click.group()
def config() -> None:
    """Settings."""


@config.command()
@data_options
def show(data: Path | None, as_json: bool) -> None:
    """Print each setting with its origin, secrets masked."""
    with failures_in_a_line():
        loaded = sources.load({"data_dir": data}, sources.environment())
    rows: list[dict[str, Any]] = [
        {
            "name": item.path,
            "value": item.shown,
            "source": item.source,
            "variable": sources.variable_name(item.path),
            "doc": item.doc,
        }
        for item in loaded.origins
    ]
    lines = [f"{row['name']:28} {row['value']!s:32} {row['source']}" for row in rows]
    lines += ["", *map(str, loaded.notes)] if loaded.notes else []
    print_result(rows, "\n".join(lines), as_json=as_json)
