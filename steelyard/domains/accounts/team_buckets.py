"""Which bucket a team keeps its content in: chosen once, when it is made, of those that the operator offers."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.accounts import tables as t
from steelyard.domains.accounts.model import Entity
from steelyard.kernel.errors import Invalid
from steelyard.ports.team_buckets import TeamBucket


@dataclass(frozen=True)
class NamedBucket:
    """A bucket as provisioning clients describe it; `name` is that of the bucket at its provider."""

    name: str | None
    provider: str | None = None
    path: str | None = None
    kms_key_id: str | None = None


def offered(ctx: Context) -> list[TeamBucket]:
    return list(ctx.ports.team_buckets.offered())


def show_choices(ctx: Context) -> list[dict[str, str]]:
    """Return what those are told who may make teams."""
    return [{"name": item.name, "location": item.location} for item in offered(ctx)]


def find_offered(ctx: Context, name: str) -> TeamBucket | None:
    return next((item for item in offered(ctx) if item.name == name), None)


async def check_choice(ctx: Context, name: str) -> None:
    """Find out whether a team may have this bucket and the bucket does what is needed; empty for the main one.

    The caller has checked that it may make teams. Raises `Invalid`. Costs some requests to the bucket.
    """
    if not name:
        return
    if find_offered(ctx, name) is None:
        names = ", ".join(item.name for item in offered(ctx)) or "none"
        raise Invalid(f"there is no bucket {name[:80]!r} for teams; the server offers {names}")
    await ctx.ports.team_buckets.check(name, ctx.origin)


async def give(conn: AsyncConnection, entity_id: int, name: str) -> None:
    """Write the choice for a team that has just been made, in the transaction that makes it."""
    if name:
        await conn.execute(update(t.entities).where(t.entities.c.id == entity_id).values(bucket=name))


def show(ctx: Context, team: Entity, *, manages: bool) -> dict[str, str | bool | None] | None:
    """Return the bucket of a team as its page is told, None for the main one and to those outside.

    Where it is is for those who manage the team.
    """
    is_member = ctx.identity is not None and team.id in ctx.identity.roles
    if not team.bucket or not (manages or is_member):
        return None
    found = find_offered(ctx, team.bucket)
    location = found.location if found and manages else None
    return {"name": team.bucket, "location": location, "there": found is not None}


def find_described(ctx: Context, wanted: NamedBucket) -> TeamBucket:
    """Return the offered bucket that a provisioning client describes. Raises `Invalid`."""
    if wanted.kms_key_id:
        raise Invalid("kmsKeyId cannot be chosen here: with which key a bucket encrypts is set on the bucket")
    found = [item for item in offered(ctx) if _fits(item, wanted)]
    if len(found) != 1:
        there = "several buckets" if found else "no bucket"
        raise Invalid(f"the server offers {there} of that name, provider and path to teams")
    return found[0]


def _fits(item: TeamBucket, wanted: NamedBucket) -> bool:
    """Tell by what is given; a bucket may be called as the settings call it, too."""
    path = (wanted.path or "").strip("/")
    provider = (wanted.provider or item.provider).upper()
    if provider != item.provider:
        return False
    if wanted.name == item.name and not path:
        return True
    return (wanted.name, path) == (item.bucket, item.path.strip("/"))
