"""GraphQL fields of projects (docs/protocol/graphql-operations.md, projects). The wire also calls them models."""

from __future__ import annotations

from typing import Any

from steelyard.context import Context
from steelyard.domains.accounts import service as accounts
from steelyard.domains.accounts.loaders import entities, users
from steelyard.domains.accounts.model import Entity, EntityKind, Membership, Role, User
from steelyard.domains.projects import members, service
from steelyard.domains.projects.members import Named
from steelyard.domains.projects.model import Project, ProjectChange, parse_access, wire_access
from steelyard.graphql.binding import ObjectBinding
from steelyard.graphql.connection import Connection, offset_of, offset_page, page_size, slice_page
from steelyard.kernel.errors import NotFound
from steelyard.kernel.ids import decode_global_id, encode_global_id

query = ObjectBinding("Query")
mutation = ObjectBinding("Mutation")
project_type = ObjectBinding("Project", model=Project)
entity_type = ObjectBinding("Entity")
user_type = ObjectBinding("User")
BINDINGS = [query, mutation, project_type, entity_type, user_type]


@query.field("project")
@query.field("model")
async def find_project(ctx: Context, name: str | None = None, entity_name: str | None = None) -> Project | None:
    if not name:
        return None
    return await service.show_project(ctx, entity_name or await accounts.default_entity(ctx), name)


@query.field("models")
async def list_projects(
    ctx: Context, entity_name: str | None = None, first: int | None = None, after: str | None = None, **_: Any
) -> Connection | None:
    owner = await accounts.find_entity(ctx, entity_name or await accounts.default_entity(ctx))
    return await _owned_projects(owner, ctx, first, after) if owner else None


@entity_type.field("projects")
async def entity_projects(entity: Entity, ctx: Context, **args: Any) -> Connection:
    """Of an organization its registries alone: clients take every project of this list for one."""
    filters, order, first, after = (args.get(name) for name in ("filters", "order", "first", "after"))
    if entity.kind is EntityKind.ORGANIZATION:
        return slice_page(await service.list_registries(ctx, entity, filters, order), first, after)
    if filters or order:
        return slice_page(await service.search_projects(ctx, entity, filters, order), first, after)
    return await _owned_projects(entity, ctx, first, after)


async def _owned_projects(entity: Entity, ctx: Context, first: int | None, after: str | None) -> Connection:
    offset, size = offset_of(after), page_size(first)
    return offset_page(await service.list_projects(ctx, entity, offset, size + 1), offset, size)


@entity_type.field("project")
async def entity_project(entity: Entity, ctx: Context, name: str | None = None) -> Project | None:
    return await service.show_project(ctx, entity.name, name) if name else None


@user_type.field("projects")
async def user_projects(
    user: User, ctx: Context, first: int | None = None, after: str | None = None, **_: Any
) -> Connection:
    """Every project of the caller's entities; of somebody else's own entity those the caller may see."""
    if ctx.account is None:
        return offset_page([], 0, 0)
    if user.id != ctx.account.user_id:
        owner = await accounts.find_entity(ctx, user.username)
        return await _owned_projects(owner, ctx, first, after) if owner else offset_page([], 0, 0)
    offset, size = offset_of(after), page_size(first)
    return offset_page(await service.list_own_projects(ctx, offset, size + 1), offset, size)


# ---- fields ---------------------------------------------------------------------------------------------------


@project_type.field("internalId")
def internal_id(project: Project, _ctx: Context) -> str:
    return encode_global_id("ProjectInternalId", project.id)


@project_type.field("entityName")
def entity_name(project: Project, _ctx: Context) -> str:
    return project.entity


@project_type.field("entity")
async def entity(project: Project, ctx: Context) -> Entity | None:
    return await entities.load(ctx, project.entity_id)


@project_type.field("access")
def wire_access_of(project: Project, _ctx: Context) -> str:
    return wire_access(project.visibility)


@project_type.field("lastActive")
@project_type.field("updatedAt")
def last_active(project: Project, _ctx: Context) -> Any:
    return project.last_active_at


@project_type.field("readOnly")
def read_only(project: Project, ctx: Context) -> bool:
    return service.is_read_only(ctx, project)


@project_type.field("isPublished")
def is_never(_project: Project, _ctx: Context) -> bool:
    """Published pages exist on the vendor's public site only."""
    return False


