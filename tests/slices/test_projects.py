"""Projects and accounts as clients ask for them (docs/protocol/graphql-operations.md)."""

import base64
import json

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="module")

USER = """{ id name username email admin flags entity apiKeys { edges { node { id name description } } }
  teams { edges { node { name } } } }"""
FIELDS = f"id internalId name entityName createdAt isBenchmark description access readOnly user {USER}"
UPSERT = f"""mutation CreateProject($input: UpsertModelInput!) {{ upsertModel(input: $input) {{
  project {{ {FIELDS} }} model {{ name }} inserted }} }}"""
PROJECT = f"query P($name: String!, $entity: String!) {{ project(name: $name, entityName: $entity) {{ {FIELDS} }} }}"
PROJECTS = f"""query GetProjects($entity: String, $cursor: String, $perPage: Int = 50) {{
  models(entityName: $entity, after: $cursor, first: $perPage) {{ pageInfo {{ endCursor hasNextPage }}
  edges {{ cursor node {{ {FIELDS} }} }} }} }}"""


async def make(user, name, **given):
    answer = await user.graphql(UPSERT, input={"name": name, "entityName": user.name} | given)
    return answer.data["upsertModel"]


async def test_a_project_is_made_once_and_changed_after(user):
    first = await make(user, "p", description="about")
    assert first["inserted"]
    project = first["project"]
    assert (project["entityName"], project["access"], project["readOnly"]) == (user.name, "PRIVATE", False)
    assert base64.b64decode(project["internalId"]).decode().startswith("ProjectInternalId:")
    again = await make(user, "p", access="USER_READ")
    assert (again["inserted"], again["project"]["id"]) == (False, project["id"])
    assert (again["project"]["description"], again["project"]["access"]) == ("about", "USER_READ")


@pytest.mark.parametrize("given", [{"name": "a/b"}, {"name": "p", "access": "EVERYBODY"}])
async def test_unfit_projects_are_refused(user, given):
    assert (await user.graphql(UPSERT, input=given)).status == 422


async def test_an_absent_project_is_null_without_an_error(user):
    for entity in (user.name, "nobody-of-this-name"):
        assert (await user.graphql(PROJECT, name="none", entity=entity)).data == {"project": None}
    assert (await user.graphql(PROJECTS, entity="nobody-of-this-name")).data == {"models": None}


async def test_projects_are_listed_the_last_active_first(site, user):
    for name in ("a", "b", "c"):
        await make(user, name)
        site.clock.move(1)
    await user.graphql('mutation { upsertBucket(input: {modelName: "a"}) { inserted } }')
    seen, cursor = [], None
    while True:
        page = (await user.graphql(PROJECTS, entity=user.name, perPage=2, cursor=cursor)).data["models"]
        seen += [edge["node"]["name"] for edge in page["edges"]]
        cursor = page["edges"][-1]["cursor"]
        assert cursor == page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == ["a", "c", "b"]


async def test_renaming_and_deleting(user):
    made = (await make(user, "old"))["project"]
    await make(user, "taken")
    rename = """mutation R($e: String!, $a: String!, $b: String!) {
      renameProject(input: {entityName: $e, oldProjectName: $a, newProjectName: $b}) {
        project { id name } inserted } }"""
    done = await user.graphql(rename, e=user.name, a="old", b="new")
    assert done.data["renameProject"] == {"project": {"id": made["id"], "name": "new"}, "inserted": False}
    assert (await user.graphql(rename, e=user.name, a="new", b="taken")).status == 409
    assert (await user.graphql(rename, e=user.name, a="none", b="x")).status == 404
    await user.graphql('mutation { upsertBucket(input: {modelName: "new", name: "r"}) { inserted } }')
    delete = "mutation D($id: String!) { deleteModel(input: {id: $id}) { success } }"
    assert (await user.graphql(delete, id=made["id"])).data["deleteModel"]["success"]
    assert (await user.graphql(PROJECT, name="new", entity=user.name)).data["project"] is None


async def test_the_viewer(user):
    document = f"{{ viewer {{ accountType organizations {{ name }} ...U }} }} fragment U on User {USER}"
    viewer = (await user.graphql(document)).data["viewer"]
    assert (viewer["username"], viewer["entity"], viewer["admin"]) == (user.name, user.name, False)
    assert json.loads(viewer["flags"])["code_saving_enabled"] is True
    (key,) = viewer["apiKeys"]["edges"]
    assert user.key not in key["node"]["name"]


async def test_keys_are_made_and_revoked(site, user):
    make_key = 'mutation { generateApiKey(input: {description: "d"}) { apiKey { id name description } } }'
    key = (await user.graphql(make_key)).data["generateApiKey"]["apiKey"]
    assert key["description"] == "d"
    other = type(user)(site, user.name, key["name"])
    assert (await other.graphql("{ viewer { username } }")).data["viewer"]["username"] == user.name
    drop = "mutation D($id: String!) { deleteApiKey(input: {id: $id}) { success } }"
    assert (await user.graphql(drop, id=key["id"])).data["deleteApiKey"]["success"]
    assert (await user.graphql(drop, id=key["id"])).status == 404


async def test_entities(site, user):
    team = await site.team(user)
    document = """query E($name: String!) { entity(name: $name) { id name available readOnly readOnlyAdmin
      isTeam entityType privateOnly storageBytes codeSavingEnabled defaultAccess isPaid
      members { id admin pending email username name
      accountType apiKey } organization { name orgEntity { name } } user { username organizations { name } } } }"""
    found = (await user.graphql(document, name=team)).data["entity"]
    assert (found["isTeam"], found["entityType"], found["readOnly"]) == (True, "team", False)
    assert [member["username"] for member in found["members"]] == [user.name]
    own = (await user.graphql(document, name=user.name)).data["entity"]
    assert (own["isTeam"], own["entityType"], own["user"]["username"]) == (False, "user", user.name)
    assert (await user.graphql(document, name="nobody-of-this-name")).data == {"entity": None}


async def test_the_server_tells_what_it_can_do(user):
    document = """{ serverInfo { cliVersionInfo latestLocalVersionInfo { outOfDate latestVersionString
      versionOnThisInstanceString } features { name isEnabled } } }"""
    info = (await user.graphql(document)).data["serverInfo"]
    assert info["cliVersionInfo"]["max_cli_version"] == "99.0.0"
    assert info["latestLocalVersionInfo"]["outOfDate"] is False
    assert {"name": "FILESTREAM_GZIP", "isEnabled": True} in info["features"]
