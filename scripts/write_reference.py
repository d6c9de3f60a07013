"""Write docs/reference from the code: settings, the command line, the GraphQL schema, routes, permissions.

python -m scripts.write_reference
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from steelyard.cli import cli
from steelyard.config import sources
from steelyard.config.wandb_env import ACCEPTED, IGNORED, IGNORED_PREFIXES, NOT_YET, NOT_YET_PREFIXES
from steelyard.graphql.schema import print_reference
from tests.access.description import described, routes_page
from tests.access.page import permissions_page

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "docs" / "reference"
# Served from there at /openapi.json.
OPENAPI = ROOT / "steelyard" / "domains" / "admin" / "openapi.json"
HEADER = "<!-- Generated: make reference -->\n\n"

SETTINGS_INTRO = """# Settings

Every setting has one environment variable, and some a name taken over from W&B Server, so that an environment made for
that one starts this one. The first of these that is there counts: a command-line flag, the `STEELYARD_…` variable, the
W&B Server name (in the order given), the default. Any variable `NAME` may be given as `NAME_FILE` instead, a path whose
content is the value; of the two, `NAME` counts. `steelyard config show` prints each value and where it comes from.

Switches take `true`, `yes`, `on`, `1` and `false`, `no`, `off`, `0`. A change needs a restart.
"""

OTHER_NAMES_INTRO = """
## Other names of W&B Server

They may stay in the environment: each is named once in the log of a starting server, a warning where it has no effect
yet. A name without `GORILLA_` means the same with it, and then goes first.

"""

CLI_INTRO = """# The `steelyard` command

Every command but `serve` and `worker` takes `--json` and then prints one JSON document on standard output. Messages
about what failed go to standard error. All commands take their settings from the environment as well
([settings](settings.md)), and all of them work while the server runs.

| Exit code | Meaning |
| --- | --- |
| 0 | done |
| 1 | failed: refused, unfit input, database or store out of reach |
| 2 | wrong usage |
| 3 | it exists already, or is missing |

`steelyard doctor` and its subcommand end with 0 when all is well, 1 with warnings, 2 when something fails.
"""


def main() -> None:
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(ROOT))


def pages() -> dict[Path, str]:
    """Return the text that each page must have."""
    return {
        REFERENCE / "settings.md": settings_page(),
        REFERENCE / "cli.md": cli_page(),
        REFERENCE / "permissions.md": HEADER + permissions_page(),
        REFERENCE / "schema.graphql": print_reference(),
        REFERENCE / "routes.md": HEADER + routes_page(),
        OPENAPI: laid_out(described()) + "\n",
    }


def laid_out(document: dict[str, Any]) -> str:
    """Return the JSON with a line for each route and each shape, so that a change shows where it is."""
    parts = {name: f"{{{_lines(part)}}}" for name, part in document["components"].items()}
    given = {name: json.dumps(value, ensure_ascii=False) for name, value in document.items()}
    given |= {"paths": f"{{{_lines(document['paths'])}}}", "components": f"{{{_joined(parts)}}}"}
    return f"{{{_joined(given)}\n}}"


def _lines(items: dict[str, Any]) -> str:
    return _joined({name: json.dumps(value, ensure_ascii=False) for name, value in items.items()})


def _joined(items: dict[str, str]) -> str:
    return ",".join(f"\n{json.dumps(name)}: {text}" for name, text in items.items())


def settings_page() -> str:
    loaded = sources.load({}, {})
    groups: dict[str, list[sources.Origin]] = {}
    for item in loaded.origins:
        group = item.path.rpartition(".")[0]
        groups.setdefault(group, []).append(item)
    tables = (_settings_table(group, items) for group, items in groups.items())
    return HEADER + SETTINGS_INTRO + "".join(tables) + _other_names()


def _other_names() -> str:
    """What becomes of the names of W&B Server that set nothing here."""
    rows: dict[tuple[str, str], list[str]] = {}
    for meaning, exact, prefixes in (
        ("no effect yet: {}", NOT_YET, NOT_YET_PREFIXES),
        ("not needed: {}", IGNORED, IGNORED_PREFIXES),
    ):
        for name, why in [*exact.items(), *((f"{prefix}*", why) for prefix, why in prefixes.items())]:
            rows.setdefault((meaning, why), []).append(f"`{name}`")
    lines = [[", ".join(names), meaning.format(why)] for (meaning, why), names in rows.items()]
    return OTHER_NAMES_INTRO + _table(["W&B Server name", "Here"], lines)


def _settings_table(group: str, items: list[sources.Origin]) -> str:
    rows = [
        [
            f"`{sources.variable_name(item.path)}`",
            ", ".join(f"`{name}`" for name, path in ACCEPTED.items() if path == item.path),
            _default(item.value),
            item.doc + (" (secret)" if item.secret else ""),
        ]
        for item in items
    ]
    return f"\n## {group or 'general'}\n\n" + _table(["Variable", "W&B Server name", "Default", "Meaning"], rows)


def _default(value: Any) -> str:
    if isinstance(value, bool):
        value = str(value).lower()
    return f"`{value}`" if str(value) else ""


def cli_page() -> str:
    return (
        HEADER + CLI_INTRO + "".join(_command_section(path, command) for path, command in _commands(cli, "steelyard"))
    )


def _commands(group: click.Group, prefix: str) -> Iterator[tuple[str, click.Command]]:
    ctx = click.Context(group)
    for name in group.list_commands(ctx):
        command = group.get_command(ctx, name)
        assert command is not None, "it is in the list"
        if isinstance(command, click.Group):
            if command.invoke_without_command:
                yield f"{prefix} {name}", command
            yield from _commands(command, f"{prefix} {name}")
        else:
            yield f"{prefix} {name}", command


def _command_section(path: str, command: click.Command) -> str:
    ctx = click.Context(command, info_name=path)
    arguments = [item.make_metavar(ctx) for item in command.params if isinstance(item, click.Argument)]
    options = [item for item in command.params if isinstance(item, click.Option)]
    required = [f"{item.opts[0]} {item.make_metavar(ctx)}" for item in options if item.required]
    usage = " ".join([path, *arguments, *required])
    rows = [
        [f"`{_option(item, ctx)}`", (item.help or "") + (" (required)" if item.required else "")] for item in options
    ]
    help_text = " ".join((command.help or "").split())
    return f"\n## {path}\n\n{help_text}\n\n```\n{usage}\n```\n\n" + _table(["Option", "Meaning"], rows)


def _option(item: click.Option, ctx: click.Context) -> str:
    return item.opts[0] if item.is_flag else f"{item.opts[0]} {item.make_metavar(ctx)}"


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


if __name__ == "__main__":
    main()
