"""Finding, listing and downloading versions, and who may (docs/protocol/artifacts.md, reads)."""

import base64
import hashlib

import pytest
import pytest_asyncio

from tests.harness.site import Caller, Site
from tests.slices.artifact_wire import COMMIT, FILES, Logger, md5

pytestmark = pytest.mark.asyncio(loop_scope="module")

PAGE = """query Page($id: ID!, $first: Int, $after: String, $names: [String!]) { artifact(id: $id) {
  files(first: $first, after: $after, names: $names) {
    totalCount pageInfo { endCursor hasNextPage } edges { cursor node { name directUrl } } } } }"""
ENTRIES = """query Entries($id: ID!, $entries: [ArtifactManifestEntryInput!]!) { artifact(id: $id) {
  filesByManifestEntries(entries: $entries, storageLayout: "V2", manifestVersion: "1", first: 5000) {
    edges { node { name directUrl } } } } }"""
ADD = "mutation Add($input: AddAliasesInput!) { addAliases(input: $input) { success } }"
REMOVE = "mutation Remove($input: DeleteAliasesInput!) { deleteAliases(input: $input) { success } }"
DELETE = """mutation Delete($id: ID!, $all: Boolean) {
  deleteArtifact(input: {artifactID: $id, deleteAliases: $all}) { artifact { id } } }"""
UPDATE = """mutation Update($input: UpdateArtifactInput!) { updateArtifact(input: $input) {
  artifact { id description ttlDurationSeconds ttlIsInherited tags { name } aliases { alias } } } }"""
LINK = """mutation Link($input: LinkArtifactInput!) { linkArtifact(input: $input) {
  versionIndex artifactMembership { id artifact { id } artifactCollection { __typename name } } } }"""
VERSIONS = """query Versions($entity: String!, $project: String!, $filters: JSONString, $order: String) {
  project(name: $project, entityName: $entity) { artifactCollection(name: "data") {
    artifacts(filters: $filters, order: $order) { totalCount edges { version node { digest } } } } } }"""
CONTENT = {"a.txt": b"alpha", "b.txt": b"beta"}


@pytest_asyncio.fixture(loop_scope="module")
async def logger(user: Caller) -> Logger:
    return Logger(user)


def alias(logger: Logger, name: str, collection: str = "data") -> dict[str, str]:
    return logger.place | {"artifactCollectionName": collection, "alias": name}


