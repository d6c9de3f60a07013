"""Projects and accounts as clients ask for them (docs/protocol/graphql-operations.md)."""

import base64
import json

import pytest
from sqlalchemy import func, select

from steelyard.domains.files.purging import delete_purged_objects
from steelyard.domains.runs.tables import runs

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


LOG = """mutation L($p: String!, $r: String!) { upsertBucket(input: {modelName: $p, name: $r}) {
  bucket { project { name } } } }"""


async def test_a_former_name_leads_to_the_project_until_another_takes_it(user):
    """Programs that were under way when the project was renamed go on."""
    rename = """mutation R($e: String!, $a: String!, $b: String!) {
      renameProject(input: {entityName: $e, oldProjectName: $a, newProjectName: $b}) { project { id } } }"""
    await user.graphql(LOG, p="one", r="r")
    await user.graphql(rename, e=user.name, a="one", b="two")
    await user.graphql(rename, e=user.name, a="one", b="three")
    for name in ("one", "two", "three"):
        found = (await user.graphql(PROJECT, name=name, entity=user.name)).data["project"]
        assert found["name"] == "three"
        answer = await user.send("POST", f"/files/{user.name}/{name}/r/file_stream", {})
        assert answer.status == 200, answer.body
        logged = await user.graphql(LOG, p=name, r="r2")
        assert logged.data["upsertBucket"]["bucket"]["project"]["name"] == "three"
        assert (await user.send("GET", f"/app/runs/{user.name}/{name}/r")).status == 200
    assert (await make(user, "one"))["inserted"], "whoever asks for a project of this name gets one"
    assert (await user.graphql(PROJECT, name="one", entity=user.name)).data["project"]["name"] == "one"
    assert (await user.graphql(PROJECT, name="two", entity=user.name)).data["project"]["name"] == "three"
    await user.graphql(rename, e=user.name, a="three", b="two")
    listed = (await user.graphql(PROJECTS, entity=user.name)).data["models"]["edges"]
    assert sorted(edge["node"]["name"] for edge in listed) == ["one", "two"]
    assert (await user.graphql(PROJECT, name="three", entity=user.name)).data["project"]["name"] == "two"


async def test_a_project_is_marked_as_a_benchmark(user):
    assert (await make(user, "b", isBenchmark=True))["project"]["isBenchmark"] is True
    assert (await make(user, "b"))["project"]["isBenchmark"] is True
    assert (await make(user, "b", isBenchmark=False))["project"]["isBenchmark"] is False


async def test_deleting_a_project_frees_the_bytes_of_its_files(site, user):
    """Its segments become orphans, which the sweeper of segments looks for."""
    made = (await make(user, "gone"))["project"]
    await user.graphql(LOG, p="gone", r="r")
    create = """mutation C($e: String!) { createRunFiles(input: {entityName: $e, projectName: "gone", runName: "r",
      files: ["f.txt"]}) { files { id } } }"""
    await user.graphql(create, e=user.name)
    async with site.ports.database.read() as conn:
        number = (await conn.execute(select(func.max(runs.c.id)))).scalar_one()
    await site.ports.objects.put(f"runs/{number}/{'0' * 64}", content())
    await user.graphql("mutation D($id: String!) { deleteModel(input: {id: $id}) { success } }", id=made["id"])
    await delete_purged_objects(site.system)
    assert [item async for item in site.ports.objects.list(f"runs/{number}/")] == []


async def content():
    yield b"bytes"


async def test_people_are_found_by_administrators_whatever_the_case(site, user):
    admin = await site.user(admin=True)
    find = "query F($q: String) { users(query: $q) { edges { node { username email } } } }"
    part = user.name[2:8].upper()
    for caller, expected in ((admin, user.name), (user, user.name)):
        edges = (await caller.graphql(find, q=part)).data["users"]["edges"]
        assert expected in [edge["node"]["username"] for edge in edges]
    for text in ("%", "_" * 9):
        assert (await admin.graphql(find, q=text)).data["users"]["edges"] == [], "wildcards are plain text"
    others = (await user.graphql(find, q="")).data["users"]["edges"]
    assert [edge["node"]["username"] for edge in others] == [user.name], "others see themselves alone"
