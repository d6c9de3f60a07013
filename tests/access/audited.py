"""What the audit log tells of each mutation, and of each route that changes something."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import select

from steelyard.domains.accounts import organizations, queries, service_accounts, team_secrets, teams
from steelyard.domains.accounts.model import Role
from steelyard.domains.alerts import slack_queries
from steelyard.jobs import mail
from steelyard.jobs.tables import mail_outbox
from steelyard.kernel.ids import encode_global_id
from tests.access.asks import MUTATIONS, ORGANIZATION, ROLES, ROUTES, fresh
from tests.access.place import VERSION, Ask, Place, Things
from tests.harness.server import PASSWORD
from tests.slices.artifact_wire import Logger, entries


class Untold(str):
    """Why nothing is told of a change."""

    __slots__ = ()


ADDED = Untold("what programs add while they log: the thing itself tells who made it, and when")
LOOKED = Untold("it changes nothing, or what concerns the caller's own view alone")
WRITTEN = Untold("reports, views and charts hold their author and time; their deletion is told")
SCIM_TOLD = Untold("each change by the line of the same change made by hand, see test_scim.py; of nobody, nothing")
SWEPT = Untold("sweeps and their runs hold their author and time; agents are told")

TOLD_OF_MUTATIONS: dict[str, str] = {
    "createUser": "user:create",
    "generateApiKey": "user:create_api_key",
    "deleteApiKey": "user:delete_api_key",
    "createTeam": "team:create",
    "createInvite": "team:invite_user",
    "deleteInvite": "team:uninvite",
    "createServiceAccount": "team:create_service_account",
    "createAnonymousEntity": Untold("it is always refused"),
    "upsertModel": "project:update",
    "renameProject": "project:update",
    "deleteModel": "project:delete",
    "createProjectMembers": "project:set_member",
    "deleteProjectMembers": "project:remove_member",
    "updateProjectMember": "project:set_member",
    "updateProjectTeamMember": "project:set_member",
    "upsertBucket": ADDED,
    "deleteRun": "run:delete",
    "stopRun": "run:stop",
    "updateRunState": "run:update",
    "rewindRun": "run:update",
    "createRunFiles": ADDED,
    "markRunFilesUploaded": ADDED,
    "deleteFiles": "file:delete",
    "notifyScriptableRunAlert": ADDED,
    "createArtifact": ADDED,
    "createArtifactType": ADDED,
    "createArtifactManifest": ADDED,
    "updateArtifactManifest": ADDED,
    "createArtifactFiles": ADDED,
    "completeMultipartUploadArtifact": ADDED,
    "commitArtifact": "artifact:create",
    "useArtifact": ADDED,
    "updateArtifact": "artifact:update",
    "addAliases": "artifact:update",
    "deleteAliases": "artifact:update",
    "linkArtifact": "artifact:update",
    "unlinkArtifact": "artifact:update",
    "updateArtifactSequence": "artifact:update",
    "updateArtifactPortfolio": "artifact:update",
    "moveArtifactSequence": "artifact:update",
    "createArtifactCollectionTagAssignments": "artifact:update",
    "deleteArtifactCollectionTagAssignments": "artifact:update",
    "deleteArtifact": "artifact:delete",
    "deleteArtifactSequence": "artifact:delete_collection",
    "deleteArtifactPortfolio": "artifact:delete_collection",
    "upsertSweep": SWEPT,
    "createAgent": "sweep:create_agent",
    "agentHeartbeat": SWEPT,
    "enqueueSweepRun": SWEPT,
    "upsertView": WRITTEN,
    "deleteView": "report:delete",
    "createCustomChart": WRITTEN,
}

_PROJECT, _RUN = "/app/projects/{entity}/{project}", "/app/runs/{entity}/{project}/{run}"
_COLLECTION = _PROJECT + "/artifacts/{type}/{collection}"
TOLD_OF_ROUTES: dict[str, str] = {
    "POST /app/session": "user:login",
    "DELETE /app/session": Untold("told where a session is ended, see test_audit_log.py; a key has none"),
    "POST /app/setup": Untold("told as user:create and user:login, see test_audit_log.py"),
    "POST /app/signup": Untold("told as user:create and user:login, see test_audit_log.py"),
    "POST /app/password": Untold("told as user:change_password, see test_audit_log.py; a wrong one changes nothing"),
    "POST /oidc/callback": Untold(
        "the session and the account that it makes tell themselves; without a sign-in begun, none"
    ),
    "POST /oidc/token": Untold("told as user:login, see test_federation.py; without a token that counts, nothing"),
    "POST /app/link": LOOKED,
    "POST /app/link/follow": "user:change_password",
    "POST /app/teams": "team:create",
    "DELETE /app/teams/{team}": "team:delete",
    "POST /app/teams/{team}/members": "team:invite_user",
    "DELETE /app/teams/{team}/members/{id}": "team:uninvite",
    "POST /app/teams/{team}/invitations": "team:invite_user",
    "DELETE /app/teams/{team}/invitations/{id}": "team:uninvite",
    "POST /app/teams/{team}/service-accounts": "team:create_service_account",
    "POST /app/teams/{team}/service-accounts/{id}/key": "user:create_api_key",
    "POST /app/organizations/{organization}/members": "organization:update_member",
    "DELETE /app/organizations/{organization}/members/{username}": "organization:remove_member",
    "POST /app/organizations/{organization}/service-accounts": "team:create_service_account",
    "POST /app/organizations/{organization}/service-accounts/{id}/key": "user:create_api_key",
    "PUT /app/teams/{team}/secrets/{name}": "team:set_secret",
    "DELETE /app/teams/{team}/secrets/{name}": "team:delete_secret",
    "POST /app/admin/federation": "server:add_issuer",
    "DELETE /app/admin/federation/{id}": "server:remove_issuer",
    "POST /app/admin/federation/{id}/subjects": "user:update",
    "DELETE /app/admin/federation/{id}/subjects/{subject}": "user:update",
    "POST /scim/Users": "user:create",
    "PUT /scim/Users/{id}": SCIM_TOLD,
    "PATCH /scim/Users/{id}": SCIM_TOLD,
    "DELETE /scim/Users/{id}": SCIM_TOLD,
    "POST /scim/Users/.search": LOOKED,
    "POST /scim/Groups/.search": LOOKED,
    "POST /scim/Groups": "team:create",
    "PUT /scim/Groups/{id}": SCIM_TOLD,
    "PATCH /scim/Groups/{id}": SCIM_TOLD,
    "DELETE /scim/Groups/{id}": SCIM_TOLD,
    "POST /scim/Roles": "organization:create_role",
    "PUT /scim/Roles/{id}": SCIM_TOLD,
    "PATCH /scim/Roles/{id}": SCIM_TOLD,
    "DELETE /scim/Roles/{id}": SCIM_TOLD,
    "POST /scim/Roles/.search": LOOKED,
    f"POST {ROLES}": "organization:create_role",
    f"PATCH {ROLES}/{{id}}": "organization:update_role",
    f"DELETE {ROLES}/{{id}}": "organization:delete_role",
    "POST /app/admin/users": "user:create",
    "PATCH /app/admin/users/{username}": "user:deactivate",
    "POST /app/admin/users/{username}/link": "user:create_link",
    "POST /app/admin/mail/{id}/again": "server:send_mail_again",
    "PATCH /app/profile": "user:update",
    "DELETE /app/sessions": "user:logout",
    "POST /app/keys": "user:create_api_key",
    "DELETE /app/keys/{id}": "user:delete_api_key",
    "DELETE /app/sessions/{id}": Untold("told as user:logout, see test_audit_log.py; a key has no session"),
    "POST /app/admin/storage:preview": LOOKED,
    "POST /app/admin/storage:collect": "server:collect_storage",
    "PATCH /app/entities/{entity}/artifact-ttl": "team:update",
    "POST /app/entities/{entity}/projects": "project:create",
    f"PATCH {_PROJECT}": "project:update",
    f"DELETE {_PROJECT}": "project:delete",
    f"POST {_PROJECT}/members": "project:set_member",
    f"DELETE {_PROJECT}/members/{{username}}": "project:remove_member",
    f"DELETE {_PROJECT}/teams/{{team}}": "project:remove_member",
    f"POST {_PROJECT}/runs:query": LOOKED,
    f"POST {_PROJECT}/runs:group": LOOKED,
    f"POST {_PROJECT}/runs:select": LOOKED,
    f"POST {_PROJECT}/runs:bulk": "run:update_many",
    f"POST {_PROJECT}/metrics": LOOKED,
    f"PATCH {_COLLECTION}": "artifact:update",
    f"DELETE {_COLLECTION}": "artifact:delete_collection",
    f"POST {_COLLECTION}/versions:delete": "artifact:delete",
    f"PATCH {_COLLECTION}/{{version}}": "artifact:update",
    f"POST {_COLLECTION}/{{version}}/aliases": "artifact:update",
    f"DELETE {_COLLECTION}/{{version}}": "artifact:delete",
    f"POST {_COLLECTION}/{{version}}/links": "artifact:update",
    f"PATCH {_RUN}": "run:update",
    f"DELETE {_RUN}": "run:delete",
    f"POST {_RUN}/stop": "run:stop",
    "POST /app/entities/{entity}/slack": Untold("told as team:connect_slack once Slack approved, see test_slack.py"),
    "DELETE /app/entities/{entity}/slack": "team:disconnect_slack",
    "POST /app/alerts/read": LOOKED,
    "PATCH /app/alert-preferences": LOOKED,
    "POST /app/panels:query": LOOKED,
    "POST /app/media:query": LOOKED,
    "POST /app/tables:describe": LOOKED,
    "POST /app/tables:query": LOOKED,
    "POST /app/tables:row": LOOKED,
    "POST /app/tables:summarize": LOOKED,
    "POST /files/{entity}/{project}/{run}/file_stream": ADDED,
    "POST /graphql": Untold("each mutation has its own line above"),
    "PUT /storage/{key}": ADDED,
    "POST /probe/echo": LOOKED,
}


# ---- requests that change something, where those of asks.py only show who is let in ---------------------------


async def _person(place: Place, _visibility: str) -> Things:
    name = (await place.site.user()).name
    return {"username": name, "$name": name}


async def _member(place: Place, _visibility: str) -> Things:
    caller = await place.site.user()
    user = await teams.set_member(place.site.system, place.team, caller.name, Role.MEMBER)
    number = encode_global_id("Member", user.id)
    return {"$id": number, "id": number, "$name": caller.name, "username": caller.name, "$user_id": _user(user.id)}


def _user(number: int) -> str:
    return encode_global_id("User", number)


async def _named(place: Place, visibility: str) -> Things:
    """A member of the team that the project's list names."""
    made = await _member(place, visibility)
    path = f"/app/projects/{place.team}/p-{visibility}/members"
    answer = await place.callers["server admin"].send("POST", path, {"username": made["username"], "role": "viewer"})
    assert answer.status == 204, answer.body
    return made