@project_type.field("user")
async def author(project: Project, ctx: Context) -> User | None:
    return await users.load(ctx, project.created_by) if project.created_by else None


@project_type.field("members")
async def project_members(project: Project, ctx: Context) -> list[dict[str, Any]]:
    """Those whom the project's own list names; nobody for whoever is not signed in."""
    if ctx.account is None:
        return []
    return [_member(item) for item in await members.list_members(ctx, project)]


def _member(item: Membership) -> dict[str, Any]:
    user = item.user
    return {
        "id": encode_global_id("User", user.id),
        "name": user.name,
        "username": user.username,
        "email": user.email,
        "role": _role(item.role),
    }


def _role(role: Role) -> dict[str, str]:
    return {"id": encode_global_id("Role", list(Role).index(role)), "name": role.value}


@project_type.field("teamMembers")
async def project_teams(project: Project, ctx: Context) -> list[dict[str, Any]]:
    """The teams that the list of a registry names."""
    if ctx.account is None:
        return []
    return [{"team": item.team, "role": _role(item.role)} for item in await members.list_teams(ctx, project)]


# ---- mutations ------------------------------------------------------------------------------------------------


@mutation.field("upsertModel")
async def upsert_project(ctx: Context, input: dict[str, Any]) -> dict[str, Any]:
    access = input.get("access")
    change = ProjectChange(
        description=input.get("description"),
        visibility=parse_access(access) if access else None,
        views=input.get("views"),
        is_benchmark=input.get("isBenchmark"),
        artifact_types=tuple(item["name"] for item in input.get("artifactTypes") or ()),
        all_artifact_types=input.get("allowAllArtifactTypesInRegistry"),
    )
    if input.get("id"):
        number = decode_global_id("Project", input["id"])
        project, inserted = await service.update_project(ctx, number, change, input.get("name")), False
    else:
        project, inserted = await service.upsert_project(ctx, input.get("entityName"), input.get("name"), change)
    return {"project": project, "model": project, "inserted": inserted}


@mutation.field("renameProject")
async def rename_project(ctx: Context, input: dict[str, Any]) -> dict[str, Any]:
    found = await service.find_project(ctx, input["entityName"], input["oldProjectName"])
    if found is None:
        raise NotFound(f"project {input['entityName']}/{input['oldProjectName']} not found")
    project = await service.update_project(ctx, found.id, ProjectChange(), input["newProjectName"])
    return {"project": project, "inserted": False}


@mutation.field("deleteModel")
async def delete_project(ctx: Context, input: dict[str, Any]) -> dict[str, Any]:
    await service.delete_project(ctx, decode_global_id("Project", input["id"]))
    return {"success": True}


@mutation.field("createProjectMembers")
async def create_project_members(ctx: Context, input: dict[str, Any]) -> dict[str, Any]:
    named = Named(
        await members.load_users(ctx, _ids("User", input.get("userIds"))),
        await members.load_teams(ctx, _ids("Entity", input.get("teamIds"))),
    )
    await members.name_members(ctx, decode_global_id("Project", input["projectId"]), named, Role.VIEWER, keep=True)
    return {"success": True}


@mutation.field("updateProjectMember")
async def update_project_member(ctx: Context, input: dict[str, Any]) -> dict[str, Any]:
    found = await members.load_users(ctx, [decode_global_id("User", input["userId"])])
    role = input["userProjectRole"]
    await members.set_members(ctx, decode_global_id("Project", input["projectId"]), found, role)
    return {"success": True}


@mutation.field("updateProjectTeamMember")
async def update_project_team(ctx: Context, input: dict[str, Any]) -> dict[str, Any]:
    found = Named(teams=await members.load_teams(ctx, [decode_global_id("Entity", input["teamId"])]))
    role = input["teamProjectRole"]
    await members.name_members(ctx, decode_global_id("Project", input["projectId"]), found, role)
    return {"success": True}


@mutation.field("deleteProjectMembers")
async def delete_project_members(ctx: Context, input: dict[str, Any]) -> dict[str, Any]:
    users, teams = _ids("User", input.get("userIds")), _ids("Entity", input.get("teamIds"))
    await members.remove_members(ctx, decode_global_id("Project", input["projectId"]), users, teams)
    return {"success": True}


def _ids(kind: str, given: list[str] | None) -> list[int]:
    return [decode_global_id(kind, text) for text in given or ()]
