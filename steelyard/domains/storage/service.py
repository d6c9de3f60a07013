"""Use cases of storage figures: what a project or an entity takes, and of that what each person made.

Nothing is counted that a caller may not see: of an entity that they do not belong to, its public projects alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from steelyard.context import Context
from steelyard.domains.accounts import access, organizations
from steelyard.domains.accounts import queries as account_queries
from steelyard.domains.accounts import service as accounts
from steelyard.domains.accounts.model import Entity
from steelyard.domains.projects import service as projects
from steelyard.domains.projects.model import Project
from steelyard.domains.runs import service as runs
from steelyard.domains.storage import queries
from steelyard.domains.storage.model import CollectionSize, RunSize, Usage, Waiting
from steelyard.kernel.errors import NotFound

# Rows of each table of a page: what is beyond them is small.
SHOWN = 100
# Projects of one entity that are added up.
_PROJECTS_MAX = 10_000

People = list[tuple[str | None, Usage]]
"""Usernames with what they made, the largest first; None for accounts that are gone."""


@dataclass(frozen=True)
class ProjectStorage:
    project: Project
    usage: Usage
    waiting: Waiting
    collections: list[CollectionSize]
    runs: list[RunSize]
    people: People


@dataclass(frozen=True)
class EntityStorage:
    entity: Entity
    usage: Usage
    waiting: Waiting
    projects: list[tuple[Project, Usage]]
    people: People


@dataclass
class OwnerUsage:
    """What the projects of an entity take that the caller may see, and how long their runs went on."""

    entity: Entity
    projects: int = 0
    usage: Usage = field(default_factory=Usage)
    compute_s: float = 0


async def show_project(ctx: Context, entity: str, name: str) -> ProjectStorage:
    """Return what the project takes, and whose it is, to accounts that may read it."""
    project = await projects.load_project(ctx, entity, name)
    access.require_account(ctx)
    ids = [project.id]
    async with ctx.database.read() as conn:
        return ProjectStorage(
            project,
            (await queries.by_project(conn, ids)).get(project.id, Usage()),
            await queries.waiting(conn, ids),
            await queries.largest_collections(conn, project.id, SHOWN),
            await queries.largest_runs(conn, project.id, SHOWN),
            await _people(ctx, await queries.by_user(conn, ids)),
        )


async def show_entity(ctx: Context, name: str) -> EntityStorage:
    """Return what the entity takes. Raises `NotFound` when there is none of the name."""
    entity = await accounts.find_entity(ctx, name)
    if entity is None:
        raise NotFound(f"there is no entity {name!r}")
    found = await projects.list_projects(ctx, entity, 0, _PROJECTS_MAX)
    ids = [project.id for project in found]
    async with ctx.database.read() as conn:
        usages = await queries.by_project(conn, ids)
        waiting = await queries.waiting(conn, ids)
        people = await queries.by_user(conn, ids)
    sized = [(project, usages.get(project.id, Usage())) for project in found]
    sized.sort(key=lambda item: (-item[1].total, item[0].name))
    return EntityStorage(entity, _sum(usages.values()), waiting, sized, await _people(ctx, people))


async def show_organization(ctx: Context, name: str) -> list[OwnerUsage]:
    """Return what an organization's teams, and what it owns itself, take and have computed, the largest first.

    Raises `NotFound` for those who do not belong to it.
    """
    owned = await organizations.list_organization_entities(ctx, name)
    found = await projects.list_projects_of(ctx, owned, _PROJECTS_MAX)
    ids = [project.id for project in found]
    computed = await runs.sum_up_projects(ctx, ids)
    async with ctx.database.read() as conn:
        usages = await queries.by_project(conn, ids)
    owners = {entity.id: OwnerUsage(entity) for entity in owned}
    for project in found:
        owner = owners[project.entity_id]
        owner.projects += 1
        owner.usage.add(usages.get(project.id, Usage()))
        owner.compute_s += computed[project.id].compute_s if project.id in computed else 0
    return sorted(owners.values(), key=lambda item: (-item.usage.total, item.entity.name))


async def weigh_entity(ctx: Context, entity: Entity) -> int:
    """Return the bytes of all projects of the entity that the caller may see."""
    found = await projects.list_projects(ctx, entity, 0, _PROJECTS_MAX)
    async with ctx.database.read() as conn:
        return _sum((await queries.by_project(conn, [project.id for project in found])).values()).total


async def weigh_projects(ctx: Context, found: Sequence[Project]) -> dict[int, int]:
    """Return project → bytes. The caller has been shown the projects."""
    async with ctx.database.read() as conn:
        usages = await queries.by_project(conn, [project.id for project in found])
    return {number: usage.total for number, usage in usages.items()}


async def list_entities(ctx: Context) -> list[tuple[str, Usage]]:
    """Return the names of all entities that take something, the largest first; for administrators of the server."""
    access.require_admin(ctx)
    async with ctx.database.read() as conn:
        usages = await queries.by_entity(conn)
        names = {entity.id: entity.name for entity in await account_queries.list_entities(conn, list(usages))}
    named = [(names[number], usage) for number, usage in usages.items() if number in names]
    return sorted(named, key=lambda item: (-item[1].total, item[0]))


async def _people(ctx: Context, usages: dict[int | None, Usage]) -> People:
    async with ctx.database.read() as conn:
        known = [number for number in usages if number is not None]
        names = {user.id: user.username for user in await account_queries.list_users_by_id(conn, known)}
    people: dict[str | None, Usage] = {}
    for number, usage in usages.items():
        people.setdefault(names.get(number or 0), Usage()).add(usage)
    largest = sorted(people.items(), key=lambda item: (-item[1].total, item[0] or ""))
    return [item for item in largest if item[1].total][:SHOWN]


def _sum(usages: Iterable[Usage]) -> Usage:
    total = Usage()
    for usage in usages:
        total.add(usage)
    return total
