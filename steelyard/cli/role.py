"""`steelyard role`: custom roles of organizations, and who has one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from steelyard.cli.running import command, load_settings, print_result, run_command
from steelyard.context import Context
from steelyard.domains.accounts import roles, teams, vocabulary
from steelyard.domains.accounts.model import CustomRole
from steelyard.domains.accounts.roles import RoleSpec

_PARENT = click.option("--from", "parent", type=click.Choice(["member", "viewer"]), help="what it is on top of")
_ORGANIZATION = click.option("--org", "organization", required=True, help="organization it belongs to")
_PERMISSIONS = click.option(
    "--allow", "permissions", multiple=True, metavar="PERMISSION", help="what it adds, again for each"
)


@click.group()
def role() -> None:
    """Roles on top of member and viewer."""


def _json(found: CustomRole) -> dict[str, Any]:
    return {
        "name": found.name,
        "description": found.description,
        "inheritedFrom": found.parent,
        "permissions": list(found.permissions),
    }


def _line(found: CustomRole) -> str:
    return f"{found.name}\t{found.parent} + {' '.join(found.permissions) or 'nothing'}\t{found.description}".rstrip()


@command(role, "create")
@click.argument("name")
@_ORGANIZATION
@_PARENT
@_PERMISSIONS
@click.option("--description", help="what it is for")
def role_create(
    name: str,
    organization: str,
    parent: str | None,
    permissions: tuple[str, ...],
    description: str | None,
    data: Path | None,
    as_json: bool,
) -> None:
    """Make a role; of a viewer where nothing else is said."""
    spec = RoleSpec(name, description, parent, permissions)
    made = run_command(load_settings(data), lambda ctx: roles.create_role(ctx, organization, spec))
    print_result(_json(made), f"made role {_line(made)}", as_json=as_json)


@command(role, "change")
@click.argument("name")
@_ORGANIZATION
@_PARENT
@_PERMISSIONS
@click.option("--description", help="what it is for")
@click.option("--name", "new_name", help="another name")
def role_change(
    name: str,
    organization: str,
    parent: str | None,
    permissions: tuple[str, ...],
    description: str | None,
    new_name: str | None,
    data: Path | None,
    as_json: bool,
) -> None:
    """Change what is given, for all who hold the role; with --allow its permissions are those and no others."""
    spec = RoleSpec(new_name, description, parent, permissions or None)

    async def work(ctx: Context) -> CustomRole:
        found = await roles.find_by_name(ctx, organization, name)
        return await roles.change_role(ctx, organization, found.id, spec)

    changed = run_command(load_settings(data), work)
    print_result(_json(changed), f"changed role {_line(changed)}", as_json=as_json)


@command(role, "delete")
@click.argument("name")
@_ORGANIZATION
def role_delete(name: str, organization: str, data: Path | None, as_json: bool) -> None:
    """Delete a role; who holds it keeps what it was on top of."""

    async def work(ctx: Context) -> None:
        await roles.delete_role(ctx, organization, (await roles.find_by_name(ctx, organization, name)).id)

    run_command(load_settings(data), work)
    print_result({"name": name}, f"deleted role {name}", as_json=as_json)


@command(role, "list")
@_ORGANIZATION
def role_list(organization: str, data: Path | None, as_json: bool) -> None:
    """List the roles of an organization."""
    found = run_command(load_settings(data), lambda ctx: roles.list_roles(ctx, organization)).found
    print_result([_json(item) for item in found], "\n".join(map(_line, found)), as_json=as_json)


@command(role, "permissions")
def role_permissions(data: Path | None, as_json: bool) -> None:
    """List what roles can add."""
    del data
    words = vocabulary.WORDS.values()
    lines = [f"{word.name}\t{word.text}" for word in words]
    print_result([{"name": word.name, "text": word.text} for word in words], "\n".join(lines), as_json=as_json)


@command(role, "give")
@click.argument("name")
@click.argument("team")
@click.argument("username")
def role_give(name: str, team: str, username: str, data: Path | None, as_json: bool) -> None:
    """Add an account to a team with a role, one of every team or a custom one, or change the role that it has there."""
    run_command(load_settings(data), lambda ctx: teams.set_member(ctx, team, username, name))
    print_result({"team": team, "user": username, "role": name}, f"{username} is {name} of {team}", as_json=as_json)
