"""Single sign-on: a browser goes to the identity provider, comes back, and has a session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import structlog

from steelyard.context import Context
from steelyard.domains.accounts import proof_queries, sessions
from steelyard.domains.accounts.provider_people import account_of
from steelyard.domains.accounts.sso_attempts import Sealed, new_attempt, seal, unseal
from steelyard.domains.accounts.throttle import Attempts, Guesser
from steelyard.domains.audit import recording as audit
from steelyard.domains.audit.model import Action
from steelyard.kernel.errors import NotFound, SteelyardError
from steelyard.ports.sso import CodeRefused, IdentityProvider
from steelyard.sql.engine import Database

log = structlog.get_logger()
CALLBACK = "/oidc/callback"
SIGNED_OUT = "/logout"


@dataclass(frozen=True)
class Departure:
    """Where the browser goes, and what it keeps meanwhile."""

    url: str
    sealed: Sealed
    # The answer comes from a page of the provider's, so the cookie must come along from there.
    from_other_site: bool


@dataclass(frozen=True)
class Arrival:
    """The browser session that was opened, and where to go in it."""

    token: str
    next_path: str


# wrong codes of this process, by the database whose accounts they are tried on
_attempts: WeakKeyDictionary[Database, Attempts] = WeakKeyDictionary()


def provider_of(ctx: Context) -> IdentityProvider:
    if ctx.ports.sso is None:
        raise NotFound("single sign-on is not set up on this server")
    return ctx.ports.sso


async def begin(ctx: Context, next_path: str) -> Departure:
    """Return where to sign in. Raises `ProviderFailed` when the provider cannot be used."""
    provider = provider_of(ctx)
    attempt = new_attempt(f"{ctx.origin}{CALLBACK}")
    url = await provider.authorization_url(attempt)
    await audit.note_reading(ctx, Action.USER_INITIATE_LOGIN)
    return Departure(url, await seal(ctx, attempt, next_path), provider.answers_by_form)


async def finish(
    ctx: Context, answer: Mapping[str, str], cookies: Mapping[str, str], user_agent: str, address: str
) -> Arrival:
    """Return the session of whom the provider vouches for.

    Raises `SignOnFailed`, and `TooMany` after several codes in a row that the provider does not know.
    """
    provider = provider_of(ctx)
    attempt, next_path = await unseal(ctx, answer.get("state", ""), cookies)
    attempts, guesser = _attempts.setdefault(ctx.database, Attempts()), Guesser("sso", address)
    attempts.refuse_hasty(guesser, ctx.ports.clock())
    try:
        person = await provider.redeem(attempt, answer, ctx.ports.clock())
    except CodeRefused:
        attempts.failed(guesser, ctx.ports.clock())
        raise
    user = await account_of(ctx, person)
    token = await sessions.open_session(ctx, user.id, user_agent, person.id_token)
    log.info("signed in by single sign-on", username=user.username)
    return Arrival(token, next_path)


async def sign_out_url(ctx: Context, session_id: int) -> str | None:
    """Return where the session ends at the provider too, None where it began here or the provider cannot be asked."""
    if ctx.ports.sso is None:
        return None
    async with ctx.database.read() as conn:
        id_token = await proof_queries.find_id_token(conn, session_id)
    if not id_token:
        return None
    try:
        return await ctx.ports.sso.sign_out_url(id_token, f"{ctx.origin}{SIGNED_OUT}")
    except SteelyardError as error:
        log.warning("the session at the provider stays open", error=error.message)
        return None
