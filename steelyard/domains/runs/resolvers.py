"""GraphQL fields of runs, which the wire also calls buckets (docs/protocol/ingest.md, upsert)."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

from steelyard.context import Context
from steelyard.domains.accounts.access import Permission
from steelyard.domains.accounts.loaders import users
from steelyard.domains.accounts.model import User
from steelyard.domains.projects.model import Project
from steelyard.domains.runs import documents, grouping, listing, service, starting
from steelyard.domains.runs.grouping import Group, Part
from steelyard.domains.runs.listing import Page, RunQuery
from steelyard.domains.runs.loaders import found_runs, projects_of_runs
from steelyard.domains.runs.model import Run, RunName, RunState
from steelyard.domains.runs.writing import RunChange
from steelyard.graphql.binding import ObjectBinding
from steelyard.graphql.connection import Connection, offset_of, offset_page, page_size
from steelyard.kernel.ids import decode_global_id

mutation = ObjectBinding("Mutation")
project_type = ObjectBinding("Project")
run_type = ObjectBinding("Run", model=Run)
group_type = ObjectBinding("RunGroup", model=Group)
# Runs of a group that can be read with it; the others are found by a filter for its values.
GROUP_RUNS = 100
BINDINGS = [mutation, project_type, run_type, group_type]

# Wire name of each attribute that is called otherwise here.
_RENAMED = {
    "name": "run_id",
    "displayName": "title",
    "exitcode": "exit_code",
    "summaryMetrics": "summary",
    "group": "group_name",
    "jobProgram": "program",
    "jobRepo": "repository",
    "commit": "commit_sha",
    "stopped": "stop_requested",
    "shouldStop": "stop_requested",
}


def _attribute(name: str) -> Any:
    return lambda run, _ctx: getattr(run, name)


for _wire, _own in _RENAMED.items():
    run_type.field(_wire)(_attribute(_own))


# ---- finding --------------------------------------------------------------------------------------------------


@project_type.field("run")
@project_type.field("bucket")
async def find_run(project: Project, ctx: Context, name: str, **_: Any) -> Run | None:
    return await service.find_run(ctx, project, name)


@project_type.field("runs")
@project_type.field("buckets")
async def list_runs(
    project: Project, ctx: Context, filters: str | None = None, order: str | None = None, **page: Any
) -> Connection:
    return await listing.list_runs(ctx, project, RunQuery.parse(filters, order), Page(**page))


@project_type.field("runGroups")
async def group_runs(
    project: Project, ctx: Context, keys: list[str], filters: str | None = None, order: str | None = None, **page: Any
) -> Connection:
    offset, size = offset_of(page.get("after")), page_size(page.get("first"))
    part = Part(offset, size + 1, GROUP_RUNS)
    found = await grouping.group_runs(ctx, project, RunQuery.parse(filters, order), keys, part)
    return offset_page(found.items, offset, size, found.total)


@group_type.field("values")
def group_values(group: Group, _ctx: Context) -> list[Any]:
    return [value.isoformat() if isinstance(value, datetime) else value for value in group.values]


@group_type.field("runs")
async def runs_of_group(group: Group, ctx: Context, first: int | None = None) -> list[Run]:
    found = await asyncio.gather(*(found_runs.load(ctx, run) for run in group.ids[: page_size(first)]))
    return [run for run in found if run is not None]


@project_type.field("runCount")
@project_type.field("bucketCount")
async def count_runs(project: Project, ctx: Context, filters: str | None = None) -> int:
    return await listing.count_runs(ctx, project, RunQuery.parse(filters, None))


@run_type.field("tags")
def tags(run: Run, _ctx: Context) -> list[str]:
    return list(run.tags)


@run_type.field("wandbConfig")
def client_config(run: Run, _ctx: Context, keys: list[str] | None = None) -> dict[str, Any]:
    return documents.client_config(run.config, keys)


@run_type.field("runInfo")
def run_info(run: Run, _ctx: Context) -> dict[str, Any] | None:
    return documents.run_info(run.config)


@run_type.field("readOnly")
def read_only(run: Run, ctx: Context) -> bool:
    return service.is_read_only(ctx, run)


@run_type.field("running")
def running(run: Run, _ctx: Context) -> bool:
    return run.state in {RunState.RUNNING, RunState.PREEMPTING}


@run_type.field("failed")
def failed(run: Run, _ctx: Context) -> bool:
    return run.state in {RunState.FAILED, RunState.CRASHED, RunState.KILLED}


@run_type.field("project")
async def project_of(run: Run, ctx: Context) -> Project | None:
    return await projects_of_runs.load(ctx, run.project_id)


@run_type.field("user")
async def author(run: Run, ctx: Context) -> User | dict[str, Any]:
    """Never null: clients read a name from it even where the account is gone."""
    found = await users.load(ctx, run.created_by) if run.created_by else None
    return found or User.nobody(run.created_at)


# ---- mutations ------------------------------------------------------------------------------------------------


@mutation.field("upsertBucket")
async def upsert_run(ctx: Context, input: dict[str, Any]) -> dict[str, Any]:
    """By name it starts or continues work on a run; by id alone it edits one."""
    change = _change(input)
    if input.get("id") and not input.get("name"):
        number, inserted = decode_global_id("Run", input["id"]), False
        run = await service.update_run(ctx, number, change, Permission.APPEND)
    elif input.get("id"):
        run, inserted = await starting.resume_run(ctx, decode_global_id("Run", input["id"]), change), False
    else:
        name = RunName(input.get("entityName"), input.get("modelName"), input.get("name"))
        run, inserted = await starting.upsert_run(ctx, name, change)
    return {"bucket": run, "inserted": inserted}


def _change(given: dict[str, Any]) -> RunChange:
    return RunChange(
        title=given.get("displayName") or None,
        notes=given.get("notes"),
        description=given.get("description"),
        group_name=given.get("groupName"),
        job_type=given.get("jobType"),
        tags=given.get("tags"),
        config=given.get("config"),
        summary=given.get("summaryMetrics"),
        host=given.get("host"),
        program=given.get("jobProgram"),
        repository=given.get("jobRepo"),
        commit_sha=given.get("commit"),
        state=given.get("state"),
        sweep=given.get("sweep"),
    )


@mutation.field("deleteRun")
async def delete_run(ctx: Context, input: dict[str, Any]) -> dict[str, Any]:
    outputs = bool(input.get("deleteArtifacts"))
    await service.delete_run(ctx, decode_global_id("Run", input["id"]), outputs=outputs)
    return {"success": True}


@mutation.field("stopRun")
async def stop_run(ctx: Context, input: dict[str, Any]) -> dict[str, Any]:
    await service.stop_run(ctx, decode_global_id("Run", input["id"]))
    return {"success": True}


@mutation.field("updateRunState")
async def set_state(ctx: Context, input: dict[str, Any]) -> dict[str, Any]:
    await service.set_state(ctx, decode_global_id("Run", input["id"]), input["state"])
    return {"success": True}
