"""Use cases of the time to live that versions inherit: from their collection, else from the team."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.context import Context
from steelyard.domains.accounts import service as accounts
from steelyard.domains.accounts.access import Permission, Target, Thing, allows, require
from steelyard.domains.accounts.model import Entity
from steelyard.domains.artifacts import rules
from steelyard.domains.artifacts.model import Artifact, Collection, is_generated
from steelyard.domains.artifacts.tables import artifact_ttl_policies as policies
from steelyard.domains.audit import recording as audit
from steelyard.domains.audit.model import Action, Subject
from steelyard.kernel.errors import Denied, Invalid, NotFound
from steelyard.sql.dialect import upsert


@dataclass(frozen=True)
class TtlPolicy:
    """What a team says of its versions. `ttl_s` is None where they are kept; `can_change` is of the caller."""

    ttl_s: int | None = None
    admins_only: bool = False
    can_change: bool = False


async def show_policy(ctx: Context, entity: str) -> TtlPolicy:
    """Return the policy of an entity to those who read what it has. Raises `NotFound` for others."""
    target = _target(await _load(ctx, entity))
    require(ctx, Permission.READ, target)
    async with ctx.database.read() as conn:
        found = await _find(conn, target.entity_id)
    return TtlPolicy(found.ttl_s, found.admins_only, allows(ctx.identity, Permission.MANAGE, target))


async def set_policy(ctx: Context, entity: str, ttl_s: int | None, *, admins_only: bool) -> TtlPolicy:
    """Let all versions of the entity inherit this time; applies to those that are there too.

    Raises `Denied` for those who do not manage the entity.
    """
    target = _target(await _load(ctx, entity))
    require(ctx, Permission.MANAGE, target)
    if ttl_s is not None and ttl_s <= 0:
        raise Invalid("the time to live must be positive; without one versions are kept")
    row = {"entity_id": target.entity_id, "ttl_s": rules.check_ttl(ttl_s), "admins_only": admins_only}
    async with ctx.database.write() as conn:
        await upsert(conn, policies, [row], key=("entity_id",), update=("ttl_s", "admins_only"))
        told: dict[str, Any] = {"artifact_ttl_s": ttl_s, "artifact_ttl_admins_only": admins_only}
        await audit.note(ctx, conn, Action.TEAM_UPDATE, Subject(target.entity_id, entity), **told)
    return await show_policy(ctx, entity)


async def check_setting(ctx: Context, conn: AsyncConnection, of: Artifact | Collection, ttl_s: int | None) -> None:
    """Raise `Invalid` or `Denied` unless the caller, who may write there, may set this time. None sets nothing."""
    if ttl_s is None:
        return
    if is_generated(of.type_name):
        raise Invalid(f"artifacts of type {of.type_name!r} are kept: they have no time to live")
    if allows(ctx.identity, Permission.MANAGE, of.target):
        return
    if (await _find(conn, of.entity_id)).admins_only:
        raise Denied(f"only administrators of {of.entity} set the time to live of its artifacts")


async def _load(ctx: Context, name: str) -> Entity:
    entity = await accounts.find_entity(ctx, name)
    if entity is None:
        raise NotFound("entity not found")
    return entity


def _target(entity: Entity) -> Target:
    return Target(entity.id, thing=Thing.TEAM, what="entity")


async def _find(conn: AsyncConnection, entity_id: int) -> TtlPolicy:
    columns = (policies.c.ttl_s, policies.c.admins_only)
    row = (await conn.execute(select(*columns).where(policies.c.entity_id == entity_id))).first()
    return TtlPolicy(row.ttl_s, bool(row.admins_only)) if row else TtlPolicy()
