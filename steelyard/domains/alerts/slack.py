"""Use cases of Slack: a person connects a channel for alerts of their own, an administrator one for those of a team.

The address that messages go to comes from Slack, is encrypted before it is stored, and goes back to nobody.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.accounts import access, sealing
from steelyard.domains.accounts import queries as accounts
from steelyard.domains.accounts.access import Permission
from steelyard.domains.accounts.model import Entity, EntityKind
from steelyard.domains.accounts.secrets import hash_token, new_token
from steelyard.domains.accounts.teams import people_of
from steelyard.domains.alerts import slack_queries
from steelyard.domains.alerts.model import SlackConnection
from steelyard.domains.audit import recording as audit
from steelyard.domains.audit.model import Action, Subject
from steelyard.kernel.errors import Conflict, NotFound
from steelyard.ports.slack import ApprovalFailed, PostRefused, Slack

CALLBACK = "/slack/callback"
# People sign in at Slack first, and look for the channel.
OPEN_FOR_S = 900
_BOX = "slack_key"
_NAME_MAX = 255
_OVER = "this attempt to connect Slack is over, or was begun by somebody else or in another browser"
_ADVICE = "Begin again from the settings, in one browser, and within a quarter of an hour."


@dataclass(frozen=True)
class Departure:
    """Where the browser goes to approve a channel, and the cookie that it must bring back."""

    url: str
    cookie: str
    value: str


async def begin(ctx: Context, name: str) -> Departure:
    """Begin to connect a channel for an entity. Raises `NotFound`, `Denied`; `Conflict` on a server without Slack."""
    async with ctx.database.read() as conn:
        entity = await _load_to_change(ctx, conn, name)
    slack, state = _required(ctx), new_token()
    attempt = {"state": state, "entity": entity.name, "user": access.require_account(ctx).user_id}
    box, now = await sealing.open_box(ctx, _BOX), int(ctx.ports.clock().timestamp())
    value = box.encrypt_at_time(orjson.dumps(attempt), now).decode()
    return Departure(slack.approval_url(state, _callback(ctx)), cookie_of(state), value)


async def finish(ctx: Context, given: Mapping[str, str], cookies: Mapping[str, str]) -> Entity:
    """Connect the channel that was approved; return for whom. Raises `ApprovalFailed` for an attempt that fails.

    Only who began it ends it, in the same browser, and only while they still may.
    """
    identity = access.require_account(ctx)
    attempt = await _unseal(ctx, given.get("state", ""), cookies)
    if identity.user_id != attempt["user"]:
        raise ApprovalFailed(_OVER, _ADVICE)
    if given.get("error") == "access_denied":
        raise ApprovalFailed("the request was cancelled at Slack", "Nothing has changed.")
    if not given.get("code"):
        raise ApprovalFailed("Slack has sent no code", _ADVICE)
    async with ctx.database.read() as conn:
        await _load_to_change(ctx, conn, attempt["entity"])
    hook = await _required(ctx).redeem(given["code"], _callback(ctx))
    box = await sealing.open_box(ctx, _BOX)
    sealed, by = box.encrypt(hook.url.encode()).decode(), identity.user_id or None
    async with ctx.database.write() as conn:
        entity = await _load_to_change(ctx, conn, attempt["entity"])
        names = {"workspace": hook.workspace[:_NAME_MAX], "channel": hook.channel[:_NAME_MAX]}
        row = names | {"sealed": sealed, "created_by": by, "created_at": ctx.ports.clock()}
        await slack_queries.put_connection(conn, entity.id, row)
        action = Action.USER_CONNECT_SLACK if _is_person(entity) else Action.TEAM_CONNECT_SLACK
        await audit.note(ctx, conn, action, _subject(ctx, entity), workspace=hook.workspace, channel=hook.channel)
    return entity


async def disconnect(ctx: Context, name: str) -> None:
    """Forget the channel of an entity, and what waits to go there. Raises `NotFound`, `Denied`."""
    async with ctx.database.write() as conn:
        entity = await _load_to_change(ctx, conn, name)
        if not await slack_queries.delete_connection(conn, entity.id):
            raise NotFound("Slack is not connected")
        action = Action.USER_DISCONNECT_SLACK if _is_person(entity) else Action.TEAM_DISCONNECT_SLACK
        await audit.note(ctx, conn, action, _subject(ctx, entity))


async def load_connection(ctx: Context, name: str) -> SlackConnection | None:
    """Return the channel of a team for its members, of a person for themselves. Raises `NotFound` for others."""
    async with ctx.database.read() as conn:
        entity = await _find(ctx, conn, name)
        access.require(ctx, Permission.READ, people_of(entity))
        return await slack_queries.find_connection(conn, entity.id)


async def list_connections(ctx: Context, entity: Entity) -> list[SlackConnection]:
    """Return what `load_connection` does as a list: empty for those who may not see it, or where it is gone."""
    if entity.kind is EntityKind.ORGANIZATION or not _is_visible(ctx, entity):
        return []
    async with ctx.database.read() as conn:
        return await slack_queries.list_open(conn, [entity.id])


async def find_url(ctx: Context, connection: SlackConnection) -> str:
    """Return where messages of a channel go, for what this server sends by itself.

    Whoever calls this neither shows nor logs it. Raises `PostRefused` for one whose key this server has lost.
    """
    from cryptography.fernet import InvalidToken

    try:
        return (await sealing.open_box(ctx, _BOX)).decrypt(connection.sealed.encode()).decode()
    except InvalidToken:
        raise PostRefused("its address was encrypted by a key that is gone; connect again") from None


def cookie_of(state: str) -> str:
    return f"steelyard_slack_{hash_token(state)[:16]}"


async def _unseal(ctx: Context, state: str, cookies: Mapping[str, str]) -> dict[str, Any]:
    from cryptography.fernet import InvalidToken

    box, now = await sealing.open_box(ctx, _BOX), int(ctx.ports.clock().timestamp())
    try:
        attempt: dict[str, Any] = orjson.loads(
            box.decrypt_at_time(cookies.get(cookie_of(state), "").encode(), OPEN_FOR_S, now)
        )
    except InvalidToken:
        raise ApprovalFailed(_OVER, _ADVICE) from None
    if not secrets.compare_digest(str(attempt["state"]).encode(), state.encode()):
        raise ApprovalFailed(_OVER, _ADVICE)
    return attempt


def _required(ctx: Context) -> Slack:
    if ctx.ports.slack is None:
        raise Conflict("this server has no Slack app: SLACK_CLIENT_ID, SLACK_SECRET")
    return ctx.ports.slack


def _callback(ctx: Context) -> str:
    return f"{ctx.ports.policy.public_url or ctx.origin}{CALLBACK}"


async def _load_to_change(ctx: Context, conn: AsyncConnection, name: str) -> Entity:
    entity = await _find(ctx, conn, name)
    if not _is_person(entity):
        access.require(ctx, Permission.PEOPLE, people_of(entity))
    access.require_whole(ctx)
    return entity


async def _find(ctx: Context, conn: AsyncConnection, name: str) -> Entity:
    """Return a team, or the caller's own entity: nobody else connects a person's channel, or sees it."""
    access.require_account(ctx)
    entity = await accounts.find_entity(conn, name)
    if entity is None or entity.kind is EntityKind.ORGANIZATION or not _is_visible(ctx, entity):
        raise NotFound(f"there is no team {name!r}")
    return entity


def _is_visible(ctx: Context, entity: Entity) -> bool:
    if ctx.identity is None:
        return False
    if _is_person(entity):
        return entity.id == ctx.identity.entity_id
    return access.allows(ctx.identity, Permission.READ, people_of(entity))


def _is_person(entity: Entity) -> bool:
    return entity.kind is EntityKind.USER


def _subject(ctx: Context, entity: Entity) -> Subject:
    if not _is_person(entity):
        return entity.subject
    return Subject(user_id=access.require_account(ctx).user_id, user=entity.name)
