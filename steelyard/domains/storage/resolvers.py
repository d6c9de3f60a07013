"""GraphQL fields of storage figures."""

from __future__ import annotations

from steelyard.context import Context
from steelyard.domains.accounts.model import Entity
from steelyard.domains.storage import service
from steelyard.graphql.binding import ObjectBinding

entity_type = ObjectBinding("Entity")
BINDINGS = [entity_type]


@entity_type.field("storageBytes")
async def storage_bytes(entity: Entity, ctx: Context) -> int:
    return await service.weigh_entity(ctx, entity)
