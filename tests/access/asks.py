"""How each line of permissions.toml is asked."""

import secrets
from collections.abc import Callable
from typing import Any

from tests.access.place import VERSION, Ask, Place, absent
from tests.slices.artifact_wire import md5


def fresh(prefix: str) -> str:
    return f"{prefix}-{secrets.token_hex(4)}"


QUERIES: dict[str, Ask] = {
    "viewer": Ask({}),
    "users": Ask({}),
    "entity": Ask({"name": "$team"}),
    "organization": Ask({"name": "$organization"}),
    "project": Ask({"name": "$project_name", "entityName": "$team"}),
    "model": Ask({"name": "$project_name", "entityName": "$team"}),
    "models": Ask({"entityName": "$team"}),
    "artifact": Ask({"id": "$version"}),
    "artifactCollection": Ask({"id": "$sequence"}),
    "clientIDMapping": Ask({"clientID": "$mapped"}),
    "view": Ask({"id": "$view"}),
    "serverInfo": Ask({}),
}
RUN = {"runName": "r"}
TAGS = {"artifactCollectionName": "data", "tags": [{"tagName": "t"}]}
CHART = {"entity": "$team", "displayName": "x", "type": "vega2", "access": "PRIVATE", "spec": "{}"}
# The names of the place are added where an input has them.
MUTATIONS: dict[str, Ask] = {
    "createUser": Ask(lambda: {"email": f"{fresh('x')}@example.org"}),
    "generateApiKey": Ask({}),
    "deleteApiKey": Ask({"id": absent("ApiKey")}, lets_in=(404,)),
    "createTeam": Ask(lambda: {"teamName": fresh("t")}),
    "createInvite": Ask({"username": "$member"}, lets_in=(409,)),
    "deleteInvite": Ask({"id": absent("Member")}, lets_in=(404,)),
    "createServiceAccount": Ask({"description": "ci"}),
    "createAnonymousEntity": Ask({}),
    "upsertModel": Ask({"name": "$project_name"}),
    "renameProject": Ask(
        lambda: {"oldProjectName": "$project_name", "newProjectName": fresh("renamed")}, Place.fresh_project
    ),
    "deleteModel": Ask({"id": "$project"}, Place.fresh_project),
    "createProjectMembers": Ask({"projectId": "$project", "userIds": ["$viewer_id"]}),
    "deleteProjectMembers": Ask({"projectId": "$project", "userIds": [absent("User")]}),
    "updateProjectMember": Ask({"projectId": "$project", "userId": "$viewer_id", "userProjectRole": "viewer"}),
    # a team's project names no teams, which those who may say so are told
    "updateProjectTeamMember": Ask(
        {"projectId": "$project", "teamId": "$team_id", "teamProjectRole": "viewer"}, lets_in=(422,)
    ),
    "upsertBucket": Ask(lambda: {"modelName": "$project_name", "name": fresh("run")}),
    "deleteRun": Ask({"id": "$run"}, Place.fresh_run),
    "stopRun": Ask({"id": "$run"}),
    "updateRunState": Ask({"id": "$run", "state": "failed"}, Place.fresh_run),
    "rewindRun": Ask(RUN | {"metricName": "_step", "metricValue": 3}, shows="rewoundRun"),
    "createRunFiles": Ask(RUN | {"files": ["a.txt"]}),
    "markRunFilesUploaded": Ask(RUN | {"files": ["a.txt"]}),
    "deleteFiles": Ask({"files": ["$file"]}, Place.fresh_file),
    "notifyScriptableRunAlert": Ask(RUN | {"title": "t", "text": "x"}),
    "createArtifact": Ask({"artifactTypeName": "dataset", "artifactCollectionName": "new", "digest": "0" * 32}),
    "createArtifactType": Ask({"name": "kind"}),
    "createArtifactManifest": Ask({"artifactID": "$pending", "name": "m.json", "digest": ""}),
    "updateArtifactManifest": Ask({"artifactManifestID": "$manifest", "digest": md5(b"x")}),
    "createArtifactFiles": Ask({"artifactFiles": [{"artifactID": "$pending", "name": "b", "md5": md5(b"b")}]}),
    "completeMultipartUploadArtifact": Ask(
        {
            "completeMultipartAction": "Abort",
            "completedParts": [],
            "artifactID": "$version",
            "storagePath": "$path",
            "uploadID": "0" * 32,
        }
    ),
    "commitArtifact": Ask({"artifactID": "$version"}),
    "useArtifact": Ask({"artifactID": "$version", "runName": "r"}),
    "updateArtifact": Ask({"artifactID": "$version", "description": "changed"}),
    "addAliases": Ask({"artifactID": "$version", "aliases": ["$alias"]}),
    "deleteAliases": Ask({"artifactID": "$version", "aliases": ["$alias"]}),
    "linkArtifact": Ask({"artifactID": "$version", "artifactPortfolioName": "shelf"}),
    "unlinkArtifact": Ask({"artifactID": "$version", "artifactPortfolioID": "$portfolio"}, Place.fresh_version),
    "updateArtifactSequence": Ask({"artifactSequenceID": "$sequence", "description": "changed"}),
    "updateArtifactPortfolio": Ask({"artifactPortfolioID": "$portfolio", "description": "changed"}),
    "moveArtifactSequence": Ask({"artifactSequenceID": "$sequence", "destinationArtifactTypeName": "dataset"}),
    "createArtifactCollectionTagAssignments": Ask(TAGS),
    "deleteArtifactCollectionTagAssignments": Ask(TAGS),
    "deleteArtifact": Ask({"artifactID": "$version", "deleteAliases": True}, Place.fresh_version),
    "deleteArtifactSequence": Ask({"artifactSequenceID": "$sequence"}, Place.fresh_version),
    "deleteArtifactPortfolio": Ask({"artifactPortfolioID": "$portfolio"}, Place.fresh_version),
    "upsertSweep": Ask({"config": "method: random\nparameters: {lr: {min: 0.0, max: 1.0}}\n"}),
    "createAgent": Ask({"host": "h", "sweep": "$sweep_name"}),
    "agentHeartbeat": Ask({"id": "$agent", "runState": "{}"}),
    "enqueueSweepRun": Ask({"id": "$sweep", "config": "{}"}, lets_in=(200, 422)),
    "upsertView": Ask(lambda: {"type": "runs", "name": fresh("view"), "spec": "{}"}),
    "deleteView": Ask({"id": "$view", "deleteDrafts": True}, Place.fresh_view),
    "createCustomChart": Ask(lambda: CHART | {"name": fresh("chart")}),
}

