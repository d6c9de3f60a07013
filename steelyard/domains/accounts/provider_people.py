"""Whom an identity provider vouches for, as an account: known, found by address, invited, or new. And their teams.

A directory vouches for people in the same way. An account is bound to the provider's own name for the person, once;
addresses and user names may change afterwards.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import structlog
from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.accounts import notices, proof_queries, provider_queries, queries, role_queries
from steelyard.domains.accounts import tables as t
from steelyard.domains.accounts.model import EntityKind, Role, Standing, User
from steelyard.domains.accounts.notices import Notice
from steelyard.domains.accounts.people import check_address, free_username
from steelyard.domains.accounts.service import NewUser, insert_user
from steelyard.domains.accounts.teams import in_team, join_team, leave_team
from steelyard.domains.audit import recording as audit
from steelyard.domains.audit.model import Action
from steelyard.kernel.errors import Conflict, Denied, Invalid
from steelyard.ports.sso import Person, SignOnFailed
from steelyard.sql.dialect import insert_row, is_duplicate

log = structlog.get_logger()
_ADMIN = "Ask an administrator of this server"
_NAME_MAX = 128
_EMAIL_MAX = 254
_TRIES = 3


async def account_of(ctx: Context, person: Person) -> User:
    """Return the account, made or bound now where need be. Raises `SignOnFailed` for whom there shall be none.

    Of two windows that bring a new person at once, the later finds what the other made.
    """
    for left in reversed(range(_TRIES)):
        try:
            async with ctx.database.write() as conn:
                return await load_account(ctx, conn, person)
        except (Conflict, IntegrityError) as error:
            if not left or (isinstance(error, IntegrityError) and not is_duplicate(error)):
                raise
    raise AssertionError("the last try returns or raises")


async def load_account(ctx: Context, conn: AsyncConnection, person: Person) -> User:
    """Return the account of a person, made or bound now where need be, within the caller's transaction.

    Raises `SignOnFailed` for whom there is none and shall be none.
    """
    user = await provider_queries.find_user_of_provider(conn, person.issuer, person.subject)
    if user is not None:
        user = await _carry_over(ctx, conn, person, user)
    else:
        user = await _find_or_make(ctx, conn, person)
        await _bind(ctx, conn, person, user)
    if not user.is_active:
        raise SignOnFailed(f"the account {user.username} has been ended", f"{_ADMIN} to restore it.")
    if person.groups is not None:
        await sync_teams(ctx, conn, user, person.groups)
    return user


async def _carry_over(ctx: Context, conn: AsyncConnection, person: Person, user: User) -> User:
    """Write what the provider has changed of name and address since it was last heard; what was changed here stays.

    An address that another account has is left, and so is one that the provider does not know to be theirs.
    """
    was_email, was_name = await provider_queries.find_told(conn, person.issuer, person.subject)
    email, name = person.email.strip(), person.name[:_NAME_MAX].strip()
    changed: dict[str, Any] = {}
    if name and was_name is not None and name != was_name:
        changed["name"] = name
    is_new = was_email is not None and email.lower() not in {was_email.lower(), user.email.lower()}
    if email and is_new and person.email_verified and _is_address(email):
        if await queries.find_user_by_address(conn, email) is None:
            changed |= {"email": email, "email_unproven": False}
        else:
            log.warning("the provider has changed an address to that of another account", username=user.username)
    if changed:
        await queries.update_user(conn, user.id, **changed)
        told = sorted(changed.keys() & {"name", "email"})
        await audit.note(ctx, conn, Action.USER_UPDATE, user.subject, changed=told, by="provider")
        if "email" in changed:
            await notices.tell(ctx, conn, user.id, Notice.ADDRESS, address=user.email)
    table = t.provider_identities
    where = (table.c.issuer == person.issuer) & (table.c.subject == person.subject)
    heard = {"last_used_at": ctx.ports.clock(), **_told(person)}
    await conn.execute(update(table).where(where).values(**heard))
    return replace(user, name=changed.get("name", user.name), email=changed.get("email", user.email))


def _told(person: Person) -> dict[str, str]:
    """Return what is kept of a provider's word; nothing of what it leaves out."""
    told = {"email": person.email.strip()[:_EMAIL_MAX], "name": person.name[:_NAME_MAX].strip()}
    return {name: value for name, value in told.items() if value}


def _is_address(email: str) -> bool:
    try:
        check_address(email)
    except Invalid:
        return False
    return True