async def _registry(place: Place, _visibility: str) -> Things:
    """A registry of the team's organization."""
    document = "mutation U($i: UpsertModelInput!) { m: upsertModel(input: $i) { project { id name } } }"
    asked = {"entityName": place.organization, "name": fresh("wandb-registry")}
    made = (await place.callers["organization admin"].graphql(document, i=asked)).data["m"]["project"]
    return {"$project": made["id"], "entity": place.organization, "project": made["name"]}


async def _team_registry(place: Place, visibility: str) -> Things:
    """A registry that names the team."""
    made = await _registry(place, visibility)
    path = f"/app/projects/{made['entity']}/{made['project']}/members"
    named = {"team": place.team, "role": "viewer"}
    assert (await place.callers["organization admin"].send("POST", path, named)).status == 204
    return made


async def _key(place: Place, _visibility: str) -> Things:
    made = (await place.callers["server admin"].send("POST", "/app/keys", {"name": "k"})).body
    return {"$id": made["id"], "id": made["id"]}


async def _invitation(place: Place, _visibility: str) -> Things:
    caller, path = place.callers["server admin"], f"/app/teams/{place.team}"
    made = await caller.send("POST", f"{path}/invitations", {"email": f"{fresh('x')}@example.org", "role": "member"})
    assert made.status == 200, made.body
    return {"id": (await caller.send("GET", path)).body["invitations"][-1]["id"]}


