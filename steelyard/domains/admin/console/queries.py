"""The questions of the console. The database cuts each page, and what its rows add up is asked for the page alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from steelyard.domains.accounts import tables as t
from steelyard.domains.accounts.access import Shown
from steelyard.domains.accounts.activity_queries import last_seen
from steelyard.domains.accounts.model import EntityKind, Role
from steelyard.domains.accounts.queries import list_users_by_id
from steelyard.domains.admin.console.model import Counts, Kind, ListedTeam, ListedUser, Page, Wanted
from steelyard.domains.projects.model import Project
from steelyard.domains.projects.queries import list_projects_by_id, may_be_shown
from steelyard.domains.projects.tables import projects
from steelyard.domains.runs.tables import run_purges, runs

users = t.users
_KINDS: dict[Kind, ColumnElement[bool]] = {
    Kind.ALL: true(),
    Kind.ACTIVE: users.c.is_active & (users.c.kind == "human"),
    Kind.ADMINS: users.c.is_active & users.c.is_admin,
    Kind.ENDED: users.c.is_active.is_(False),
    Kind.SERVICES: users.c.kind == "service",
}


def _holds(search: str, *columns: ColumnElement[str]) -> ColumnElement[bool]:
    if not search:
        return true()
    return or_(*(func.lower(column).contains(search.lower(), autoescape=True) for column in columns))


async def _page(conn: AsyncConnection, ids: Select[Any], wanted: Wanted) -> Page[int]:
    """Return the ids of a page, in the order of the statement, and how many there are in all."""
    total = (await conn.execute(select(func.count()).select_from(ids.order_by(None).subquery()))).scalar_one()
    found = await conn.execute(ids.offset(wanted.offset).limit(wanted.limit))
    return Page(int(total), list(found.scalars()))


# ---- accounts -------------------------------------------------------------------------------------------------


async def list_users(conn: AsyncConnection, kind: Kind, wanted: Wanted) -> Page[ListedUser]:
    ids = select(users.c.id).where(_KINDS[kind], _holds(wanted.search, users.c.username, users.c.email, users.c.name))
    page = await _page(conn, ids.order_by(users.c.username), wanted)
    found = {user.id: user for user in await list_users_by_id(conn, page.rows)}
    teams = await _counted(conn, t.team_members.c.user_id, page.rows)
    keys = await _counted(conn, t.api_keys.c.user_id, page.rows)
    seen = await last_seen(conn, page.rows)
    rows = [
        ListedUser(found[number], teams.get(number, 0), keys.get(number, 0), seen.get(number))
        for number in page.rows
        if number in found
    ]
    return Page(page.total, rows)


async def _counted(conn: AsyncConnection, column: ColumnElement[int], ids: Sequence[int]) -> dict[int, int]:
    rows = await conn.execute(select(column, func.count()).where(column.in_(ids)).group_by(column))
    return {row[0]: row[1] for row in rows}


# ---- teams and projects ---------------------------------------------------------------------------------------


async def list_teams(conn: AsyncConnection, wanted: Wanted) -> Page[ListedTeam]:
    teams, owners = t.entities, t.organizations
    ids = select(teams.c.id).where(teams.c.kind == EntityKind.TEAM, _holds(wanted.search, teams.c.name))
    page = await _page(conn, ids.order_by(teams.c.folded_name), wanted)
    named = select(teams.c.id, teams.c.name, teams.c.created_at, teams.c.bucket, owners.c.name.label("organization"))
    named = named.outerjoin(owners, owners.c.id == teams.c.organization_id).where(teams.c.id.in_(page.rows))
    found = {row.id: row for row in await conn.execute(named)}
    members = await _members(conn, page.rows)
    owned = await _counted(conn, projects.c.entity_id, page.rows)
    rows = [
        ListedTeam(
            name=found[number].name,
            organization=found[number].organization,
            created_at=found[number].created_at,
            members=sum(kind == "human" for _, kind, _ in members[number]),
            services=sum(kind == "service" for _, kind, _ in members[number]),
            admins=sorted(name for name, _, role in members[number] if role == Role.ADMIN),
            projects=owned.get(number, 0),
            bucket=found[number].bucket,
        )
        for number in page.rows
        if number in found
    ]
    return Page(page.total, rows)


async def _members(conn: AsyncConnection, teams: Sequence[int]) -> dict[int, list[tuple[str, str, str]]]:
    """Return name, kind and role of those who belong to each team."""
    found: defaultdict[int, list[tuple[str, str, str]]] = defaultdict(list)
    members = t.team_members
    statement = select(members.c.entity_id, users.c.username, users.c.kind, members.c.role)
    statement = statement.join(users, users.c.id == members.c.user_id).where(members.c.entity_id.in_(teams))
    for team, name, kind, role in await conn.execute(statement):
        found[team].append((name, kind, role))
    return found


async def list_projects(conn: AsyncConnection, shown: Shown, wanted: Wanted) -> Page[Project]:
    """Return those that may be shown, the last active first."""
    ids = select(projects.c.id).join(t.entities, t.entities.c.id == projects.c.entity_id)
    ids = ids.where(may_be_shown(shown), _holds(wanted.search, t.entities.c.name, projects.c.name))
    page = await _page(conn, ids.order_by(projects.c.last_active_at.desc(), projects.c.id.desc()), wanted)
    found = {project.id: project for project in await list_projects_by_id(conn, page.rows)}
    return Page(page.total, [found[number] for number in page.rows if number in found])


# ---- the whole ------------------------------------------------------------------------------------------------


async def count_all(conn: AsyncConnection, running: str) -> Counts:
    """Count what there is; each number is read from an index."""
    kinds = {
        (row.kind, bool(row.is_active)): row.number
        for row in await conn.execute(
            select(users.c.kind, users.c.is_active, func.count().label("number")).group_by(
                users.c.kind, users.c.is_active
            )
        )
    }
    teams = select(func.count()).select_from(t.entities).where(t.entities.c.kind == EntityKind.TEAM)
    return Counts(
        active=kinds.get(("human", True), 0),
        ended=kinds.get(("human", False), 0),
        services=kinds.get(("service", True), 0),
        teams=await _number(conn, teams),
        projects=await _number(conn, select(func.count()).select_from(projects)),
        runs=await _number(conn, select(func.count()).select_from(runs).where(runs.c.deleted_at.is_(None))),
        running=await _number(conn, select(func.count()).select_from(runs).where(runs.c.state == running)),
    )


async def _number(conn: AsyncConnection, statement: Select[Any]) -> int:
    return int((await conn.execute(statement)).scalar_one())


async def count_run_purges(conn: AsyncConnection) -> int:
    return await _number(conn, select(func.count()).select_from(run_purges))
