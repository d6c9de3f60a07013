"""Questions about alerts. They never commit."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.domains.accounts.tables import entities
from steelyard.domains.alerts.model import Alert, NewAlert, Preferences
from steelyard.domains.alerts.tables import alert_preferences, run_alerts
from steelyard.domains.projects.tables import projects
from steelyard.domains.runs.tables import runs
from steelyard.sql.dialect import upsert


def _alerts() -> Select[Any]:
    columns = [column for column in run_alerts.c if column.name != "recipient"]
    return (
        select(
            *columns,
            runs.c.run_id,
            runs.c.title.label("run_title"),
            projects.c.name.label("project"),
            projects.c.entity_id,
            projects.c.id.label("project_id"),
            projects.c.visibility,
            entities.c.name.label("entity"),
        )
        .join(runs, runs.c.id == run_alerts.c.run)
        .join(projects, projects.c.id == runs.c.project_id)
        .join(entities, entities.c.id == projects.c.entity_id)
        .where(runs.c.deleted_at.is_(None))
    )


async def list_alerts_of_run(conn: AsyncConnection, run: int, limit: int) -> list[Alert]:
    """Return the newest alerts of a run, the newest first."""
    statement = _alerts().where(run_alerts.c.run == run).order_by(run_alerts.c.id.desc()).limit(limit)
    return [Alert(**row._mapping) for row in await conn.execute(statement)]


async def list_alerts_for(conn: AsyncConnection, user_id: int, before: int | None, limit: int) -> list[Alert]:
    """Return the newest alerts of a person's runs, those older than alert `before` if one is given."""
    statement = _alerts().where(run_alerts.c.recipient == user_id)
    if before is not None:
        statement = statement.where(run_alerts.c.id < before)
    rows = await conn.execute(statement.order_by(run_alerts.c.id.desc()).limit(limit))
    return [Alert(**row._mapping) for row in rows]


async def count_unread(conn: AsyncConnection, user_id: int, read_up_to: int, limit: int) -> int:
    """Return how many alerts came after the one a person has seen, counting no farther than `limit`."""
    newer = _alerts().where(run_alerts.c.recipient == user_id, run_alerts.c.id > read_up_to).limit(limit).subquery()
    return int((await conn.execute(select(func.count()).select_from(newer))).scalar_one())


async def has_repeat(conn: AsyncConnection, run: int, title: str, since: datetime) -> bool:
    """Tell whether the run has sent an alert of this title since then."""
    statement = select(run_alerts.c.id).where(
        run_alerts.c.run == run, run_alerts.c.title == title, run_alerts.c.created_at > since
    )
    return (await conn.execute(statement.limit(1))).first() is not None


async def count_since(conn: AsyncConnection, run: int, since: datetime) -> int:
    statement = select(func.count()).where(run_alerts.c.run == run, run_alerts.c.created_at > since)
    return int((await conn.execute(statement)).scalar_one())


async def insert_alert(
    conn: AsyncConnection, run: int, recipient: int | None, alert: NewAlert, moment: datetime
) -> None:
    values = {"title": alert.title, "text": alert.text, "severity": alert.severity}
    await conn.execute(insert(run_alerts).values(run=run, recipient=recipient, created_at=moment, **values))


async def find_preferences(conn: AsyncConnection, user_id: int) -> Preferences:
    """Return what a person has chosen, else what everybody begins with."""
    columns = (alert_preferences.c[name] for name in Preferences.__dataclass_fields__)
    row = (await conn.execute(select(*columns).where(alert_preferences.c.user_id == user_id))).first()
    return Preferences(**row._mapping) if row else Preferences()


async def put_preferences(conn: AsyncConnection, user_id: int, chosen: Preferences) -> None:
    row = {"user_id": user_id, **vars(chosen)}
    await upsert(conn, alert_preferences, [row], key=("user_id",), update=tuple(vars(chosen)))


async def delete_alerts_of(conn: AsyncConnection, run: int) -> None:
    await conn.execute(delete(run_alerts).where(run_alerts.c.run == run))
