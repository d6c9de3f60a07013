"""Browser sessions: opened by a password, ours or the directory's; listed, ended."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from weakref import WeakKeyDictionary

from sqlalchemy import delete

from steelyard.context import Context, Identity
from steelyard.domains.accounts import access, activity, notices, proof_queries, queries, secrets
from steelyard.domains.accounts import tables as t
from steelyard.domains.accounts.directory import directory_account, is_of_directory, refuse_of_directory
from steelyard.domains.accounts.identities import used_since
from steelyard.domains.accounts.model import BrowserSession
from steelyard.domains.accounts.notices import Notice
from steelyard.domains.accounts.throttle import Attempts, Guesser
from steelyard.domains.audit import recording as audit
from steelyard.domains.audit.model import Action, Subject
from steelyard.kernel.errors import Conflict, Denied, NotFound, Unauthenticated
from steelyard.ports.directory import DirectoryDown
from steelyard.sql.dialect import insert_row
from steelyard.sql.engine import Database


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

    Raises `Unauthenticated`, the same for any wrong part, `TooMany` after several wrong ones in a row, and `Denied`
    where nobody signs in by a password. Where there is a directory, `DirectoryDown` when the password is none of ours
    and the directory cannot be asked, and `Denied` for whom it knows and this server does not let in.
    """
    access.require_passwords(ctx)
    async with ctx.database.read() as conn:
        found = await queries.find_login(conn, given.login)
        elsewhere = found is not None and await is_of_directory(ctx, conn, found[0])
    attempts = _attempts_on(ctx)
    guesser = Guesser(str(found[0]) if found else f"={given.login}", given.address)
    attempts.begin(guesser, ctx.ports.clock())
    stored = found[1] if found and not elsewhere else None
    user_id = found[0] if found and await secrets.password_matches(stored, given.password) else None
    if user_id is None:
        try:
            user_id = await directory_account(ctx, given.login, given.password)
        except DirectoryDown:
            if stored is None:  # no password has been tried
                attempts.forget_one(guesser)
            raise
        except Denied as error:
            attempts.succeeded(guesser)
            await _note_refusal(ctx, found[0] if found else None, error.status)
            raise
    if user_id is None:
        await _note_refusal(ctx, found[0] if found else None)
        raise Unauthenticated("user name or password is wrong")
    attempts.succeeded(guesser)
    return await open_session(ctx, user_id, given.user_agent)


async def _note_refusal(ctx: Context, user_id: int | None, code: int = Unauthenticated.status) -> None:
    """Tell of a refused sign-in. What was typed is left out where no account has that name: it may be a password."""
    async with ctx.database.write() as conn:
        user = await queries.find_user(conn, user_id) if user_id else None
        named = user.subject if user else Subject()
        await audit.note(ctx, conn, Action.USER_LOGIN, named, code=code)


async def open_session(ctx: Context, user_id: int, user_agent: str, id_token: str | None = None) -> str:
    """Return the token of a new browser session of the account; the caller has found out who it is.

    `id_token` is what ends it at an identity provider as well.
    """
    token = secrets.new_token()
    now = ctx.ports.clock()
    async with ctx.database.write() as conn:
        over = (t.browser_sessions.c.expires_at < now) | (t.browser_sessions.c.last_seen_at < used_since(ctx.ports))
        await conn.execute(delete(t.browser_sessions).where(over))
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
            id_token=id_token,
        )
        user = await queries.find_user(conn, user_id)
        assert user is not None, "its account is there"
        await activity.note(ctx.ports, conn, user.id, user.kind)
        own = Identity(user.id, user.username, user.entity_id, user.is_admin)
        await audit.note(replace(ctx, identity=ctx.account or own), conn, Action.USER_LOGIN, user.subject)
    return token


async def list_sessions(ctx: Context) -> list[BrowserSession]:
    identity = access.require_account(ctx)
    async with ctx.database.read() as conn:
        return await proof_queries.list_sessions(conn, identity.user_id, ctx.ports.clock(), used_since(ctx.ports))


async def end_session(ctx: Context, session_id: int) -> None:
    """End one session of the caller."""
    identity = access.require_whole(ctx)
    table = t.browser_sessions
    async with ctx.database.write() as conn:
        done = await conn.execute(delete(table).where(table.c.id == session_id, table.c.user_id == identity.user_id))
        if done.rowcount == 0:
            raise NotFound("there is no such session")
        await audit.note(ctx, conn, Action.USER_LOGOUT, _own(identity))


async def end_other_sessions(ctx: Context, kept: int | None) -> None:
    """Sign the caller out everywhere but in the session `kept`."""
    identity, table = access.require_whole(ctx), t.browser_sessions
    async with ctx.database.write() as conn:
        others = (table.c.user_id == identity.user_id) & (table.c.id != (kept or 0))
        done = await conn.execute(delete(table).where(others))
        await audit.note(ctx, conn, Action.USER_LOGOUT, _own(identity), sessions=done.rowcount)


def _own(identity: Identity) -> Subject:
    return Subject(user_id=identity.user_id, user=identity.username)


async def change_password(ctx: Context, current: str, new: str, keep_session: int | None) -> None:
    """Replace the caller's password and end their other sessions.

    Raises `Conflict` for a wrong `current` and where the directory keeps the password, and `TooMany` after several
    wrong ones in a row.
    """
    identity = access.require_whole(ctx)
    async with ctx.database.read() as conn:
        await refuse_of_directory(ctx, conn, identity.user_id)
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
        await audit.note(ctx, conn, Action.USER_CHANGE_PASSWORD, _own(identity))
        await notices.tell(ctx, conn, identity.user_id, Notice.PASSWORD)
