"""Registries: projects of an organization that collect versions of other projects (docs/protocol/artifacts.md)."""

import base64
import json
from dataclasses import dataclass, field

import pytest
import pytest_asyncio

from tests.harness.site import Caller, Site
from tests.slices.artifact_wire import Logger

pytestmark = pytest.mark.asyncio(loop_scope="module")

REGISTRY = """{ id internalId name entity { name organization { name } } description createdAt updatedAt access
  allowAllArtifactTypesInRegistry artifactTypes(includeAll: true) { edges { node { name } } } }"""
UPSERT = f"mutation U($i: UpsertModelInput!) {{ upsertModel(input: $i) {{ inserted project {REGISTRY} }} }}"
LIST = f"""query L($o: String!, $f: JSONString, $order: String, $first: Int, $after: String) {{
  organization(name: $o) {{ advancedRegistryFeatures {{ advancedSearch }} orgEntity {{
    projects(filters: $f, order: $order, first: $first, after: $after) {{
      pageInfo {{ endCursor hasNextPage }} edges {{ node {REGISTRY} }} }} }} }} }}"""
COLLECTIONS = """query C($o: String!, $p: JSONString, $f: JSONString, $order: String) {
  organization(name: $o) { orgEntity {
    artifactCollections(projectFilters: $p, filters: $f, collectionTypes: [PORTFOLIO], order: $order) {
      totalCount edges { node { __typename name project { name } } } } } } }"""
VERSIONS = """query V($o: String!, $p: JSONString, $c: JSONString, $f: JSONString, $order: String, $first: Int,
    $after: String) {
  organization(name: $o) { orgEntity { artifactMemberships(
      projectFilters: $p, collectionFilters: $c, filters: $f, order: $order, first: $first, after: $after) {
    pageInfo { endCursor hasNextPage } edges { node {
      versionIndex aliases { alias } artifactCollection { name project { name } } artifact { id } } } } } } }"""
LINK = """mutation L($i: LinkArtifactInput!) { linkArtifact(input: $i) { versionIndex
  artifactMembership { artifactCollection { id name project { name } } } } }"""
TEAMS = """query T($e: String!, $p: String!) { project(entityName: $e, name: $p) {
  members { username role { name } } teamMembers { team { id name members { username } } role { name } } } }"""
ADD = "mutation A($i: CreateProjectMembersInput!) { createProjectMembers(input: $i) { success } }"
SET_TEAM = "mutation S($i: UpdateProjectTeamMemberInput!) { updateProjectTeamMember(input: $i) { success } }"
DROP = "mutation D($i: DeleteProjectMembersInput!) { deleteProjectMembers(input: $i) { success } }"
TAGS = """mutation T($i: CreateArtifactCollectionTagAssignmentsInput!) {
  createArtifactCollectionTagAssignments(input: $i) { tags { name } } }"""


@dataclass
class Office:
    """An organization with a team in it, and those who work there."""

    site: Site
    head: Caller
    member: Caller
    viewer: Caller
    outsider: Caller
    name: str
    team: str
    made: dict[str, dict] = field(default_factory=dict)

    async def make(self, name: str, by: Caller | None = None, **given) -> dict:
        asked = {"entityName": self.name, "name": f"wandb-registry-{name}", "access": "PRIVATE"} | given
        answer = (await (by or self.head).graphql(UPSERT, i=asked)).data["upsertModel"]
        assert answer["inserted"]
        self.made[name] = answer["project"]
        return answer["project"]

    async def names(self, caller: Caller | None = None, **asked) -> list[str]:
        found = (await (caller or self.member).graphql(LIST, o=self.name, **asked)).data["organization"]
        return [
            edge["node"]["name"].removeprefix("wandb-registry-") for edge in found["orgEntity"]["projects"]["edges"]
        ]

    async def log(self, name: str, content: bytes = b"x", **given) -> str:
        return await Logger(self.member, self.team, "work").log(name, {"a.txt": content}, **given)

    async def link(self, version: str, registry: str, collection: str, by: Caller | None = None, **given):
        asked = {"entityName": self.name, "projectName": f"wandb-registry-{registry}"}
        asked |= {"artifactPortfolioName": collection, "artifactID": version} | given
        return await (by or self.member).graphql(LINK, i=asked)

    async def collections(self, **asked) -> list[str]:
        found = (await self.member.graphql(COLLECTIONS, o=self.name, **asked)).data["organization"]["orgEntity"]
        connection = found["artifactCollections"]
        assert connection["totalCount"] == len(connection["edges"])
        return [edge["node"]["name"] for edge in connection["edges"]]

    async def versions(self, caller: Caller | None = None, **asked) -> list[str]:
        found = (await (caller or self.member).graphql(VERSIONS, o=self.name, **asked)).data["organization"]
        nodes = [edge["node"] for edge in found["orgEntity"]["artifactMemberships"]["edges"]]
        return [f"{item['artifactCollection']['name']}:v{item['versionIndex']}" for item in nodes]


