"""Identity federation: a program shows a token that an identity provider has signed, and is given an access token.

Administrators say which issuers count. A token names an account by its subject, which has been bound to it
(`bind_subject`, or single sign-on), or by the address of a person where the issuer is trusted to know addresses. The
access token is a key of that account with an end, and with bounds: it makes no other keys and administers nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import structlog
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context, Identity, KeyRights
from steelyard.domains.accounts import access, issuer_queries, provider_queries, secrets
from steelyard.domains.accounts import tables as t
from steelyard.domains.accounts.model import BoundSubject, TokenIssuer, User
from steelyard.domains.accounts.service import load_user_by_name
from steelyard.domains.audit import recording as audit
from steelyard.domains.audit.model import Action
from steelyard.kernel.errors import Conflict, Invalid, NotFound
from steelyard.ports.federation import TokenRefused
from steelyard.sql.dialect import insert_row, is_duplicate

log = structlog.get_logger()
# How far an issuer's clock may be off.
LEEWAY_S = 60
ASSERTION_MAX = 32 << 10
# An audience that counts wherever an issuer has none of its own: what W&B's own documentation has people ask for.
USUAL_AUDIENCE = "wandb"
_NAME_MAX = 255
# Ended access tokens that one exchange clears away.
_CLEARED = 100
_LOCAL = {"localhost", "127.0.0.1", "::1"}
_TIME_MAX = 1e12


@dataclass(frozen=True)
class Granted:
    """An access token at the only moment its secret is known, and how long it is good."""

    token: str
    expires_in_s: int


async def exchange(ctx: Context, assertion: str) -> Granted:
    """Return an access token of the account that a signed token names.

    Raises `TokenRefused` for one that counts for nobody, `IssuerDown` when its issuer's keys cannot be had.
    """
    reader = ctx.ports.federation
    if reader is None or len(assertion) > ASSERTION_MAX:
        raise TokenRefused("the assertion is no token that is read here")
    name = reader.issuer_of(assertion)
    async with ctx.database.read() as conn:
        issuer = await issuer_queries.find_issuer(conn, name)
        organizations = await issuer_queries.list_organization_names(conn)
    if issuer is None:
        raise TokenRefused(f"this server knows no issuer {name[:200]!r}; an administrator adds it")
    claims = await reader.read(issuer.issuer, assertion)
    audiences = {issuer.audience} if issuer.audience else {USUAL_AUDIENCE, ctx.origin, *organizations}
    subject = _subject(claims, issuer, audiences, ctx)
    async with ctx.database.read() as conn:
        user = await _account(conn, issuer, subject, claims)
    return await _grant(ctx, issuer, user, subject)


def _subject(claims: Mapping[str, Any], issuer: TokenIssuer, audiences: set[str], ctx: Context) -> str:
    """Return whom the claims name. Raises `TokenRefused` for what is not meant for this server, or not now."""
    if claims.get("iss") != issuer.issuer:
        raise TokenRefused("the token comes from another issuer")
    given = claims.get("aud")
    meant = set(map(str, given)) if isinstance(given, list) else {str(given)}
    if not meant & audiences and not ctx.ports.policy.federation.any_audience:
        wanted = ", ".join(sorted(audiences))
        raise TokenRefused(f"the token is for {', '.join(sorted(meant))[:200]}, not for {wanted[:200]}")
    now = ctx.ports.clock().timestamp()
    if now > _time(claims, "exp") + LEEWAY_S:
        raise TokenRefused("the token is over (exp)")
    for name in ("nbf", "iat"):
        if name in claims and _time(claims, name) > now + LEEWAY_S:
            raise TokenRefused(f"the token is not good yet ({name}): do the clocks differ?")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= _NAME_MAX:
        raise TokenRefused("the token names nobody (sub)")
    return subject


def _time(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < _TIME_MAX:
        raise TokenRefused(f"the token has no usable {name}")
    return float(value)


async def _account(conn: AsyncConnection, issuer: TokenIssuer, subject: str, claims: Mapping[str, Any]) -> User:
    """Return the active account that a subject is bound to, or that has its address. Raises `TokenRefused`."""
    user = await provider_queries.find_user_of_provider(conn, issuer.issuer, subject)
    if user is None and issuer.by_email:
        user = await _of_address(conn, _address(subject, claims))
    if user is None:
        raise TokenRefused(f"no account is bound to {subject[:200]!r} of this issuer; an administrator binds one")
    if not user.is_active:
        raise TokenRefused(f"the account {user.username} has been ended")
    return user


def _address(subject: str, claims: Mapping[str, Any]) -> str:
    """Return the address that a token vouches for, empty for none."""
    if "@" in subject:
        return subject
    email = claims.get("email")
    return email if isinstance(email, str) and claims.get("email_verified") in {True, "true"} else ""


async def _of_address(conn: AsyncConnection, email: str) -> User | None:
    """Return the one account of an address, when it is certain that it is theirs."""
    holders = await provider_queries.list_people_of_address(conn, email) if email else []
    active = [user for user, unproven in holders if user.is_active and not unproven]
    return active[0] if len(active) == 1 else None


async def _grant(ctx: Context, issuer: TokenIssuer, user: User, subject: str) -> Granted:
    now, secret = ctx.ports.clock(), secrets.new_token()
    lasts_s = max(ctx.ports.policy.federation.token_s, 1)
    own = Identity(user.id, user.username, user.entity_id, user.is_admin)
    async with ctx.database.write() as conn:
        over = await issuer_queries.list_ended_tokens(conn, now, _CLEARED)
        if over:
            await conn.execute(delete(t.api_keys).where(t.api_keys.c.id.in_(over)))
        await insert_row(
            conn,
            t.api_keys,
            user_id=user.id,
            name=f"token of {issuer.issuer}"[:128],
            secret_hash=secrets.hash_token(secret),
            hint=secrets.key_hint(secret),
            created_at=now,
            rights=KeyRights.ALL,
            in_projects=False,
            expires_at=now + timedelta(seconds=lasts_s),
            networks="",
            issuer_id=issuer.id,
        )
        caller = replace(ctx, identity=own)
        await audit.note(caller, conn, Action.USER_LOGIN, user.subject, issuer=issuer.issuer, as_subject=subject)
    log.info("access token by identity federation", username=user.username, issuer=issuer.issuer)
    return Granted(secret, lasts_s)


# ---- for administrators ---------------------------------------------------------------------------------------


async def add_issuer(ctx: Context, issuer: str, audience: str, *, by_email: bool) -> TokenIssuer:
    """Let tokens of an issuer count. Raises `Invalid` for what is no issuer, `Conflict` for one that counts already."""
    access.require_admin(ctx)
    if not _is_issuer(issuer):
        raise Invalid(f"an issuer is an address at https://, as its tokens name it (iss), not {issuer[:200]!r}")
    if len(audience) > _NAME_MAX:
        raise Invalid(f"an audience has at most {_NAME_MAX} characters")
    async with ctx.database.write() as conn:
        try:
            now = ctx.ports.clock()
            number = await insert_row(
                conn, t.token_issuers, issuer=issuer, audience=audience, by_email=by_email, created_at=now
            )
        except IntegrityError as error:
            if not is_duplicate(error):
                raise
            raise Conflict(f"{issuer} counts already; remove it to change it") from error
        await audit.note(ctx, conn, Action.SERVER_ADD_ISSUER, issuer=issuer, audience=audience, by_email=by_email)
    return TokenIssuer(number, issuer, audience, by_email)


async def list_issuers(ctx: Context) -> list[TokenIssuer]:
    access.require_admin(ctx)
    async with ctx.database.read() as conn:
        return await issuer_queries.list_issuers(conn)


def _is_issuer(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:  # an address of IPv6 that is none
        return False
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOCAL)
    is_plain = text.isprintable() and not parts.query and not parts.fragment and len(text) <= _NAME_MAX
    return is_safe and bool(parts.hostname) and is_plain


# Subjects of one issuer that the console shows.
_SHOWN_SUBJECTS = 200


@dataclass(frozen=True)
class ShownIssuer:
    """An issuer with the accounts that its subjects name, `has_more` when there are others."""

    issuer: TokenIssuer
    bound: list[BoundSubject]
    has_more: bool


async def show_issuers(ctx: Context) -> list[ShownIssuer]:
    access.require_admin(ctx)
    async with ctx.database.read() as conn:
        shown = []
        for issuer in await issuer_queries.list_issuers(conn):
            bound = await issuer_queries.list_bound(conn, issuer.issuer, _SHOWN_SUBJECTS + 1)
            shown.append(ShownIssuer(issuer, bound[:_SHOWN_SUBJECTS], len(bound) > _SHOWN_SUBJECTS))
    return shown


async def load_issuer_name(ctx: Context, issuer_id: int) -> str:
    access.require_admin(ctx)
    async with ctx.database.read() as conn:
        found = await issuer_queries.find_issuer_name(conn, issuer_id)
    if found is None:
        raise NotFound("there is no such issuer")
    return found


async def load_subject(ctx: Context, issuer: str, bound_id: int) -> tuple[str, str]:
    """Return issuer and subject of a binding of `issuer`. Raises `NotFound`."""
    access.require_admin(ctx)
    async with ctx.database.read() as conn:
        found = await issuer_queries.find_subject(conn, bound_id)
    if found is None or found[0] != issuer:
        raise NotFound("there is no such subject")
    return found


async def remove_issuer(ctx: Context, issuer: str) -> None:
    """Let tokens of an issuer count no more; the access tokens that were given for them end with it."""
    access.require_admin(ctx)
    async with ctx.database.write() as conn:
        found = await issuer_queries.find_issuer(conn, issuer)
        if found is None:
            raise NotFound(f"there is no issuer {issuer[:200]!r}")
        await conn.execute(delete(t.api_keys).where(t.api_keys.c.issuer_id == found.id))
        await conn.execute(delete(t.token_issuers).where(t.token_issuers.c.id == found.id))
        await audit.note(ctx, conn, Action.SERVER_REMOVE_ISSUER, issuer=issuer)


async def bind_subject(ctx: Context, issuer: str, subject: str, username: str) -> User:
    """Have the tokens of a subject name an account, of a person or of a service. Raises `Conflict` where it has one."""
    access.require_admin(ctx)
    if not 0 < len(subject) <= _NAME_MAX:
        raise Invalid(f"a subject has 1 to {_NAME_MAX} characters")
    now = ctx.ports.clock()
    async with ctx.database.write() as conn:
        if await issuer_queries.find_issuer(conn, issuer) is None:
            raise NotFound(f"there is no issuer {issuer[:200]!r}; add it first")
        user = await load_user_by_name(conn, username)
        bound = {"user_id": user.id, "issuer": issuer, "subject": subject, "created_at": now, "last_used_at": now}
        try:
            await insert_row(conn, t.provider_identities, **bound)
        except IntegrityError as error:
            if not is_duplicate(error):
                raise
            raise Conflict(f"{subject!r} of this issuer has an account already; unbind it first") from error
        await audit.note(ctx, conn, Action.USER_UPDATE, user.subject, bound_to=issuer, as_subject=subject)
        return user


async def unbind_subject(ctx: Context, issuer: str, subject: str) -> User:
    """Have the tokens of a subject name nobody; the access tokens of its account by this issuer end with it."""
    access.require_admin(ctx)
    async with ctx.database.write() as conn:
        user = await provider_queries.find_user_of_provider(conn, issuer, subject)
        if user is None:
            raise NotFound(f"{subject[:200]!r} of this issuer has no account")
        table = t.provider_identities.c
        await conn.execute(delete(t.provider_identities).where(table.issuer == issuer, table.subject == subject))
        found = await issuer_queries.find_issuer(conn, issuer)
        if found is not None:
            keys = t.api_keys.c
            await conn.execute(delete(t.api_keys).where(keys.issuer_id == found.id, keys.user_id == user.id))
        await audit.note(ctx, conn, Action.USER_UPDATE, user.subject, unbound_from=issuer, as_subject=subject)
        return user