async def _link(place: Place, visibility: str) -> Things:
    made = await _person(place, visibility)
    path = f"/app/admin/users/{made['username']}/link"
    url = (await place.callers["server admin"].send("POST", path)).body["url"]
    return {"$token": parse_qs(urlsplit(url).query)["token"][0]}


async def _colleague(place: Place, _visibility: str) -> Things:
    """A member of the organization."""
    caller = await place.site.user()
    await organizations.set_organization_member(place.site.system, place.organization, caller.name, Role.MEMBER)
    return {"username": caller.name}


async def _service_of_team(place: Place, _visibility: str) -> Things:
    made = await service_accounts.create_service_account(place.site.system, place.team, "ci")
    return {"id": encode_global_id("Member", made.key.user_id)}


async def _service_of_organization(place: Place, _visibility: str) -> Things:
    made = await service_accounts.create_service_account(place.site.system, place.organization, "ci")
    return {"id": encode_global_id("Member", made.key.user_id)}


async def _secret(place: Place, _visibility: str) -> Things:
    name = fresh("s").replace("-", "_")
    await team_secrets.set_secret(place.site.system, place.team, name, "x")
    return {"name": name}


async def _channel(place: Place, _visibility: str) -> Things:
    row = {"workspace": "w", "channel": "#c", "sealed": "x", "created_by": None, "created_at": place.site.clock()}
    async with place.site.ports.database.write() as conn:
        team = await queries.find_entity(conn, place.team)
        assert team is not None
        await slack_queries.put_connection(conn, team.id, row)
    return {"entity": place.team}