@pytest_asyncio.fixture(loop_scope="module")
async def office(site: Site) -> Office:
    head, member, viewer, outsider = [await site.user() for _ in range(4)]
    name = await site.organization(head, member=member, viewer=viewer)
    team = await site.team(head, name, member=member)
    for caller in (head, member, viewer):
        await site.settle(caller)
    return Office(site, head, member, viewer, outsider, name, team)


async def test_a_registry_is_made_listed_changed_renamed_and_deleted(office):
    types = [{"name": "model"}, {"name": "dataset"}]
    made = await office.make("m", description="about", artifactTypes=types, allowAllArtifactTypesInRegistry=False)
    assert (made["access"], made["description"], made["allowAllArtifactTypesInRegistry"]) == ("PRIVATE", "about", False)
    assert made["entity"] == {"name": office.name, "organization": {"name": office.name}}
    assert sorted(edge["node"]["name"] for edge in made["artifactTypes"]["edges"]) == ["dataset", "model"]
    other = await office.make("n")
    assert other["allowAllArtifactTypesInRegistry"]
    given = {"entityName": office.name, "name": made["name"], "description": "more", "access": "PRIVATE"}
    again = (await office.head.graphql(UPSERT, i=given | {"allowAllArtifactTypesInRegistry": True})).data["upsertModel"]
    assert (again["inserted"], again["project"]["description"]) == (False, "more")
    assert again["project"]["allowAllArtifactTypesInRegistry"]
    rename = """mutation R($e: String!) { renameProject(input: {entityName: $e, oldProjectName: "wandb-registry-m",
      newProjectName: "wandb-registry-k"}) { inserted project { name } } }"""
    assert (await office.head.graphql(rename, e=office.name)).data["renameProject"]["project"]["name"].endswith("-k")
    assert sorted(await office.names()) == ["k", "n"]
    delete = "mutation D($id: ID!) { deleteModel(input: {id: $id}) { success } }"
    assert (await office.head.graphql(delete, id=made["id"])).data["deleteModel"]["success"]
    assert await office.names() == ["n"]


async def test_registries_are_found_by_filters_and_in_order(office):
    for name in ("alpha", "beta", "gamma"):
        await office.make(name, description=f"about {name}")
        office.site.clock.move(10)
    await office.member.graphql(UPSERT, i={"entityName": office.name, "name": "ordinary"})
    assert await office.names() == ["gamma", "beta", "alpha"], "the last active first, and registries only"
    assert await office.names(order="name") == ["alpha", "beta", "gamma"]
    assert await office.names(order="-created_at", first=2) == ["gamma", "beta"]
    for filters, names in (
        ({"name": "wandb-registry-beta"}, ["beta"]),
        ({"name": {"$regex": "a.*ta$"}}, ["beta"]),
        ({"$or": [{"name": "wandb-registry-alpha"}, {"description": {"$contains": "gam"}}]}, ["gamma", "alpha"]),
        ({"name": {"$nin": ["wandb-registry-beta"]}, "created_at": {"$gt": "2020-01-01"}}, ["gamma", "alpha"]),
        ({"$not": {"name": {"$in": ["wandb-registry-beta"]}}}, ["gamma", "alpha"]),
    ):
        assert await office.names(f=json.dumps(filters)) == names, filters
    assert "colour" in (await office.member.graphql(LIST, o=office.name, f='{"colour": "red"}')).message


async def test_rights_in_a_registry_of_the_whole_organization(office):
    await office.make("all")
    version = await office.log("data")
    assert (await office.link(version, "all", "c")).data["linkArtifact"]["versionIndex"] == 0
    assert (await office.link(version, "all", "d", office.viewer)).status in {403, 404}
    assert await office.names(office.viewer) == ["all"]
    assert await office.versions(office.viewer) == ["c:v0"], "who sees the link sees the version"
    assert (await office.outsider.graphql(LIST, o=office.name)).data["organization"] is None
    change = {"entityName": office.name, "name": "wandb-registry-all", "access": "RESTRICTED"}
    assert (await office.member.graphql(UPSERT, i=change)).status == 403
    closes = {"entityName": office.name, "name": "wandb-registry-all", "allowAllArtifactTypesInRegistry": False}
    assert (await office.member.graphql(UPSERT, i=closes)).status == 403
    assert (await office.member.graphql(UPSERT, i=change | {"access": "PRIVATE", "description": "x"})).status == 200


