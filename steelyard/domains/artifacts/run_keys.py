"""Artifacts as keys of run filters: `inputArtifacts` and `outputArtifacts` (docs/protocol/queries.md, run filters)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from steelyard.context import Context
from steelyard.domains.accounts import access
from steelyard.domains.accounts.access import Permission
from steelyard.domains.artifacts import lineage_queries
from steelyard.domains.artifacts.model import LineageRole
from steelyard.domains.projects import service as projects
from steelyard.domains.projects.model import Project


async def input_artifacts(ctx: Context, project: Project) -> Mapping[int, Sequence[str]]:
    """Return by run the names of versions it used: `collection:v0`, and `collection:alias` for each alias.

    Versions of projects that the caller may not see are left out.
    """
    return await _names(ctx, project, LineageRole.INPUT)


async def output_artifacts(ctx: Context, project: Project) -> Mapping[int, Sequence[str]]:
    return await _names(ctx, project, LineageRole.OUTPUT)


async def _names(ctx: Context, project: Project, role: LineageRole) -> Mapping[int, Sequence[str]]:
    access.require(ctx, Permission.READ, project.target)
    async with ctx.database.read() as conn:
        rows = await lineage_queries.list_names_of_project(conn, project.id, role)
    homes = await projects.load_projects(ctx, sorted({home for _, home, _, _ in rows}))
    seen = {number for number, home in homes.items() if access.allows(ctx.identity, Permission.READ, home.target)}
    names: dict[int, dict[str, None]] = {}
    for run, home, version, alias in rows:
        if home in seen:
            names.setdefault(run, {}).update(dict.fromkeys([version, alias] if alias else [version]))
    return {run: list(found) for run, found in names.items()}