PROJECT, PLACE_RUN = "/app/projects/{entity}/{project}", "/app/runs/{entity}/{project}/{run}"
COLLECTION = PROJECT + "/artifacts/{type}/{collection}"
NOTHING = (404,)
ROLES, NO_ROLE = "/app/organizations/{organization}/roles", {"id": absent("CustomRole")}
SERIES = {"id": "x", "entity": "$team", "project": "$project_name", "run": "r", "key": "loss"}
ORGANIZATION = {"organization": "$organization"}
NOT_THERE = {"username": "nobody-of-this-name"}
ACCOUNT = {"username": "u", "email": "", "password": "long enough for it"}
SCIM_CORE = "urn:ietf:params:scim:schemas:core:2.0:"
SCIM_PATCH = {
    "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
    "Operations": [{"op": "replace", "path": "externalId", "value": "x"}],
}
_READ = Ask()
_VERSION = Ask(path=VERSION)


# Of each kind: what its ids begin with, how one is made, and another that nobody has.
SCIM_KINDS: dict[str, tuple[str, Callable[[], Any]]] = {
    "Users": ("User", lambda: {"schemas": [f"{SCIM_CORE}User"], "userName": fresh("x")}),
    "Groups": ("Team", lambda: {"schemas": [f"{SCIM_CORE}Group"], "displayName": fresh("t")}),
    "Roles": ("CustomRole", lambda: {"name": fresh("r"), "organizationID": "$organization_id"}),
}