async def test_a_restricted_registry_is_absent_for_those_whom_its_list_does_not_name(office):
    made = await office.make("secret", access="RESTRICTED")
    version = await office.log("data")
    assert (await office.names(office.member), await office.names(office.head)) == ([], ["secret"])
    refused = await office.link(version, "secret", "c")
    missing = await office.link(version, "no-such", "c")
    assert (refused.status, missing.status) == (404, 404)
    assert refused.message.replace("secret", "no-such") == missing.message, "whether there is one is not told"
    ids = await team_ids(office)
    assert (await office.head.graphql(ADD, i={"projectId": made["id"], "teamIds": ids})).data
    await office.site.settle(office.member)
    assert await office.names(office.member) == ["secret"]
    assert (await office.link(version, "secret", "c")).status == 403, "teams come in as viewers"
    role = {"projectId": made["id"], "teamId": ids[0], "teamProjectRole": "member"}
    assert (await office.head.graphql(SET_TEAM, i=role)).data
    await office.site.settle(office.member)
    assert (await office.link(version, "secret", "c")).status == 200
    assert (await office.head.graphql(ADD, i={"projectId": made["id"], "teamIds": ids})).data
    found = (await office.head.graphql(TEAMS, e=office.name, p=made["name"])).data["project"]
    assert found["members"] == [{"username": office.head.name, "role": {"name": "admin"}}], "who made it"
    (listed,) = found["teamMembers"]
    assert (listed["team"]["name"], listed["role"]["name"]) == (office.team, "member"), "adding again changes nothing"
    assert {item["username"] for item in listed["team"]["members"]} == {office.head.name, office.member.name}
    assert (await office.head.graphql(DROP, i={"projectId": made["id"], "teamIds": ids})).data
    await office.site.settle(office.member)
    assert await office.names(office.member) == []


async def team_ids(office: Office) -> list[str]:
    return [
        (await office.head.graphql("query E($n: String!) { entity(name: $n) { id } }", n=office.team)).data["entity"][
            "id"
        ]
    ]


async def test_teams_and_roles_that_cannot_be_named(office, site):
    made = await office.make("r")
    other = await site.team(office.outsider)
    stranger = (await office.outsider.graphql("query E($n: String!) { entity(name: $n) { id } }", n=other)).data
    named = {"projectId": made["id"], "teamIds": [stranger["entity"]["id"]]}
    assert (await office.head.graphql(ADD, i=named)).status == 422
    assert (await office.member.graphql(ADD, i=named | {"teamIds": await team_ids(office)})).status == 403
    role = {"projectId": made["id"], "teamId": (await team_ids(office))[0], "teamProjectRole": "restricted_viewer"}
    refused = await office.head.graphql(SET_TEAM, i=role)
    assert (refused.status, "viewer" in refused.message) == (422, True)


async def test_who_views_the_team_only_views_by_it(office, site):
    made = await office.make("r", access="RESTRICTED")
    await office.head.graphql(ADD, i={"projectId": made["id"], "teamIds": await team_ids(office)})
    role = {"projectId": made["id"], "teamId": (await team_ids(office))[0], "teamProjectRole": "admin"}
    assert (await office.head.graphql(SET_TEAM, i=role)).data
    await site.settle(office.member)
    version = await office.log("data")
    assert (await office.link(version, "r", "c")).status == 200
    looker = await site.user()
    invite = {"username": looker.name, "role": "viewer"}
    assert (await office.head.send("POST", f"/app/teams/{office.team}/members", invite)).status < 300
    await site.settle(looker)
    assert await office.names(looker) == ["r"]
    assert (await office.link(version, "r", "d", looker)).status == 403


async def test_a_registry_takes_the_types_that_it_names(office):
    made = await office.make("models", artifactTypes=[{"name": "model"}], allowAllArtifactTypesInRegistry=False)
    data, model = await office.log("data"), await office.log("net", b"m", artifactTypeName="model")
    refused = await office.link(data, "models", "c")
    assert (refused.status, "dataset" in refused.message) == (422, True)
    assert (await office.link(model, "models", "c")).status == 200
    more = {"entityName": office.name, "name": made["name"], "artifactTypes": [{"name": "dataset"}]}
    assert (await office.head.graphql(UPSERT, i=more)).data
    assert (await office.link(data, "models", "d")).status == 200
    plain = {"entityName": office.team, "name": "work", "artifactTypes": [{"name": "dataset"}]}
    assert (await office.head.graphql(UPSERT, i=plain)).status == 422, "no registry"


