"""Who is asking: API keys and browser sessions, made, checked and revoked."""

from __future__ import annotations

import base64
import time
from dataclasses import dataclass
from datetime import timedelta
from weakref import WeakKeyDictionary

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context, Identity, Ports
from steelyard.domains.accounts import access, queries, secrets
from steelyard.domains.accounts import tables as t
from steelyard.domains.accounts.model import ApiKey, BrowserSession, NewApiKey
from steelyard.domains.accounts.service import key_columns
from steelyard.domains.accounts.throttle import Attempts, Guesser
from steelyard.kernel.errors import Conflict, NotFound, Unauthenticated
from steelyard.kernel.remembered import Remembered
from steelyard.sql.dialect import insert_row
from steelyard.sql.engine import Database

# A revoked key or session stops working everywhere within this time.
CACHE_TTL_S = 3.0
# Identities kept at most; each is under 1 KB.
CACHE_MAX = 4096
# How exactly the last use of a key is known.
USE_NOTED_S = 300.0


class Authenticator:
    """Turns credentials into identities, remembering each answer for `CACHE_TTL_S`."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._known = Remembered(self._load, CACHE_TTL_S, CACHE_MAX)
        self._noted: dict[int, float] = {}

    async def by_header(self, authorization: str) -> Identity:
        """Return who an `Authorization` header names. Raises `Unauthenticated` with the text clients show."""
        secret = _key_of_header(authorization)
        if not secret:
            raise Unauthenticated("user is not logged in")
        return await self.by_key(secret)

    async def by_key(self, secret: str) -> Identity:
        return await self._known.get(secrets.hash_token(secret))

    async def _load(self, digest: str) -> Identity:
        async def find(conn: AsyncConnection) -> tuple[int, Identity] | None:
            owner = await queries.find_key_owner(conn, digest)
            return None if owner is None else (owner[0], await load_identity(conn, owner[1]))

        found = await self._ports.database.read_at_once(find)
        if found is None:
            raise Unauthenticated("the API key is not recognised; sign in and make a new one at /authorize")
        key, identity = found
        await self._note_use(key)
        return identity

    async def _note_use(self, key: int) -> None:
        """Record when a key was last used, at most once in `USE_NOTED_S`, so that reading stays reading."""
        now = time.monotonic()
        if self._noted.get(key, -USE_NOTED_S) > now - USE_NOTED_S:
            return
        self._noted[key] = now
        while len(self._noted) > CACHE_MAX:
            self._noted.pop(next(iter(self._noted)))
        async with self._ports.database.write() as conn:
            await queries.touch_key(conn, key, self._ports.clock())

    async def by_session(self, token: str) -> tuple[Identity, BrowserSession] | None:
        """Return who a session cookie names, None when it has ended."""
        now = self._ports.clock()
        async with self._ports.database.read() as conn:
            session = await queries.find_session(conn, secrets.hash_token(token), now)
            return (await load_identity(conn, session.user_id), session) if session else None


def _key_of_header(authorization: str) -> str:
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        _, _, password = base64.b64decode(value).decode().partition(":")
    except ValueError:  # not ASCII, not base64, not UTF-8
        return ""
    return password


async def load_identity(conn: AsyncConnection, user_id: int) -> Identity:
    """Return the account with all its memberships; two or three small queries."""
    user = await queries.find_user(conn, user_id)
    assert user is not None, "keys and sessions go with their owner"
    roles = await queries.team_roles(conn, user_id)
    organization_roles = await queries.organization_roles(conn, user_id)
    if user.kind == "human":
        roles[user.entity_id] = "admin"
    for organization_id, role in organization_roles.items():
        own = await queries.find_organization_entity(conn, organization_id)
        if own:
            roles[own.id] = role
    return Identity(user.id, user.username, user.entity_id, user.is_admin, user.kind, roles, organization_roles)


# ---- API keys -------------------------------------------------------------------------------------------------


async def create_key(ctx: Context, name: str, username: str | None = None) -> NewApiKey:
    """Make a key for the caller, or for `username` when the caller is an administrator."""
    identity = access.require_account(ctx)
    async with ctx.database.write() as conn:
        user_id = identity.user_id
        if username is not None:
            access.require_admin(ctx)
            user = await queries.find_user_by_name(conn, username)
            if user is None or not user.is_active:
                raise NotFound(f"there is no user {username!r}")
            user_id = user.id
        secret = secrets.new_api_key()
        now = ctx.ports.clock()
        key_id = await insert_row(conn, t.api_keys, **key_columns(user_id, name[:128], secret), created_at=now)
    return NewApiKey(ApiKey(key_id, user_id, name[:128], secrets.key_hint(secret), now, None), secret)


async def list_keys(ctx: Context) -> list[ApiKey]:
    identity = access.require_account(ctx)
    async with ctx.database.read() as conn:
        return await queries.list_keys(conn, identity.user_id)


async def revoke_key(ctx: Context, key_id: int) -> None:
    """End a key of the caller (any key, for an administrator). It stops working within `CACHE_TTL_S`."""
    identity = access.require_account(ctx)
    async with ctx.database.write() as conn:
        key = await queries.find_key(conn, key_id)
        if key is None or (key.user_id != identity.user_id and not identity.is_admin):
            raise NotFound("there is no such key")
        await conn.execute(delete(t.api_keys).where(t.api_keys.c.id == key_id))


# ---- browser sessions -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SignIn:
    """`login` is a user name or an e-mail address, `address` where the request came from."""

    login: str
    password: str
    user_agent: str
    address: str


# of this process, by the database whose accounts they are tried on
_attempts: WeakKeyDictionary[Database, Attempts] = WeakKeyDictionary()


def _attempts_on(ctx: Context) -> Attempts:
    return _attempts.setdefault(ctx.database, Attempts())


async def sign_in(ctx: Context, given: SignIn) -> str:
    """Return the token of a new browser session.

    Raises `Unauthenticated`, the same for any wrong part, and `TooMany` after several wrong ones in a row.
    """
    async with ctx.database.read() as conn:
        found = await queries.find_login(conn, given.login)
    attempts = _attempts_on(ctx)
    guesser = Guesser(str(found[0]) if found else f"={given.login}", given.address)
    attempts.begin(guesser, ctx.ports.clock())
    if not await secrets.password_matches(found[1] if found else None, given.password) or not found:
        raise Unauthenticated("user name or password is wrong")
    attempts.succeeded(guesser)
    return await open_session(ctx, found[0], given.user_agent)


async def open_session(ctx: Context, user_id: int, user_agent: str) -> str:
    token = secrets.new_token()
    now = ctx.ports.clock()
    async with ctx.database.write() as conn:
        await conn.execute(delete(t.browser_sessions).where(t.browser_sessions.c.expires_at < now))
        await insert_row(
            conn,
            t.browser_sessions,
            user_id=user_id,
            token_hash=secrets.hash_token(token),
            csrf_token=secrets.new_token(),
            user_agent=user_agent[:255],
            created_at=now,
            last_seen_at=now,
            expires_at=now + timedelta(hours=ctx.ports.policy.session_hours),
        )
    return token


async def list_sessions(ctx: Context) -> list[BrowserSession]:
    identity = access.require_account(ctx)
    async with ctx.database.read() as conn:
        return await queries.list_sessions(conn, identity.user_id, ctx.ports.clock())


async def end_session(ctx: Context, session_id: int) -> None:
    """End one session of the caller."""
    identity = access.require_account(ctx)
    table = t.browser_sessions
    async with ctx.database.write() as conn:
        done = await conn.execute(delete(table).where(table.c.id == session_id, table.c.user_id == identity.user_id))
    if done.rowcount == 0:
        raise NotFound("there is no such session")


async def change_password(ctx: Context, current: str, new: str, keep_session: int | None) -> None:
    """Replace the caller's password and end their other sessions.

    Raises `Conflict` for a wrong `current`, and `TooMany` after several wrong ones in a row.
    """
    identity = access.require_account(ctx)
    async with ctx.database.read() as conn:
        stored = await queries.find_password_hash(conn, identity.user_id)
    # whoever is signed in already guesses from any address
    attempts, guesser = _attempts_on(ctx), Guesser(str(identity.user_id), "")
    attempts.begin(guesser, ctx.ports.clock())
    if not await secrets.password_matches(stored, current):
        raise Conflict("the current password is wrong")
    attempts.succeeded(guesser)
    password_hash = await secrets.hash_password(new)
    table = t.browser_sessions
    async with ctx.database.write() as conn:
        await queries.update_user(conn, identity.user_id, password_hash=password_hash)
        others = (table.c.user_id == identity.user_id) & (table.c.id != (keep_session or 0))
        await conn.execute(delete(table).where(others))
