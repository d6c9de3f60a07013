"""API keys: made, shown once, bounded, listed and revoked. What their bounds mean is decided in `access.py`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import UNBOUNDED, Context, KeyRights, KeyScope
from steelyard.domains.accounts import access, notices, proof_queries, queries, secrets
from steelyard.domains.accounts import tables as t
from steelyard.domains.accounts.model import ApiKey, NewApiKey
from steelyard.domains.accounts.notices import Notice
from steelyard.domains.audit import recording as audit
from steelyard.domains.audit.model import Action, Subject
from steelyard.kernel.errors import Invalid, NotFound
from steelyard.sql.dialect import insert_row

NAME_MAX = 128
NETWORKS_MAX = 16
PROJECTS_MAX = 100
# How long the key of a new service account waits for its maker to look.
UNSEEN_FOR = timedelta(minutes=5)


def parse_rights(text: str) -> KeyRights:
    if text not in set(KeyRights):
        raise Invalid(f"rights must be one of {', '.join(KeyRights)}, not {text[:40]!r}")
    return KeyRights(text)


def parse_networks(texts: Iterable[str]) -> tuple[IPv4Network | IPv6Network, ...]:
    """Return networks such as `10.0.0.0/8`; a single address is one of one. Raises `Invalid`."""
    try:
        found = tuple(ip_network(text.strip(), strict=False) for text in texts if text.strip())
    except ValueError as error:
        raise Invalid(f"not an address range such as 10.0.0.0/8: {error}") from error
    if len(found) > NETWORKS_MAX:
        raise Invalid(f"a key has at most {NETWORKS_MAX} address ranges")
    return found


@dataclass(frozen=True)
class NewKey:
    """What a new key shall be. `username` is another's account, for administrators."""

    name: str = ""
    scope: KeyScope = UNBOUNDED
    username: str | None = None


async def create_key(ctx: Context, spec: NewKey) -> NewApiKey:
    """Make a key. Raises `Denied` for a caller whose own key has bounds, `Invalid` for unfit bounds."""
    identity = access.require_whole(ctx)
    _check(spec.scope, ctx.ports.clock())
    async with ctx.database.write() as conn:
        owner = Subject(user_id=identity.user_id, user=identity.username)
        if spec.username is not None:
            access.require_admin(ctx)
            user = await queries.find_user_by_name(conn, spec.username)
            if user is None or not user.is_active:
                raise NotFound(f"there is no user {spec.username!r}")
            owner = user.subject
        made = await insert_key(ctx, conn, owner, spec)
        await notices.tell(ctx, conn, made.key.user_id, Notice.KEY)
        return made


def _check(scope: KeyScope, now: datetime) -> None:
    if scope.expires_at is not None and scope.expires_at <= now:
        raise Invalid("a key must expire in the future")
    if scope.project_ids is not None and not 1 <= len(scope.project_ids) <= PROJECTS_MAX:
        raise Invalid(f"a key is bounded to 1 to {PROJECTS_MAX} projects")


async def insert_key(
    ctx: Context, conn: AsyncConnection, owner: Subject, spec: NewKey, secret: str | None = None
) -> NewApiKey:
    """Write a key of the account `owner` within the caller's transaction; the caller has checked that it may."""
    assert owner.user_id, "a key belongs to an account"
    secret = secret or secrets.new_api_key()
    now, scope, name = ctx.ports.clock(), spec.scope, spec.name.strip()[:NAME_MAX]
    key_id = await insert_row(
        conn,
        t.api_keys,
        user_id=owner.user_id,
        name=name,
        secret_hash=secrets.hash_token(secret),
        hint=secrets.key_hint(secret),
        created_at=now,
        rights=scope.rights,
        in_projects=scope.project_ids is not None,
        expires_at=scope.expires_at,
        networks=" ".join(map(str, scope.networks)),
    )
    if scope.project_ids:
        rows = [{"key_id": key_id, "project_id": project_id} for project_id in sorted(scope.project_ids)]
        await conn.execute(insert(t.api_key_projects), rows)
    key = ApiKey(key_id, owner.user_id, name, secrets.key_hint(secret), now, None, scope)
    await audit.note(ctx, conn, Action.USER_CREATE_API_KEY, owner, key=key.label, rights=scope.rights)
    return NewApiKey(key, secret)


async def list_keys(ctx: Context) -> list[ApiKey]:
    identity = access.require_account(ctx)
    async with ctx.database.read() as conn:
        return await proof_queries.list_keys(conn, identity.user_id)


async def revoke_key(ctx: Context, key_id: int) -> None:
    """End a key of the caller (any key, for an administrator); everywhere within `identities.CACHE_TTL_S`."""
    identity = access.require_whole(ctx)
    async with ctx.database.write() as conn:
        key = await proof_queries.find_key(conn, key_id)
        if key is None or (key.user_id != identity.user_id and not identity.is_admin):
            raise NotFound("there is no such key")
        await conn.execute(delete(t.api_keys).where(t.api_keys.c.id == key_id))
        owner = await queries.find_user(conn, key.user_id)
        assert owner is not None, "keys go with their owner"
        await audit.note(ctx, conn, Action.USER_DELETE_API_KEY, owner.subject, key=key.label)


# ---- keys of new service accounts -----------------------------------------------------------------------------


async def keep_unseen(ctx: Context, conn: AsyncConnection, made: NewApiKey) -> None:
    """Keep the secret until the caller asks for it once (`take_unseen`)."""
    maker = access.require_account(ctx).user_id
    if maker:
        now = ctx.ports.clock()
        await insert_row(conn, t.unseen_keys, key_id=made.key.id, maker_id=maker, secret=made.secret, created_at=now)


async def take_unseen(ctx: Context) -> dict[int, str]:
    """Return the secrets, by account, of service accounts that the caller has just made, and forget them."""
    maker, table = access.require_account(ctx).user_id, t.unseen_keys
    async with ctx.database.read() as conn:
        if not await proof_queries.list_unseen_keys(conn, maker):
            return {}
    async with ctx.database.write() as conn:
        found = await proof_queries.list_unseen_keys(conn, maker)
        await conn.execute(delete(table).where(table.c.maker_id == maker))
        await conn.execute(delete(table).where(table.c.created_at < ctx.ports.clock() - UNSEEN_FOR))
    fresh = ctx.ports.clock() - UNSEEN_FOR
    return {user_id: secret for user_id, secret, created_at in found if created_at >= fresh}