async def test_a_registry_is_made_before_versions_are_linked(office):
    answer = await office.link(await office.log("data"), "typo", "c")
    assert (answer.status, "typo" in answer.message) == (404, True)
    assert await office.names() == []


async def test_collections_and_versions_are_searched_over_all_registries(office):
    await office.make("a", description="first")
    await office.make("b")
    await office.make("hidden", access="RESTRICTED")
    for name, content, registry, loss in (("x", b"1", "a", 0.1), ("y", b"22", "a", 0.5), ("z", b"333", "b", 0.9)):
        version = await office.log(name, content, metadata=json.dumps({"eval": {"loss": loss}, "tuned": name == "z"}))
        assert (await office.link(version, registry, f"c{name}", aliases=[alias(f"c{name}", "prod")])).data
        if name == "x":
            assert (await office.link(version, "hidden", "h", office.head)).data
        office.site.clock.move(10)
    tag = {"entityName": office.name, "projectName": "wandb-registry-a", "artifactCollectionName": "cx"}
    assert (await office.member.graphql(TAGS, i=tag | {"tags": [{"tagName": "good"}]})).data
    assert await office.collections() == ["cz", "cy", "cx"]
    assert await office.collections(order="name") == ["cx", "cy", "cz"]
    assert await office.collections(p=json.dumps({"name": "wandb-registry-b"})) == ["cz"]
    assert await office.collections(f=json.dumps({"tag": "good"})) == ["cx"]
    assert await office.collections(f=json.dumps({"name": {"$regex": "^c[yz]$"}})) == ["cz", "cy"]
    number = int(base64.b64decode(office.made["a"]["internalId"]).decode().rpartition(":")[2])
    assert await office.collections(p=json.dumps({"id": number})) == ["cy", "cx"]
    for asked, names in (
        ({}, ["cz:v0", "cy:v0", "cx:v0"]),
        ({"p": json.dumps({"project_id": number})}, ["cy:v0", "cx:v0"]),
        ({"c": json.dumps({"tag": "good"})}, ["cx:v0"]),
        ({"f": json.dumps({"alias": "prod", "version": "v0"})}, ["cz:v0", "cy:v0", "cx:v0"]),
        ({"f": json.dumps({"version": {"$gt": 0}})}, []),
        ({"f": json.dumps({"metadata.eval.loss": {"$lt": 0.6}})}, ["cy:v0", "cx:v0"]),
        ({"f": json.dumps({"metadata.tuned": True})}, ["cz:v0"]),
        ({"f": json.dumps({"$or": [{"tag": "none"}, {"metadata.eval.loss": 0.1}]})}, ["cx:v0"]),
        ({"f": json.dumps({"artifact_size": {"$gte": 2}}), "order": "+artifact_size"}, ["cy:v0", "cz:v0"]),
        ({"order": "-acm_created_at"}, ["cz:v0", "cy:v0", "cx:v0"]),
        ({"order": "artifact_created_at", "first": 2}, ["cx:v0", "cy:v0"]),
    ):
        assert await office.versions(**asked) == names, asked
    assert set(await office.versions(office.head)) == {"cx:v0", "cy:v0", "cz:v0", "h:v0"}
    for asked, said in (({"order": "colour"}, "colour"), ({"f": '{"colour": 1}'}, "colour"), ({"f": "x"}, "not JSON")):
        assert said in (await office.member.graphql(VERSIONS, o=office.name, **asked)).message


def alias(collection: str, name: str) -> dict[str, str]:
    return {"artifactCollectionName": collection, "alias": name}


async def test_metadata_that_is_no_json_is_passed_over(office):
    await office.make("odd")
    for content, metadata in ((b"1", "{no json"), (b"2", '{"a": NaN}'), (b"3", '{"a": 3}'), (b"4", "[1]")):
        assert (await office.link(await office.log("odd", content, metadata=metadata), "odd", "c")).data
    assert await office.versions(f=json.dumps({"metadata.a": {"$gt": 1}})) == ["c:v2"]
    assert await office.versions(f=json.dumps({"metadata.a": {"$exists": False}})) == ["c:v3", "c:v0"]


