"""`steelyard user | org | team | key`: accounts from the command line, also while the server runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from steelyard.cli.running import command, load_settings, print_result, run_command
from steelyard.context import Context
from steelyard.domains.accounts import activity, keys, links, organizations, people, service, teams
from steelyard.domains.accounts.keys import NewKey
from steelyard.domains.accounts.model import Activity, Role, User
from steelyard.domains.accounts.service import NewUser
from steelyard.kernel.clock import iso
from steelyard.kernel.errors import NotFound
from steelyard.kernel.ids import encode_global_id, find_global_id


@click.group()
def user() -> None:
    """People."""


@click.group()
def org() -> None:
    """Organizations."""


@click.group()
def team() -> None:
    """Teams."""


@click.group()
def key() -> None:
    """API keys."""


def _user_json(found: User) -> dict[str, Any]:
    return {
        "username": found.username,
        "email": found.email,
        "admin": found.is_admin,
        "active": found.is_active,
        "entity": found.entity,
    }


@command(user, "create")
@click.argument("name")
@click.option("--email", required=True, help="e-mail address")
@click.option("--password", required=True, help="password, 8 characters or more")
@click.option("--api-key", help="an API key to give, taken as it is (default: none is made)")
@click.option("--admin", is_flag=True, help="administers the server")
def user_create(
    name: str, email: str, password: str, api_key: str | None, admin: bool, data: Path | None, as_json: bool
) -> None:
    """Make an account with a personal entity."""
    spec = NewUser(name, email, password=password, api_key=api_key, is_admin=admin)
    made = run_command(load_settings(data), lambda ctx: service.create_user(ctx, spec))
    print_result(_user_json(made), f"made user {made.username}", as_json=as_json)


@command(user, "set-password")
@click.argument("name")
@click.option("--password", required=True, help="the new password")
def user_set_password(name: str, password: str, data: Path | None, as_json: bool) -> None:
    """Give a new password and end open browser sessions."""
    run_command(load_settings(data), lambda ctx: service.set_password(ctx, name, password))
    print_result({"username": name}, f"changed the password of {name}", as_json=as_json)


@command(user, "reset-password")
@click.argument("login")
def user_reset_password(login: str, data: Path | None, as_json: bool) -> None:
    """Ask for a new password of an account, named by user name or e-mail address, and end its browser sessions."""
    password = click.prompt("New password", hide_input=True, confirmation_prompt=True, err=True)
    run_command(load_settings(data), lambda ctx: service.set_password(ctx, login, password))
    print_result({"login": login}, f"changed the password of {login}", as_json=as_json)


@command(user, "delete")
@click.argument("name")
def user_delete(name: str, data: Path | None, as_json: bool) -> None:
    """End an account; its projects stay."""
    run_command(load_settings(data), lambda ctx: service.delete_user(ctx, name))
    print_result({"username": name}, f"ended the account {name}", as_json=as_json)


@command(user, "link")
@click.argument("name")
def user_link(name: str, data: Path | None, as_json: bool) -> None:
    """Make a link by which the account chooses a new password; good once, for a day."""
    made = run_command(load_settings(data), lambda ctx: links.make_password_link(ctx, name))
    print_result({"username": name, "url": made.url, "mailed": made.mailed}, made.url, as_json=as_json)


@command(team, "invite")
@click.argument("name")
@click.argument("email")
@click.option("--role", default="member", help="what they may do: admin, member, viewer or a role of the organization")
def team_invite(name: str, email: str, role: str, data: Path | None, as_json: bool) -> None:
    """Make a link by which somebody without an account joins a team; good once, for 14 days."""
    made = run_command(load_settings(data), lambda ctx: links.invite(ctx, name, email, role))
    print_result({"team": name, "url": made.url, "mailed": made.mailed}, made.url, as_json=as_json)


@command(user, "deactivate")
@click.argument("name")
def user_deactivate(name: str, data: Path | None, as_json: bool) -> None:
    """Keep an account out until it is restored; its keys, memberships and projects stay."""
    found = run_command(load_settings(data), lambda ctx: people.deactivate_user(ctx, name))
    print_result(_user_json(found), f"deactivated {name}", as_json=as_json)


@command(user, "restore")
@click.argument("name")
def user_restore(name: str, data: Path | None, as_json: bool) -> None:
    """Let a deactivated or deleted account in again."""
    found = run_command(load_settings(data), lambda ctx: people.restore_user(ctx, name))
    print_result(_user_json(found), f"restored {name}", as_json=as_json)


@command(user, "set-admin")
@click.argument("name")
@click.option("--no", "revoked", is_flag=True, help="makes them an ordinary user again")
def user_set_admin(name: str, revoked: bool, data: Path | None, as_json: bool) -> None:
    """Make an account an administrator of the server."""
    found = run_command(load_settings(data), lambda ctx: people.set_admin(ctx, name, is_admin=not revoked))
    print_result(
        _user_json(found),
        f"{name} {'is no administrator now' if revoked else 'administers the server'}",
        as_json=as_json,
    )


@command(user, "confirm-email")
@click.argument("name")
def user_confirm_email(name: str, data: Path | None, as_json: bool) -> None:
    """State that the address which a person has written there is theirs, so that single sign-on finds the account."""
    found = run_command(load_settings(data), lambda ctx: people.confirm_address(ctx, name))
    print_result(_user_json(found), f"{found.email} belongs to {name}", as_json=as_json)


@command(user, "list")
def user_list(data: Path | None, as_json: bool) -> None:
    """List accounts: when they were active last, and on how many of the last 30 days, where that is kept."""
    found, active = run_command(load_settings(data), _with_activity)
    lines = [_user_line(item) if active is None else _active_line(item, active.get(item.id)) for item in found]
    told = [_user_json(item) | ({} if active is None else _activity_json(active.get(item.id))) for item in found]
    print_result(told, "\n".join(lines), as_json=as_json)


async def _with_activity(ctx: Context) -> tuple[list[User], dict[int, Activity] | None]:
    return await service.list_users(ctx), await activity.list_everybody(ctx)


def _activity_json(active: Activity | None) -> dict[str, Any]:
    return {"lastActiveAt": iso(active.last_at) if active else None, "daysActive": active.days if active else 0}


def _active_line(found: User, active: Activity | None) -> str:
    told = f"{active.last_at:%Y-%m-%d}  {active.days} of 30 days" if active else "never"
    return f"{_user_line(found)}\t{told}"


def _user_line(found: User) -> str:
    return f"{found.username}\t{found.email}{'  admin' if found.is_admin else ''}{'' if found.is_active else '  ended'}"


@command(org, "create")
@click.argument("name")
@click.option("--admin", required=True, help="user who administers it")
def org_create(name: str, admin: str, data: Path | None, as_json: bool) -> None:
    """Make an organization."""
    run_command(load_settings(data), lambda ctx: organizations.create_organization(ctx, name, admin))
    print_result({"name": name, "admin": admin}, f"made organization {name}", as_json=as_json)


@command(org, "delete")
@click.argument("name")
def org_delete(name: str, data: Path | None, as_json: bool) -> None:
    """Dissolve an organization; its teams stay."""
    run_command(load_settings(data), lambda ctx: organizations.delete_organization(ctx, name))
    print_result({"name": name}, f"dissolved organization {name}", as_json=as_json)


@command(org, "add-member")
@click.argument("name")
@click.argument("username")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True, help="what they may do")
def org_add_member(name: str, username: str, role: str, data: Path | None, as_json: bool) -> None:
    """Add a user to an organization, or change their role."""
    run_command(load_settings(data), lambda ctx: organizations.set_organization_member(ctx, name, username, Role(role)))
    print_result({"name": name, "user": username, "role": role}, f"{username} is {role} of {name}", as_json=as_json)


@command(team, "create")
@click.argument("name")
@click.option("--org", "organization", required=True, help="organization it belongs to")
@click.option("--admin", required=True, help="user who administers it")
@click.option("--bucket", default="", help="bucket of its own, by the name that the settings give it; for good")
def team_create(name: str, organization: str, admin: str, bucket: str, data: Path | None, as_json: bool) -> None:
    """Make a team."""
    run_command(load_settings(data), lambda ctx: teams.create_team(ctx, name, organization, admin, bucket))
    told = {"name": name, "org": organization, "admin": admin} | ({"bucket": bucket} if bucket else {})
    print_result(told, f"made team {name}{f', in the bucket {bucket}' if bucket else ''}", as_json=as_json)


@command(team, "delete")
@click.argument("name")
def team_delete(name: str, data: Path | None, as_json: bool) -> None:
    """Remove a team that owns no projects."""
    run_command(load_settings(data), lambda ctx: teams.delete_team(ctx, name))
    print_result({"name": name}, f"removed team {name}", as_json=as_json)


@command(key, "create")
@click.argument("username")
@click.option("--name", default="", help="what the key is for")
def key_create(username: str, name: str, data: Path | None, as_json: bool) -> None:
    """Make an API key and print it once."""
    made = run_command(load_settings(data), lambda ctx: keys.create_key(ctx, NewKey(name, username=username)))
    key_id = encode_global_id("ApiKey", made.key.id)
    print_result({"id": key_id, "user": username, "key": made.secret}, made.secret, as_json=as_json)


@command(key, "revoke")
@click.argument("key_id", metavar="ID")
def key_revoke(key_id: str, data: Path | None, as_json: bool) -> None:
    """Revoke an API key by its id."""

    async def work(ctx: Context) -> None:
        number = find_global_id("ApiKey", key_id)
        if number is None:
            raise NotFound(f"there is no key {key_id!r}")
        await keys.revoke_key(ctx, number)

    run_command(load_settings(data), work)
    print_result({"id": key_id}, f"revoked {key_id}", as_json=as_json)
