"""Which alias went from which version to which, when and by whom: kept with every way of giving and taking one."""

import pytest

from tests.harness.site import Caller
from tests.slices.artifact_wire import Logger

pytestmark = pytest.mark.asyncio(loop_scope="module")

LINK = """mutation L($i: LinkArtifactInput!) { linkArtifact(input: $i) {
  artifactMembership { artifactCollection { id } } } }"""
UNLINK = "mutation U($i: UnlinkArtifactInput!) { unlinkArtifact(input: $i) { success } }"
DELETE = "mutation D($i: DeleteArtifactInput!) { deleteArtifact(input: $i) { artifact { id } } }"
UPDATE = "mutation U($i: UpdateArtifactInput!) { updateArtifact(input: $i) { artifact { id } } }"
ADD = "mutation A($i: AddAliasesInput!) { addAliases(input: $i) { success } }"
DROP = "mutation D($i: DeleteAliasesInput!) { deleteAliases(input: $i) { success } }"


def named(collection: str, *aliases: str) -> list[dict[str, str]]:
    return [{"artifactCollectionName": collection, "alias": alias} for alias in aliases]


async def history(caller: Caller, collection: str, query: str = "") -> list[tuple[str, str | None, str | None]]:
    path = f"/app/projects/{caller.name}/demo/artifacts/dataset/{collection}/aliases:history{query}"
    found = (await caller.send("GET", path)).body
    assert all(item["by"] == caller.name and item["at"] for item in found["changes"])
    return [(item["alias"], item["from"], item["to"]) for item in found["changes"]]


async def test_every_way_of_giving_and_taking_an_alias_is_told(user):
    logger = Logger(user)
    first = await logger.log("data", {"a": b"1"}, aliases=named("data", "latest", "best"))
    second = await logger.log("data", {"a": b"2"}, aliases=named("data", "latest"))
    place = logger.place | {"artifactCollectionName": "data"}
    assert await history(user, "data") == [("best", None, "v0")], "latest is left out"
    assert (await user.graphql(ADD, i={"artifactID": second, "aliases": [place | {"alias": "best"}]})).data
    assert (await user.graphql(ADD, i={"artifactID": second, "aliases": [place | {"alias": "best"}]})).data
    assert (await user.graphql(UPDATE, i={"artifactID": first, "aliases": named("data", "old", "prod")})).data
    assert (await user.graphql(DROP, i={"artifactID": first, "aliases": [place | {"alias": "old"}]})).data
    assert (await user.graphql(DROP, i={"artifactID": first, "aliases": [place | {"alias": "never"}]})).data
    assert (await user.graphql(DELETE, i={"artifactID": first, "deleteAliases": True})).data
    assert await history(user, "data") == [
        ("prod", "v0", None),
        ("old", "v0", None),
        ("prod", None, "v0"),
        ("old", None, "v0"),
        ("best", "v0", "v1"),
        ("best", None, "v0"),
    ]


async def test_links_have_a_history_of_their_own(user):
    logger = Logger(user)
    version = await logger.log("source", {"a": b"1"})
    asked = logger.place | {"artifactID": version, "artifactPortfolioName": "shelf", "aliases": named("shelf", "shown")}
    linked = (await user.graphql(LINK, i=asked)).data["linkArtifact"]["artifactMembership"]
    shelf = linked["artifactCollection"]["id"]
    assert await history(user, "shelf") == [("shown", None, "v0")]
    assert await history(user, "source") == []
    assert (await user.graphql(UNLINK, i={"artifactID": version, "artifactPortfolioID": shelf})).data
    assert await history(user, "shelf") == [("shown", "v0", None), ("shown", None, "v0")]


async def test_a_long_history_comes_in_pages(user):
    names = [f"a{number}" for number in range(5)]
    await Logger(user).log("many", {"a": b"1"}, aliases=named("many", *names))
    path = f"/app/projects/{user.name}/demo/artifacts/dataset/many/aliases:history?limit=2"
    seen, query = [], ""
    while True:
        page = (await user.send("GET", path + query)).body
        seen += [item["alias"] for item in page["changes"]]
        if page["next"] is None:
            break
        query = f"&before={page['next']}"
    assert seen == names[::-1]


async def test_who_may_not_see_the_collection_sees_no_history(site, user):
    await Logger(user).log("secret", {"a": b"1"}, aliases=named("secret", "x"))
    stranger = await site.user()
    path = f"/app/projects/{user.name}/demo/artifacts/dataset/secret/aliases:history"
    assert (await stranger.send("GET", path)).status == 404
