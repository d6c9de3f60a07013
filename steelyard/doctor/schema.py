"""Whose tables are in the database, and whether they are of this release. For both engines."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard import migrations
from steelyard.doctor.findings import Finding, fail, info, ok, warn


async def look_at_schema(conn: AsyncConnection) -> Finding:
    id_ = "database.schema"
    foreign = await migrations.foreign_tables(conn)
    if foreign:
        return fail(
            id_,
            f"the database holds {len(foreign)} tables that are not ours, such as {', '.join(foreign[:3])}",
            "an empty database, or one of Steelyard",
            "make an empty database on the same server (CREATE DATABASE steelyard CHARACTER SET utf8mb4) and name it in"
            " the database URL; nothing was changed",
        )
    found, head = await migrations.current_revision(conn), migrations.head_revision()
    if found is None:
        return info(id_, "empty", fix="the first start of the server fills it")
    if found < head:
        fix = "the next start of the server, or `steelyard migrate`, brings it up to date"
        return warn(id_, f"revision {found}", f"revision {head}", fix)
    if found > head:
        return warn(id_, f"revision {found}", f"revision {head}", "a newer release has been here: upgrade this one")
    return ok(id_, f"revision {found}")
