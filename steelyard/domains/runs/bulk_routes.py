"""The web app's routes for many runs at once, and for the trash (web/src/api/contract.ts)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from starlette.requests import Request

from steelyard.context import Context
from steelyard.domains.accounts import queries as accounts
from steelyard.domains.projects.model import Project
from steelyard.domains.projects.routes import asked_project
from steelyard.domains.runs import bulk, trash
from steelyard.domains.runs.bulk import Outcome
from steelyard.domains.runs.trash_queries import Trashed
from steelyard.kernel.errors import Invalid
from steelyard.rest.bodies import find_text, find_texts, read_json
from steelyard.rest.contributions import Contributions
from steelyard.rest.routes import RouteTable

routes = RouteTable()
_PAGE = 100

# How many bytes of each run in the trash come free.
TRASH_SIZES: Contributions[Trashed] = Contributions({"fileBytes": 0, "historyBytes": 0})

Action = Callable[[Context, Project, Sequence[str], Mapping[str, Any]], Awaitable[Outcome]]


@routes.post("/app/projects/{entity}/{project}/runs:bulk")
async def change_runs(ctx: Context, request: Request) -> dict[str, Any]:
    """`action` for the ids in `runs`, up to 1000. Answers which were done, and why others were not."""
    project = await asked_project(ctx, request)
    body = await read_json(request)
    action = _ACTIONS.get(find_text(body, "action") or "")
    if action is None:
        raise Invalid(f"action must be one of {', '.join(sorted(_ACTIONS))}")
    outcome = await action(ctx, project, find_texts(body, "runs") or [], body)
    skipped = [{"id": run, "reason": reason} for run, reason in outcome.skipped.items()]
    return {"done": outcome.done, "skipped": skipped, "before": outcome.before}


async def _tag(ctx: Context, project: Project, runs: Sequence[str], body: Mapping[str, Any]) -> Outcome:
    add, remove = find_texts(body, "add") or [], find_texts(body, "remove") or []
    return await bulk.tag_runs(ctx, project, runs, add=add, remove=remove)


async def _group(ctx: Context, project: Project, runs: Sequence[str], body: Mapping[str, Any]) -> Outcome:
    """One `group` for all `runs`, or a group for each run in `groups`, as an undo sends it."""
    groups = body.get("groups")
    if groups is None:
        groups = dict.fromkeys(runs, find_text(dict(body), "group") or "")
    if not isinstance(groups, dict) or not all(isinstance(value, str) for value in groups.values()):
        raise Invalid("groups must be an object of texts")
    return await bulk.group_runs(ctx, project, groups)


async def _stop(ctx: Context, project: Project, runs: Sequence[str], _body: Mapping[str, Any]) -> Outcome:
    return await bulk.stop_runs(ctx, project, runs)


async def _delete(ctx: Context, project: Project, runs: Sequence[str], body: Mapping[str, Any]) -> Outcome:
    return await bulk.delete_runs(ctx, project, runs, outputs=body.get("artifacts") is True)


async def _restore(ctx: Context, project: Project, runs: Sequence[str], _body: Mapping[str, Any]) -> Outcome:
    return await bulk.restore_runs(ctx, project, runs)


async def _purge(ctx: Context, project: Project, runs: Sequence[str], _body: Mapping[str, Any]) -> Outcome:
    return await bulk.purge_runs(ctx, project, runs)


async def _move(ctx: Context, project: Project, runs: Sequence[str], body: Mapping[str, Any]) -> Outcome:
    to = body.get("to")
    if not isinstance(to, dict) or not all(isinstance(to.get(key), str) for key in ("entity", "project")):
        raise Invalid("to must name an entity and a project")
    return await bulk.move_runs(ctx, project, runs, to["entity"], to["project"])


_ACTIONS: dict[str, Action] = {
    "tag": _tag,
    "group": _group,
    "stop": _stop,
    "delete": _delete,
    "restore": _restore,
    "purge": _purge,
    "move": _move,
}


# ---- the trash ------------------------------------------------------------------------------------------------


@routes.get("/app/projects/{entity}/{project}/trash")
async def show_trash(ctx: Context, request: Request) -> dict[str, Any]:
    project = await asked_project(ctx, request)
    offset = request.query_params.get("offset", "0")
    if not offset.isdecimal() or len(offset) > 12:
        raise Invalid("offset must be a whole number from 0 on")
    page = await trash.list_trash(ctx, project, int(offset), _PAGE)
    sizes = await TRASH_SIZES.of(ctx, page.runs)
    people = {who for run in page.runs for who in (run.created_by, run.deleted_by) if who}
    async with ctx.database.read() as conn:
        names = {user.id: user.username for user in await accounts.list_users_by_id(conn, list(people))}
    rows = [
        {
            "id": run.run_id,
            "title": run.title,
            "state": run.state,
            "createdAt": run.created_at,
            "user": names.get(run.created_by or 0),
            "deletedAt": run.deleted_at,
            "deletedBy": names.get(run.deleted_by or 0),
            "storageBytes": sum(sizes[run.id].values()),
        }
        for run in page.runs
    ]
    return {"total": page.total, "runs": rows, "keptDays": ctx.ports.policy.trash_days or None}


@routes.get("/app/projects/{entity}/{project}/trash/ids")
async def list_trash_ids(ctx: Context, request: Request) -> dict[str, Any]:
    return {"ids": await trash.list_trash_ids(ctx, await asked_project(ctx, request))}