async def _issuer(place: Place, _visibility: str) -> Things:
    caller, address = place.callers["server admin"], f"https://{fresh('x')}.example.org"
    made = await caller.send("POST", "/app/admin/federation", {"issuer": address})
    assert made.status == 200, made.body
    return {"id": made.body["id"], "$subject": fresh("s"), "$name": caller.name}


async def _bound(place: Place, visibility: str) -> Things:
    made, caller = await _issuer(place, visibility), place.callers["server admin"]
    path = f"/app/admin/federation/{made['id']}/subjects"
    assert (await caller.send("POST", path, {"subject": made["$subject"], "username": caller.name})).status == 204
    issuers = (await caller.send("GET", "/app/admin/federation")).body["issuers"]
    ((bound,),) = [item["subjects"] for item in issuers if item["id"] == made["id"]]
    return made | {"subject": bound["id"]}


async def _team(place: Place, _visibility: str) -> Things:
    return {"team": await place.site.team(place.callers["server admin"])}


async def _role(place: Place, _visibility: str) -> Things:
    path, body = f"/app/organizations/{place.organization}/roles", {"name": fresh("role")}
    return {"id": (await place.callers["organization admin"].send("POST", path, body)).body["id"]}


async def _message(place: Place, _visibility: str) -> Things:
    to, now = f"{fresh('x')}@example.org", place.site.clock()
    async with place.site.ports.database.write() as conn:
        await mail.enqueue(conn, to, "subject", "text", now)
        number = (await conn.execute(select(mail_outbox.c.id).where(mail_outbox.c.recipient == to))).scalar_one()
    return {"id": encode_global_id("Mail", number)}


async def _draft(place: Place, visibility: str) -> Things:
    """A version that lacks nothing but its commit."""
    name, files = fresh("data"), {"a.txt": b"alpha"}
    logger = Logger(place.callers["team member"], place.team, f"p-{visibility}")
    number = (await logger.create(name, files))["id"]
    await logger.put_manifest(number, entries(files, await logger.upload(number, files)))
    return {"$version": number}