def scim(kind: str) -> dict[str, Ask]:
    id_, make = SCIM_KINDS[kind]
    nowhere = {"id": absent(id_)}
    return {
        f"GET /scim/{kind}": _READ,
        f"POST /scim/{kind}": Ask(make, lets_in=(201,)),
        f"POST /scim/{kind}/.search": Ask({"count": 1}),
        f"GET /scim/{kind}/{{id}}": Ask(path=nowhere, lets_in=NOTHING),
        f"PUT /scim/{kind}/{{id}}": Ask(make, path=nowhere, lets_in=NOTHING),
        f"PATCH /scim/{kind}/{{id}}": Ask(SCIM_PATCH, path=nowhere, lets_in=NOTHING),
        f"DELETE /scim/{kind}/{{id}}": Ask(path=nowhere, lets_in=NOTHING),
    }


SCIM = {name: ask for kind in SCIM_KINDS for name, ask in scim(kind).items()}


def table(**more: Any) -> Ask:
    return Ask({"source": "$source", "column": 0, "row": 0} | more)


ROUTES: dict[str, Ask] = {
    "GET /app/session": _READ,
    "POST /app/session": Ask(lambda: {"login": secrets.token_hex(8), "password": "x"}, lets_in=(401,)),
    "DELETE /app/session": _READ,
    "GET /oidc/login": Ask(lets_in=NOTHING),
    "GET /oidc/callback": Ask(lets_in=NOTHING),
    "POST /oidc/callback": Ask(lets_in=NOTHING),
    **SCIM,
    "GET /scim/ServiceProviderConfig": _READ,
    "GET /scim/ResourceTypes": _READ,
    "GET /scim/ResourceTypes/{id}": Ask(path={"id": "User"}),
    "GET /scim/Schemas": _READ,
    "GET /scim/Schemas/{id}": Ask(path={"id": f"{SCIM_CORE}User"}),
    "POST /oidc/token": Ask({}, lets_in=(400,)),
    "POST /app/setup": Ask({"token": "x", **ACCOUNT}, lets_in=(403,)),
    "POST /app/signup": Ask(ACCOUNT, lets_in=(403,)),
    "POST /app/password": Ask({"current": "wrong", "new": "long enough"}, lets_in=(409, 429)),
    "POST /app/link": Ask({"token": "x"}, lets_in=NOTHING),
    "POST /app/link/follow": Ask({"token": "x", "username": "u", "password": "long enough now"}, lets_in=NOTHING),
    "GET /app/teams/{team}": Ask(path={"team": "$team"}),
    "POST /app/teams/{team}/members": Ask(NOT_THERE | {"role": "member"}, path={"team": "$team"}, lets_in=NOTHING),
    "DELETE /app/teams/{team}/members/{id}": Ask(path={"team": "$team", "id": absent("Member")}, lets_in=NOTHING),
    "POST /app/teams/{team}/invitations": Ask(
        lambda: {"email": f"{fresh('x')}@example.org", "role": "member"}, path={"team": "$team"}
    ),
    "DELETE /app/teams/{team}/invitations/{id}": Ask(path={"team": "$team", "id": absent("Invite")}, lets_in=NOTHING),
    "POST /app/teams/{team}/service-accounts": Ask({"name": "ci"}, path={"team": "$team"}),
    "POST /app/teams/{team}/service-accounts/{id}/key": Ask(
        {}, path={"team": "$team", "id": absent("Member")}, lets_in=NOTHING
    ),
    "GET /app/organizations/{organization}": Ask(path=ORGANIZATION),
    "GET /app/organizations/{organization}/usage": Ask(path=ORGANIZATION),
    "GET /app/organizations/{organization}/activity": Ask(path=ORGANIZATION),
    "POST /app/organizations/{organization}/members": Ask(NOT_THERE, path=ORGANIZATION, lets_in=NOTHING),
    "DELETE /app/organizations/{organization}/members/{username}": Ask(path=ORGANIZATION | NOT_THERE, lets_in=NOTHING),
    "POST /app/organizations/{organization}/service-accounts": Ask({"name": "ci"}, path=ORGANIZATION),
    "POST /app/organizations/{organization}/service-accounts/{id}/key": Ask(
        {}, path=ORGANIZATION | {"id": absent("Member")}, lets_in=NOTHING
    ),
    "GET /app/teams/{team}/secrets": Ask(path={"team": "$team"}),
    "PUT /app/teams/{team}/secrets/{name}": Ask({"value": "x"}, path={"team": "$team", "name": "KEPT"}),
    "DELETE /app/teams/{team}/secrets/{name}": Ask(path={"team": "$team", "name": "ABSENT"}, lets_in=NOTHING),
    "POST /app/teams": Ask(lambda: {"name": fresh("t")}),
    # it owns projects
    "DELETE /app/teams/{team}": Ask(path={"team": "$team"}, lets_in=(409,)),
    f"GET {ROLES}": Ask(path=ORGANIZATION),
    f"POST {ROLES}": Ask(lambda: {"name": fresh("role"), "permissions": ["run:create"]}, path=ORGANIZATION),
    f"PATCH {ROLES}/{{id}}": Ask({}, path=ORGANIZATION | NO_ROLE, lets_in=NOTHING),
    f"DELETE {ROLES}/{{id}}": Ask(path=ORGANIZATION | NO_ROLE, lets_in=NOTHING),
    "GET /app/admin/overview": _READ,
    "GET /app/admin/users": _READ,
    "GET /app/admin/teams": _READ,
    "GET /app/admin/projects": _READ,
    "GET /app/admin/jobs": _READ,
    "GET /app/admin/federation": _READ,
    "POST /app/admin/federation": Ask(lambda: {"issuer": f"https://{fresh('x')}.example.org"}),
    "DELETE /app/admin/federation/{id}": Ask(path={"id": absent("Issuer")}, lets_in=NOTHING),
    "POST /app/admin/federation/{id}/subjects": Ask(
        {"subject": "x", **NOT_THERE}, path={"id": absent("Issuer")}, lets_in=NOTHING
    ),
    "DELETE /app/admin/federation/{id}/subjects/{subject}": Ask(
        path={"id": absent("Issuer"), "subject": absent("Subject")}, lets_in=NOTHING
    ),
    "GET /app/admin/settings": _READ,
    "POST /app/admin/mail/{id}/again": Ask(path={"id": absent("Mail")}, lets_in=NOTHING),
    "POST /app/admin/users": Ask(lambda: {"email": f"{fresh('x')}@example.org"}),
    "PATCH /app/admin/users/{username}": Ask({"admin": False}, path=NOT_THERE, lets_in=NOTHING),
    "POST /app/admin/users/{username}/link": Ask(path=NOT_THERE, lets_in=NOTHING),
    "PATCH /app/profile": Ask({}),
    "DELETE /app/sessions": _READ,
    "GET /app/keys": _READ,
    "POST /app/keys": Ask({"name": "k"}),
    "DELETE /app/keys/{id}": Ask(path={"id": absent("ApiKey")}, lets_in=NOTHING),
    "GET /app/sessions": _READ,
    "DELETE /app/sessions/{id}": Ask(path={"id": absent("Session")}, lets_in=NOTHING),
    "GET /app/home": _READ,
    "GET /app/compat": _READ,
    "GET /app/admin/limits": _READ,
    "GET /openapi.json": _READ,
    "GET /app/admin/audit": _READ,
    "GET /admin/audit_logs": _READ,
    "GET /app/admin/storage": _READ,
    "POST /app/admin/storage:preview": Ask({}),
    "POST /app/admin/storage:collect": Ask({}),
    "GET /app/entities/{entity}": _READ,
    "GET /app/entities/{entity}/storage": _READ,
    "GET /app/entities/{entity}/artifact-ttl": _READ,
    "PATCH /app/entities/{entity}/artifact-ttl": Ask({"adminsOnly": False}),
    "POST /app/entities/{entity}/projects": Ask(lambda: {"name": fresh("made")}),
    "GET /app/entities/{entity}/charts/{name}": Ask(path={"name": "shown"}),
    f"GET {PROJECT}": _READ,
    f"PATCH {PROJECT}": Ask({"description": "x"}),
    f"DELETE {PROJECT}": Ask(None, Place.fresh_project),
    f"GET {PROJECT}/members": _READ,
    f"POST {PROJECT}/members": Ask(NOT_THERE | {"role": "member"}, lets_in=NOTHING),
    f"DELETE {PROJECT}/members/{{username}}": Ask(path=NOT_THERE, lets_in=NOTHING),
    f"DELETE {PROJECT}/teams/{{team}}": Ask(path={"team": "$team"}),
    "GET /app/registries": _READ,
    "GET /app/registries:search": Ask(query="?q=x"),
    f"POST {PROJECT}/runs:query": Ask({}),
    f"POST {PROJECT}/runs:group": Ask({"by": ["state"]}),
    f"GET {PROJECT}/columns": _READ,
    f"POST {PROJECT}/runs:select": Ask({}),
    f"POST {PROJECT}/runs:bulk": Ask({"action": "tag", "runs": ["r"], "add": ["t"]}),
    f"GET {PROJECT}/storage": _READ,
    f"GET {PROJECT}/trash": _READ,
    f"GET {PROJECT}/trash/ids": _READ,
    f"GET {PROJECT}/live": _READ,
    f"GET {PROJECT}/changes": _READ,
    f"POST {PROJECT}/metrics": Ask({"runs": ["r"]}),
    f"GET {PROJECT}/sweeps": _READ,
    f"GET {PROJECT}/views": _READ,
    f"GET {PROJECT}/views/{{id}}": Ask(path={"id": "$view"}),
    f"GET {PROJECT}/artifacts": _READ,
    f"GET {COLLECTION}": _VERSION,
    f"GET {COLLECTION}/versions:list": _VERSION,
    f"GET {COLLECTION}/versions:names": _VERSION,
    f"GET {COLLECTION}/aliases:list": _VERSION,
    f"GET {COLLECTION}/aliases:history": _VERSION,
    f"PATCH {COLLECTION}": Ask({"description": "x"}, path=VERSION),
    f"DELETE {COLLECTION}": Ask(None, Place.fresh_version, path=VERSION),
    f"POST {COLLECTION}/versions:delete": Ask({"versions": ["v9"]}, path=VERSION),
    f"GET {COLLECTION}/{{version}}": _VERSION,
    f"GET {COLLECTION}/{{version}}/metrics": _VERSION,
    f"GET {COLLECTION}/{{version}}/files": _VERSION,
    f"GET {COLLECTION}/{{version}}/files:find": Ask(path=VERSION, query="?find=x"),
    f"GET {COLLECTION}/{{version}}/file": Ask(path=VERSION, query="?path=a.txt"),
    f"GET {COLLECTION}/{{version}}/compare": Ask(path=VERSION, query="?with=v0"),
    f"GET {COLLECTION}/{{version}}/compare:totals": Ask(path=VERSION, query="?with=v0"),
    f"PATCH {COLLECTION}/{{version}}": Ask({"description": "x"}, path=VERSION),
    f"POST {COLLECTION}/{{version}}/aliases": Ask({"add": ["a"]}, path=VERSION),
    f"DELETE {COLLECTION}/{{version}}": Ask(None, Place.fresh_version, path=VERSION, query="?aliases=1"),
    f"POST {COLLECTION}/{{version}}/links": Ask({"collection": "links"}, path=VERSION),
    "GET /app/lineage/{node}": Ask(path={"node": "$version"}),
    "GET /app/lineage/{node}/members": Ask(path={"node": "$version"}, query="?direction=up"),
    f"GET {PLACE_RUN}": _READ,
    f"PATCH {PLACE_RUN}": Ask({"notes": "x"}),
    f"DELETE {PLACE_RUN}": Ask(None, Place.fresh_run),
    f"POST {PLACE_RUN}/stop": Ask({}),
    f"GET {PLACE_RUN}/files": _READ,
    f"GET {PLACE_RUN}/alerts": _READ,
    f"GET {PLACE_RUN}/artifacts": _READ,
    f"GET {PLACE_RUN}/logs": _READ,
    f"GET {PLACE_RUN}/logs/labels": _READ,
    f"GET {PLACE_RUN}/logs/search": Ask(query="?q=x"),
    f"GET {PLACE_RUN}/logs/download": _READ,
    "GET /app/entities/{entity}/slack": Ask(path={"entity": "$team"}),
    # the place has no Slack app, which those who may connect one are told
    "POST /app/entities/{entity}/slack": Ask(path={"entity": "$team"}, lets_in=(409,)),
    "DELETE /app/entities/{entity}/slack": Ask(path={"entity": "$team"}, lets_in=NOTHING),
    # without an attempt that was begun
    "GET /slack/callback": Ask(lets_in=(400,)),
    "GET /app/alerts": _READ,
    "POST /app/alerts/read": Ask({"upTo": 1}),
    "GET /app/alert-preferences": _READ,
    "PATCH /app/alert-preferences": Ask({"byMail": True}),
    # each line of it has an error of its own, see test_hiding.py
    "POST /app/panels:query": Ask({"runs": [], "panels": []}),
    "POST /app/media:query": Ask(SERIES),
    "POST /app/tables:describe": table(),
    "POST /app/tables:query": table(),
    "POST /app/tables:row": table(),
    "POST /app/tables:summarize": table(),
    "GET /app/tables/export": Ask(query="?source=$source"),
    "GET /artifacts/{entity}/{digest}": Ask(path={"digest": "$digest"}, lets_in=(200, 302, 307)),
    "GET /artifactsV2/{path:path}": Ask(
        path={"path:path": "default/$team/$version/$digest/a.txt"}, lets_in=(200, 302, 307)
    ),
    "POST /files/{entity}/{project}/{run}/file_stream": Ask({}),
    "POST /graphql": Ask({"query": "{ __typename }"}),
    "GET /healthz": _READ,
    "GET /ready": _READ,
    "GET /console/api/healthz": _READ,
    "GET /console/api/ready": _READ,
    "GET /traces/health": _READ,
    # absent unless metrics are asked for at this port
    "GET /metrics": Ask(lets_in=NOTHING),
    # absent where the web app has not been built
    "GET /favicon.svg": Ask(lets_in=(200, 404)),
    "GET /assets/{path:path}": Ask(path={"path:path": "none.js"}, lets_in=NOTHING),
    "GET /app/{path:path}": Ask(path={"path:path": "no-such-route"}, lets_in=NOTHING),
    "GET /scim/{path:path}": Ask(path={"path:path": "no-such-route"}, lets_in=NOTHING),
    "GET /{path:path}": Ask(path={"path:path": "login"}),
    "GET /storage/{key}": Ask(path={"key": "a"}, lets_in=(403, 404)),
    "PUT /storage/{key}": Ask(path={"key": "a"}, lets_in=(403, 404)),
    "POST /probe/echo": Ask(lets_in=(403,)),
    "GET /probe/stream": Ask(lets_in=(403,)),
}
