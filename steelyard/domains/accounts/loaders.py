"""Batch loaders of accounts: authors and owners of whatever a page lists."""

from __future__ import annotations

from steelyard.context import Context
from steelyard.domains.accounts import queries
from steelyard.domains.accounts.model import Entity, User
from steelyard.graphql.loading import Batch


async def _fetch_users(ctx: Context, ids: list[int]) -> dict[int, User]:
    async with ctx.database.read() as conn:
        return {user.id: user for user in await queries.list_users_by_id(conn, ids)}


async def _fetch_entities(ctx: Context, ids: list[int]) -> dict[int, Entity]:
    async with ctx.database.read() as conn:
        return {entity.id: entity for entity in await queries.list_entities(conn, ids)}


users: Batch[int, User] = Batch("users", _fetch_users)
entities: Batch[int, Entity] = Batch("entities", _fetch_entities)