_DONE = {
    "deleteApiKey": Ask({"id": "$id"}, _key),
    "createInvite": Ask({"username": "$name"}, _person),
    "deleteInvite": Ask({"id": "$id"}, _member),
    "upsertModel": Ask(lambda: {"name": "$project_name", "description": fresh("d")}),
    "createProjectMembers": Ask({"projectId": "$project", "userIds": ["$user_id"]}, _member),
    "deleteProjectMembers": Ask({"projectId": "$project", "userIds": ["$user_id"]}, _named),
    "updateProjectTeamMember": Ask(
        {"projectId": "$project", "teamId": "$team_id", "teamProjectRole": "viewer"}, _registry
    ),
    "stopRun": Ask({"id": "$run"}, Place.fresh_run),
    "commitArtifact": Ask({"artifactID": "$version"}, _draft),
}
MUTATIONS_DONE: dict[str, Ask] = MUTATIONS | _DONE
ROUTES_DONE: dict[str, Ask] = ROUTES | {
    "POST /app/link/follow": Ask({"token": "$token", "password": PASSWORD}, _link),
    "POST /app/teams/{team}/members": Ask({"username": "$name"}, _person, path={"team": "$team"}),
    "DELETE /app/teams/{team}/members/{id}": Ask(None, _member, path={"team": "$team"}),
    "DELETE /app/teams/{team}/invitations/{id}": Ask(None, _invitation, path={"team": "$team"}),
    "POST /app/teams/{team}/service-accounts/{id}/key": Ask({}, _service_of_team, path={"team": "$team"}),
    "POST /app/organizations/{organization}/members": Ask({"username": "$name"}, _person, path=ORGANIZATION),
    "DELETE /app/organizations/{organization}/members/{username}": Ask(None, _colleague, path=ORGANIZATION),
    "POST /app/organizations/{organization}/service-accounts/{id}/key": Ask(
        {}, _service_of_organization, path=ORGANIZATION
    ),
    "DELETE /app/teams/{team}/secrets/{name}": Ask(None, _secret, path={"team": "$team"}),
    "DELETE /app/entities/{entity}/slack": Ask(None, _channel),
    "DELETE /app/admin/federation/{id}": Ask(None, _issuer),
    "POST /app/admin/federation/{id}/subjects": Ask({"subject": "$subject", "username": "$name"}, _issuer),
    "DELETE /app/admin/federation/{id}/subjects/{subject}": Ask(None, _bound),
    "PATCH /app/organizations/{organization}/roles/{id}": Ask(
        {"permissions": ["run:update"]}, _role, path=ORGANIZATION
    ),
    "DELETE /app/organizations/{organization}/roles/{id}": Ask(None, _role, path=ORGANIZATION),
    "PATCH /app/admin/users/{username}": Ask({"active": False}, _person),
    "POST /app/admin/users/{username}/link": Ask(None, _person),
    "DELETE /app/teams/{team}": Ask(None, _team),
    "POST /app/admin/mail/{id}/again": Ask(None, _message),
    "PATCH /app/profile": Ask(lambda: {"name": fresh("n")}),
    "DELETE /app/keys/{id}": Ask(None, _key),
    f"PATCH {_PROJECT}": Ask(lambda: {"description": fresh("d")}),
    f"POST {_PROJECT}/members": Ask({"username": "$name", "role": "member"}, _member),
    f"DELETE {_PROJECT}/members/{{username}}": Ask(None, _named),
    f"DELETE {_PROJECT}/teams/{{team}}": Ask(None, _team_registry, path={"team": "$team"}),
    f"POST {_PROJECT}/runs:bulk": Ask(lambda: {"action": "tag", "runs": ["r"], "add": [fresh("t")]}),
    f"POST {_COLLECTION}/versions:delete": replace(
        Ask({"versions": ["v0"], "withAliases": True}, Place.fresh_version), path=VERSION
    ),
    f"POST {_RUN}/stop": Ask({}, Place.fresh_run),
}