async def _find_or_make(ctx: Context, conn: AsyncConnection, person: Person) -> User:
    if await queries.count_users(conn) == 0:
        raise SignOnFailed(
            "this server has no administrator yet", "Open the link in its log first, which makes one; then try again."
        )
    email = _address(person)
    holders = await provider_queries.list_people_of_address(conn, email) if email else []
    if holders:
        return _of_address(person, email, holders)
    is_theirs = bool(email) and person.email_verified
    invitations = await proof_queries.list_pending_invitations(conn, email, ctx.ports.clock()) if is_theirs else []
    if not invitations and not ctx.ports.policy.sso.provisioning:
        raise SignOnFailed(
            f"there is no account for {email or person.username} on this server",
            f"{_ADMIN} for an account, or for an invitation.",
        )
    user = await _make(ctx, conn, person, email)
    for link in invitations:
        assert link.entity_id is not None, "an invitation names its team"
        team = await queries.find_entity_by_id(conn, link.entity_id)
        if team is not None:
            standing = await role_queries.find_link_standing(conn, link.id) or Standing(Role.MEMBER)
            await join_team(ctx, conn, team, user, standing)
            await audit.note(ctx, conn, Action.TEAM_JOIN, in_team(team, user), role=standing.name)
        await conn.execute(delete(t.account_links).where(t.account_links.c.id == link.id))
    return user


def _address(person: Person) -> str:
    if person.of_directory and not person.email:
        return ""
    try:
        return check_address(person.email)
    except Invalid:
        raise SignOnFailed(
            "the provider tells no e-mail address",
            f"{_ADMIN}: the provider must give this client the claim `email` (scope email), and you an address.",
        ) from None


def _of_address(person: Person, email: str, holders: list[tuple[User, bool]]) -> User:
    """Return the one account that has the address, when it is certain on both sides that it is this person's."""
    active = [holder for holder in holders if holder[0].is_active]
    if not active:
        return holders[0][0]
    if not person.email_verified:
        raise SignOnFailed(
            f"an account has the address {email}, and the provider does not say that it has verified yours",
            f"{_ADMIN}: the provider must send email_verified, or STEELYARD_SSO_TRUST_EMAIL be true.",
        )
    if len(active) > 1:
        raise SignOnFailed(f"several accounts have the address {email}", f"{_ADMIN} to leave it to one of them.")
    user, unproven = active[0]
    if unproven:
        raise SignOnFailed(
            f"the account {user.username} has the address {email}, which its owner has written there unproved",
            f"{_ADMIN} to confirm that it is yours: steelyard user confirm-email {user.username}",
        )
    return user


async def _make(ctx: Context, conn: AsyncConnection, person: Person, email: str) -> User:
    named = person.username and (person.of_directory or ctx.ports.policy.sso.provider_names)
    username = await free_username(conn, person.username if named else email.partition("@")[0])
    unproven = not person.email_verified
    spec = NewUser(username, email, person.name[:_NAME_MAX], email_unproven=unproven)
    user = await insert_user(ctx, conn, spec, None)
    log.info("single sign-on has made an account", username=username)
    return user


async def _bind(ctx: Context, conn: AsyncConnection, person: Person, user: User) -> None:
    now = ctx.ports.clock()
    await insert_row(
        conn,
        t.provider_identities,
        user_id=user.id,
        issuer=person.issuer,
        subject=person.subject,
        created_at=now,
        last_used_at=now,
        **_told(person),
    )
    await audit.note(ctx, conn, Action.USER_UPDATE, user.subject, bound_to=person.issuer)


async def sync_teams(ctx: Context, conn: AsyncConnection, user: User, groups: frozenset[str]) -> None:
    """Let a person into the teams that their groups are named like, and out of those that only groups let them into.

    Groups without a team are passed over. The last administrator of a team stays.
    """
    wanted = {}
    for name in sorted(groups):
        team = await queries.find_entity(conn, name)
        if team is not None and team.kind is EntityKind.TEAM:
            wanted[team.id] = team
    present, given = await queries.team_roles(conn, user.id), await provider_queries.teams_by_group(conn, user.id)
    members = t.team_members
    for team in wanted.values():
        if team.id not in present:
            await join_team(ctx, conn, team, user, Standing(Role.MEMBER))
            mine = (members.c.entity_id == team.id) & (members.c.user_id == user.id)
            await conn.execute(update(members).where(mine).values(by_group=True))
            await audit.note(ctx, conn, Action.TEAM_JOIN, in_team(team, user), role=Role.MEMBER, by="group")
    for team_id in given - set(wanted):
        left = await queries.find_entity_by_id(conn, team_id)
        assert left is not None, "memberships go with their team"
        try:
            await leave_team(ctx, conn, left, user)
            await audit.note(ctx, conn, Action.TEAM_UNINVITE, in_team(left, user), by="group")
        except Denied:
            log.warning("the last administrator of a team stays in it without the group", team=left.name)
