"""The questions asked of the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Select, delete, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.domains.accounts.model import EntityKind, User
from steelyard.domains.accounts.tables import entities, users
from steelyard.domains.admin.audit.model import Place, Shown
from steelyard.domains.audit.model import Asked, Line, Subject
from steelyard.domains.audit.tables import audit_lines as t

# Rows that one statement deletes: locks stay short.
_BATCH = 1000


async def list_lines(
    conn: AsyncConnection, asked: Asked, size: int, after: Place | None = None, *, newest_first: bool = False
) -> list[Shown]:
    """Return the lines that follow `after`. Walks one index, whatever the filters."""
    place = tuple_(t.c.at, t.c.id)
    statement = _shown().where(t.c.at >= asked.since, t.c.at < asked.until)
    if asked.actor:
        statement = statement.where(t.c.actor == asked.actor)
    if asked.action:
        statement = statement.where(t.c.action == asked.action)
    if after is not None:
        seen = tuple_(after.at, after.id)
        statement = statement.where(place < seen if newest_first else place > seen)
    order = (t.c.at.desc(), t.c.id.desc()) if newest_first else (t.c.at, t.c.id)
    return [_line(row) for row in await conn.execute(statement.order_by(*order).limit(size))]


def _shown() -> Select[Any]:
    actors, subjects = users.alias("actors"), users.alias("subjects")
    return (
        select(
            t,
            actors.c.email.label("actor_email"),
            subjects.c.email.label("user_email"),
            entities.c.kind.label("entity_kind"),
        )
        .outerjoin(actors, actors.c.id == t.c.actor_id)
        .outerjoin(subjects, subjects.c.id == t.c.user_id)
        .outerjoin(entities, entities.c.id == t.c.entity_id)
    )


def _line(row: Any) -> Shown:
    subject = Subject(
        entity_id=row.entity_id,
        entity=row.entity,
        project_id=row.project_id,
        project=row.project,
        run=row.run,
        artifact_id=row.artifact_id,
        artifact=row.artifact,
        digest=row.digest,
        sequence_id=row.sequence_id,
        report_id=row.report_id,
        report=row.report,
        user_id=row.user_id,
        user=row.user,
        email=row.email or row.user_email or "",
    )
    line = Line(
        id=row.id,
        at=row.at,
        action=row.action,
        code=row.code,
        actor_id=row.actor_id,
        actor=row.actor,
        actor_email=row.actor_email or "",
        key=row.key_label,
        acting_for=row.acting_for,
        address=row.address,
        client=row.client,
        subject=subject,
        detail=orjson.loads(row.detail),
    )
    return Shown(line, in_team=row.entity_kind in {EntityKind.TEAM, EntityKind.ORGANIZATION})


async def delete_before(conn: AsyncConnection, moment: datetime) -> int:
    """Delete some of the lines from before `moment`; return how many, 0 when none is left."""
    old = (await conn.execute(select(t.c.id).where(t.c.at < moment).order_by(t.c.at).limit(_BATCH))).scalars().all()
    if old:
        await conn.execute(delete(t).where(t.c.id.in_(old)))
    return len(old)


async def forget(conn: AsyncConnection, user: User) -> None:
    """Take out what tells who `user` was; that something was done, and by which number, stays."""
    nobody = {"actor": "", "key_label": "", "acting_for": "", "address": "", "client": ""}
    await conn.execute(update(t).where(t.c.actor_id == user.id).values(**nobody, detail="{}"))
    await conn.execute(update(t).where(t.c.user_id == user.id).values(user="", email="", detail="{}"))
    names = [name for name in (user.username, user.email) if name]
    await conn.execute(update(t).where(t.c.acting_for.in_(names)).values(acting_for=""))
    if user.email:
        await conn.execute(update(t).where(t.c.email == user.email).values(email=""))
    # Refused sign-ins of the account, and its opening by itself, name nobody as the one who asked.
    own = (t.c.user_id == user.id) & t.c.actor_id.is_(None)
    await conn.execute(update(t).where(own).values(address="", client=""))
    await conn.execute(update(users).where(users.c.id == user.id).values(email="", name="deleted user"))