async def test_versions_come_in_pages(office):
    await office.make("paged")
    for number in range(5):
        await office.link(await office.log("data", str(number).encode()), "paged", "c")
    seen, after = [], None
    while True:
        page = (await office.member.graphql(VERSIONS, o=office.name, first=2, after=after)).data["organization"]
        page = page["orgEntity"]["artifactMemberships"]
        seen += [edge["node"]["versionIndex"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == [4, 3, 2, 1, 0]


async def test_deleting_a_registry_leaves_the_versions_where_they_were_made(office):
    made = await office.make("gone")
    version = await office.log("data")
    assert (await office.link(version, "gone", "c")).data
    delete = "mutation D($id: ID!) { deleteModel(input: {id: $id}) { success } }"
    assert (await office.head.graphql(delete, id=made["id"])).data["deleteModel"]["success"]
    found = await office.member.graphql("query A($id: ID!) { artifact(id: $id) { state } }", id=version)
    assert found.data["artifact"]["state"] == "COMMITTED"
    assert await office.versions() == []


# ---- routes of the web app ------------------------------------------------------------------------------------


async def shown(caller: Caller) -> dict[str, dict]:
    found = (await caller.send("GET", "/app/registries")).body["registries"]
    return {item["name"]: item for item in found}


async def test_the_page_of_registries(office, site):
    made = {"name": "wandb-registry-web", "visibility": "private", "description": "d", "artifactTypes": ["dataset"]}
    path = f"/app/entities/{office.name}/projects"
    assert (await office.member.send("POST", path, made | {"allArtifactTypes": False})).status == 200
    await office.make("hidden", access="RESTRICTED")
    assert (await office.link(await office.log("data"), "web", "c", aliases=[alias("c", "prod")])).data
    card = (await shown(office.viewer))["web"]
    assert (card["organization"], card["entity"], card["project"]) == (office.name, office.name, "wandb-registry-web")
    assert (card["types"], card["allTypes"], card["collectionCount"]) == (["dataset"], False, 1)
    assert (card["namedCount"], card["canWrite"], card["canManage"]) == (1, False, False)
    await site.settle(office.member)
    assert (await shown(office.member))["web"]["canManage"], "who made it administers it"
    assert set(await shown(office.head)) == {"web", "hidden"}
    page = (await office.viewer.send("GET", "/app/registries")).body
    assert (page["organizations"], page["writable"]) == ([office.name], [])
    assert (await office.member.send("GET", "/app/registries")).body["writable"] == [office.name]
    stranger = (await office.outsider.send("GET", "/app/registries")).body
    assert stranger == {"organizations": [], "writable": [], "registries": []}


async def test_collections_are_found_by_name_tag_and_alias(office):
    await office.make("r")
    await office.make("hidden", access="RESTRICTED")
    version = await office.log("data")
    for registry, collection in (("r", "first"), ("r", "second_x"), ("hidden", "secret")):
        named = [alias(collection, f"best-{collection}")]
        assert (await office.link(version, registry, collection, office.head, aliases=named)).data
    tag = {"entityName": office.name, "projectName": "wandb-registry-r", "artifactCollectionName": "first"}
    assert (await office.head.graphql(TAGS, i=tag | {"tags": [{"tagName": "signed off"}]})).data
    for text, names in (
        ("first", {"first"}),
        ("signed", {"first"}),
        ("best-second", {"second_x"}),
        ("best", {"first", "second_x"}),
        ("secret", set()),
        ("d_x", {"second_x"}),
        ("", set()),
        ("%25", set()),
    ):
        found = (await office.viewer.send("GET", f"/app/registries:search?q={text}")).body["collections"]
        assert {item["name"] for item in found} == names, text
    assert {item["registry"] for item in found} <= {"r"}


async def test_the_list_of_a_registry_is_kept_in_the_web_app(office, site):
    await office.make("r", access="RESTRICTED")
    path = f"/app/projects/{office.name}/wandb-registry-r"
    for body in ({"team": office.team, "role": "viewer"}, {"username": office.viewer.name, "role": "viewer"}):
        assert (await office.head.send("POST", f"{path}/members", body)).status == 204
    listed = (await office.head.send("GET", f"{path}/members")).body
    assert listed["teams"] == [{"team": office.team, "role": "viewer"}]
    assert [item["username"] for item in listed["members"]] == [office.head.name, office.viewer.name]
    await site.settle(office.member)
    assert (await office.member.send("DELETE", f"{path}/teams/{office.team}")).status == 403
    assert (await office.head.send("DELETE", f"{path}/teams/{office.team}")).status == 204
    assert (await office.head.send("GET", f"{path}/members")).body["teams"] == []
    absent = {"team": "no-team-of-this-name", "role": "viewer"}
    assert (await office.head.send("POST", f"{path}/members", absent)).status == 404
    change = {"artifactTypes": ["model"], "allArtifactTypes": False}
    assert (await office.head.send("PATCH", path, change)).status == 200
    assert (await shown(office.head))["r"]["types"] == ["model"]
    assert (await office.head.send("PATCH", path, {"allArtifactTypes": "yes"})).status == 422