async def test_pages_follow_one_another_by_either_cursor(logger: Logger):
    names = [f"{number:02}" for number in range(7)]
    made = await logger.log("data", {name: name.encode() for name in names})
    seen, after = [], None
    while True:
        page = (await logger.caller.graphql(PAGE, id=made, first=3, after=after)).data["artifact"]["files"]
        assert page["totalCount"] == 7
        assert page["pageInfo"]["endCursor"] == page["edges"][-1]["cursor"]
        seen += [edge["node"]["name"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == names
    named = (await logger.caller.graphql(PAGE, id=made, names=["05", "nope", "01"])).data["artifact"]["files"]
    assert [edge["node"]["name"] for edge in named["edges"]] == ["01", "05"]


async def test_each_asked_entry_is_answered_or_all_fail(logger: Logger):
    made = await logger.log("data", CONTENT)
    asked = [{"name": path, "digest": md5(body)} for path, body in reversed(CONTENT.items())]
    found = (await logger.caller.graphql(ENTRIES, id=made, entries=asked)).data["artifact"]["filesByManifestEntries"]
    assert [edge["node"]["name"] for edge in found["edges"]] == ["b.txt", "a.txt"]
    assert await logger.get(found["edges"][0]["node"]["directUrl"]) == b"beta"
    wrong = [asked[0], {"name": "a.txt", "digest": md5(b"else")}]
    answer = await logger.caller.graphql(ENTRIES, id=made, entries=wrong)
    assert "has no file 'a.txt'" in answer.message


async def test_aliases_move_and_latest_stays_somewhere(logger: Logger):
    first = await logger.log("data", {"x": b"1"})
    second = await logger.log("data", {"x": b"2"})
    for made in (first, second):
        assert (await logger.caller.graphql(ADD, input={"artifactID": made, "aliases": [alias(logger, "best")]})).data
    assert (await logger.find("data:best"))["artifact"]["id"] == second
    given = {"artifactID": second, "aliases": [alias(logger, "best")]}
    assert (await logger.caller.graphql(REMOVE, input=given)).data
    assert await logger.find("data:best") is None
    refused = await logger.caller.graphql(REMOVE, input={"artifactID": second, "aliases": [alias(logger, "latest")]})
    assert refused.status == 422
    numbered = await logger.caller.graphql(ADD, input={"artifactID": second, "aliases": [alias(logger, "v9")]})
    assert numbered.status == 422


async def test_numbers_of_deleted_versions_are_not_given_again(logger: Logger):
    kept = await logger.log("data", {"x": b"1"})
    gone = await logger.log("data", {"x": b"2"})
    assert (await logger.caller.graphql(DELETE, id=gone)).status == 409
    assert (await logger.caller.graphql(DELETE, id=gone, all=True)).data
    assert (await logger.find("data:latest"))["artifact"]["id"] == kept
    assert await logger.find("data:v1") is None
    assert (await logger.caller.graphql("query Q($id: ID!) { artifact(id: $id) { id } }", id=gone)).data == {
        "artifact": None
    }
    again = await logger.log("data", {"x": b"2"})
    assert (await logger.find("data:v2"))["artifact"]["id"] == again


async def test_versions_filter_and_order(logger: Logger):
    for number in range(3):
        await logger.log("data", {"x": str(number).encode()})

    async def listed(**given) -> list[str]:
        answer = await logger.caller.graphql(VERSIONS, entity=logger.caller.name, project=logger.project, **given)
        found = answer.data["project"]["artifactCollection"]["artifacts"]
        assert found["totalCount"] == len(found["edges"])
        return [edge["version"] for edge in found["edges"]]

    assert await listed() == ["v2", "v1", "v0"]
    assert await listed(order="+createdAt", filters='{"state": "COMMITTED"}') == ["v0", "v1", "v2"]
    assert await listed(filters='{"versionIndex": {"$gte": 1}, "$or": [{"versionIndex": 1}]}') == ["v1"]
    assert await listed(filters='{"state": "DELETED"}') == []


async def test_changes_keep_what_they_do_not_name(logger: Logger):
    made = await logger.log("data", CONTENT, description="first", ttlDurationSeconds=60)
    tags = [{"tagName": "good"}]
    answer = await logger.caller.graphql(UPDATE, input={"artifactID": made, "tagsToAdd": tags})
    found = answer.data["updateArtifact"]["artifact"]
    assert (found["description"], found["ttlDurationSeconds"], found["ttlIsInherited"]) == ("first", 60, False)
    assert [tag["name"] for tag in found["tags"]] == ["good"]
    answer = await logger.caller.graphql(
        UPDATE,
        input={
            "artifactID": made,
            "ttlDurationSeconds": -1,
            "tagsToDelete": tags,
            "aliases": [{"artifactCollectionName": "data", "alias": "only"}],
        },
    )
    found = answer.data["updateArtifact"]["artifact"]
    assert (found["ttlDurationSeconds"], found["ttlIsInherited"], found["tags"]) == (-1, True, [])
    assert [item["alias"] for item in found["aliases"]] == ["latest", "only", "v0"]


# ---- fixed download paths -------------------------------------------------------------------------------------


async def test_every_fixed_path_leads_to_the_content(logger: Logger):
    made = await logger.log("data", CONTENT)
    quoted, digest, me = made.replace("=", "%3D"), hashlib.md5(b"beta").hexdigest(), logger.caller
    paths = [
        f"/artifacts/{me.name}/{digest}",
        f"/artifactsV2/default/{me.name}/{quoted}/{digest}",
        f"/artifactsV2/gcp-us/{me.name}/{quoted}/{digest}/b.txt",
        f"/artifactsV2/default/{me.name}/demo/data/{quoted}/{digest}/b.txt",
        f"/artifactsV2/default/{me.name}/demo/data/{quoted}/{quoted}/{digest}/b.txt",
        f"/artifactsV2/default/{me.name}/demo/data/{quoted}//{digest}/b.txt",
        f"/artifactsV2/default/{me.name}/{made.rstrip('=')}/{digest}/b.txt",
    ]
    stranger = await me.site.user()
    for path in paths:
        answer = await me.site.http.get(path, auth=("api", me.key or ""))
        assert answer.status_code == 302, path
        assert await logger.get(answer.headers["location"]) == b"beta"
        assert (await me.site.http.get(path)).status_code == 401
        assert (await me.site.http.get(path, auth=("api", stranger.key or ""))).status_code == 404
    unknown = f"/artifacts/{me.name}/{hashlib.md5(b'unknown').hexdigest()}"
    assert (await me.site.http.get(unknown, auth=("api", me.key or ""))).status_code == 404


# ---- access ---------------------------------------------------------------------------------------------------


async def test_strangers_see_and_change_nothing(logger: Logger, site: Site):
    made = await logger.log("data", CONTENT)
    stranger = Logger(await site.user(), logger.caller.name)
    assert await stranger.find("data:latest") is None
    assert await stranger.read(made) is None
    specs = [{"artifactID": made, "name": "x", "md5": md5(b"x")}]
    answers = [
        await stranger.caller.graphql(FILES, input={"artifactFiles": specs, "storageLayout": "V2"}),
        await stranger.caller.graphql(COMMIT, id=made),
        await stranger.caller.graphql(DELETE, id=made, all=True),
        await stranger.caller.graphql(ADD, input={"artifactID": made, "aliases": [alias(logger, "mine")]}),
        await stranger.caller.graphql(UPDATE, input={"artifactID": made, "description": "mine"}),
    ]
    assert [answer.status for answer in answers] == [404] * 5
    assert (await stranger.try_create("data", CONTENT)).status == 403
    assert await logger.find("data:latest")


async def test_knowing_a_digest_gives_no_content_of_another_project(logger: Logger, site: Site):
    await logger.log("data", {"secret": b"secret"})
    stranger = Logger(await site.user())
    made = await stranger.create("thief", {"secret": b"secret"})
    (slot,) = await stranger.open_files(made["id"], {"secret": b"secret"})
    assert slot["uploadUrl"], "the content has to be shown, not only named"
    await stranger.put_manifest(made["id"], {"secret": {"digest": md5(b"secret"), "size": 6}})
    assert (await stranger.commit(made["id"])).status == 422


async def test_viewers_read_and_members_write(site: Site):
    admin, member, viewer = await site.user(), await site.user(), await site.user()
    team = await site.team(admin, member=member, viewer=viewer)
    made = await Logger(member, team).log("data", CONTENT)
    reader = Logger(viewer, team)
    assert (await reader.find("data:latest"))["artifact"]["id"] == made
    assert await reader.read(made)
    assert (await reader.try_create("data", {"x": b"1"})).status == 403
    assert (await reader.caller.graphql(DELETE, id=made, all=True)).status == 403
    assert (await reader.caller.graphql(UPDATE, input={"artifactID": made, "description": "mine"})).status == 403


async def test_a_link_lets_readers_of_its_project_read_the_version(logger: Logger, site: Site):
    admin = await site.user()
    team = await site.team(admin, member=logger.caller)
    made = await logger.log("data", CONTENT)
    reader = Logger(admin, logger.caller.name)
    assert await reader.read(made) is None
    target = {"entityName": team, "projectName": "shelf", "artifactPortfolioName": "best"}
    linked = (await logger.caller.graphql(LINK, input={"artifactID": made, **target})).data["linkArtifact"]
    assert linked["artifactMembership"]["artifactCollection"] == {"__typename": "ArtifactPortfolio", "name": "best"}
    read = await reader.read(made)
    assert await reader.get(read["files"]["edges"][0]["node"]["directUrl"]) == b"alpha"
    assert await reader.find("data:latest") is None
    assert (await reader.caller.graphql(UPDATE, input={"artifactID": made, "description": "mine"})).status == 403
    listed, other = hashlib.md5(b"alpha").hexdigest(), hashlib.md5(b"other").hexdigest()
    await logger.log("other", {"x": b"other"})
    birth = base64.b64encode(base64.b64decode(made)).decode().replace("=", "%3D")
    for digest, status in ((listed, 302), (other, 404)):
        path = f"/artifactsV2/default/{logger.caller.name}/{birth}/{digest}/x"
        assert (await site.http.get(path, auth=("api", admin.key or ""))).status_code == status
