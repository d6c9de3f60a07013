"""Lineage as the web app draws it: steps in both directions, clusters, what is gone and what is not the reader's."""

from typing import Any

import pytest

from steelyard.domains.artifacts.browse.walk import Kind, Ref, walk
from steelyard.kernel.ids import find_global_id
from tests.harness.site import Caller, Site
from tests.slices.artifact_wire import Logger

pytestmark = pytest.mark.asyncio(loop_scope="module")

START = """mutation Start($name: String, $project: String, $entity: String, $title: String) {
  upsertBucket(input: {name: $name, modelName: $project, entityName: $entity, displayName: $title}) {
    bucket { id } } }"""
USE = """mutation Use($input: UseArtifactInput!) { useArtifact(input: $input) { artifact { id } } }"""


class Lab:
    """Somebody who starts runs that use and make versions."""

    def __init__(self, caller: Caller, project: str = "demo") -> None:
        self.me, self.logger, self.project = caller, Logger(caller, project=project), project

    async def run(self, name: str, uses: tuple[str, ...] = (), makes: tuple[str, ...] = (), **given: Any) -> list[str]:
        """Start a run that uses versions (ids) and logs new ones; return the ids of those."""
        started = await self.me.graphql(START, name=name, title=name, project=self.project, entity=self.me.name)
        assert started.data
        for artifact in uses:
            place = self.logger.place | {"runName": name, "artifactID": artifact, "usedAs": "in"}
            assert (await self.me.graphql(USE, input=place)).data
        return [await self.logger.log(made, {name: made.encode()}, runName=name, **given) for made in makes]


def names(graph: dict[str, Any]) -> dict[str, str]:
    """Return id → a short name of each node."""
    return {node["id"]: node.get("title") or f"{node['collection']}:{node['version']}" for node in graph["nodes"]}


def edges(graph: dict[str, Any]) -> set[tuple[str, str]]:
    known = names(graph)
    return {(known[edge["from"]], known[edge["to"]]) for edge in graph["edges"]}


async def ask(caller: Caller, node: str, up: int = 2, down: int = 2) -> dict[str, Any]:
    answer = await caller.send("GET", f"/app/lineage/{node}?up={up}&down={down}")
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.body
    return found


async def test_a_walk_goes_both_ways_as_far_as_it_is_told(site: Site):
    lab = Lab(await site.user())
    (raw,) = await lab.run("collect", makes=("raw",))
    clean, held = await lab.run("clean", uses=(raw,), makes=("clean", "held"))
    (model,) = await lab.run("train", uses=(clean,), makes=("model",), artifactTypeName="model")
    await lab.run("evaluate", uses=(model, held))

    graph = await ask(lab.me, clean)
    assert edges(graph) == {
        ("raw:v0", "clean"),
        ("clean", "clean:v0"),
        ("clean:v0", "train"),
        ("train", "model:v0"),
    }
    by_name = {name: node for node in graph["nodes"] for name in [names(graph)[node["id"]]]}
    assert (by_name["raw:v0"]["up"], by_name["model:v0"]["down"], by_name["clean"]["down"]) == (1, 1, 2)
    assert (by_name["model:v0"]["type"], by_name["train"]["state"]) == ("model", "running")
    assert {edge["usedAs"] for edge in graph["edges"]} == {None, "in"}
    assert (graph["clusters"], graph["cut"]) == ([], False)

    assert edges(await ask(lab.me, clean, 0, 1)) == {("clean:v0", "train")}
    whole = await ask(lab.me, held, 10, 10)
    assert edges(whole) == {
        ("collect", "raw:v0"),
        ("raw:v0", "clean"),
        ("clean", "held:v0"),
        ("held:v0", "evaluate"),
    }
    # from a run too
    run = next(node for node in graph["nodes"] if node.get("run") == "train")
    assert ("clean:v0", "train") in edges(await ask(lab.me, run["id"], 1, 1))


async def test_many_siblings_of_a_kind_are_a_cluster_that_is_searched(site: Site):
    lab = Lab(await site.user())
    (data,) = await lab.run("make", makes=("data",))
    for number in range(7):
        await lab.run(f"train-{number}", uses=(data,))
    graph = await ask(lab.me, data)
    assert edges(graph) == {("make", "data:v0")}
    cluster = {"of": data, "direction": "down", "kind": "run", "type": None, "count": 7, "hidden": False}
    assert graph["clusters"] == [cluster]

    async def members(query: str = "") -> list[str]:
        answer = await lab.me.send("GET", f"/app/lineage/{data}/members?direction=down{query}")
        assert answer.body["total"] >= len(answer.body["nodes"])
        return [node["title"] for node in answer.body["nodes"]]

    assert await members() == [f"train-{number}" for number in reversed(range(7))]
    assert await members("&offset=2&limit=2") == ["train-4", "train-3"]
    assert await members("&find=TRAIN-5") == ["train-5"]
    assert await members("&find=nothing") == []
    assert (await lab.me.send("GET", f"/app/lineage/{data}/members")).status == 422

    # versions cluster by type: what is few stays beside what is many
    await lab.run("sweep", makes=tuple(f"model-{number}" for number in range(6)), artifactTypeName="model")
    await lab.run("sweep", makes=("report",))
    report = (await lab.logger.find("report:v0"))["artifact"]["id"]
    run = next(node["id"] for node in (await ask(lab.me, report))["nodes"] if node.get("run") == "sweep")
    graph = await ask(lab.me, run, 0, 1)
    assert edges(graph) == {("sweep", "report:v0")}
    assert [(cluster["type"], cluster["count"]) for cluster in graph["clusters"]] == [("model", 6)]
    found = (await lab.me.send("GET", f"/app/lineage/{run}/members?direction=down&type=model&find=v0+-3")).body
    assert [node["collection"] for node in found["nodes"]] == ["model-3"]


async def test_what_was_deleted_stays_and_says_so(site: Site):
    lab = Lab(await site.user())
    (data,) = await lab.run("make", makes=("data",))
    (model,) = await lab.run("train", uses=(data,), makes=("model",))
    await lab.logger.create("model", {"later": b"x"}, runName="train")
    base = f"/app/projects/{lab.me.name}/demo/artifacts/dataset"
    assert (await lab.me.send("DELETE", f"{base}/data/v0?aliases=1")).status == 204
    assert (await lab.me.send("DELETE", f"/app/runs/{lab.me.name}/demo/make")).status == 204
    graph = await ask(lab.me, model, 10, 10)
    assert edges(graph) == {("make", "data:v0"), ("data:v0", "train"), ("train", "model:v0")}
    states = {names(graph)[node["id"]]: node["state"] for node in graph["nodes"]}
    assert states == {"make": "deleted", "data:v0": "DELETED", "train": "running", "model:v0": "COMMITTED"}
    # a deleted version is still a place to look from; one on its way shows on the side of what comes
    assert edges(await ask(lab.me, data, 1, 1)) == {("make", "data:v0"), ("data:v0", "train")}
    run = next(node["id"] for node in graph["nodes"] if node.get("run") == "train")
    assert sorted(node["state"] for node in (await ask(lab.me, run, 0, 1))["nodes"]) == [
        "COMMITTED",
        "PENDING",
        "running",
    ]


async def test_other_peoples_things_are_counted_and_no_more(site: Site):
    owner, reader = Lab(await site.user(), "open"), Lab(await site.user())
    (data,) = await owner.run("make", makes=("data",))
    closed = Lab(owner.me, "closed")
    (secret,) = await closed.run("hush", uses=(data,), makes=("secret",))
    place = f"/app/projects/{owner.me.name}/open"
    assert (await owner.me.send("PATCH", place, {"visibility": "public"})).status == 200
    await reader.run("mine", uses=(data,))

    assert ("data:v0", "hush") in edges(await ask(owner.me, data))
    graph = await ask(reader.me, data)
    assert edges(graph) == {("make", "data:v0"), ("data:v0", "mine")}
    hidden = {"of": data, "direction": "down", "kind": "run", "type": None, "count": 1, "hidden": True}
    assert graph["clusters"] == [hidden]
    listed = (await reader.me.send("GET", f"/app/lineage/{data}/members?direction=down")).body
    assert [node["title"] for node in listed["nodes"]] == ["mine"]
    for node in (secret, "QXJ0aWZhY3Q6OTk5OTk5", "UnVuOjk5OTk5OQ", "nonsense"):
        for route in (f"/app/lineage/{node}", f"/app/lineage/{node}/members?direction=up"):
            assert (await reader.me.send("GET", route)).status == 404

    # a link into a project that the reader may read shows the version, not its project
    path = f"/app/projects/{owner.me.name}/closed/artifacts/dataset/secret/v0/links"
    assert (await owner.me.send("POST", path, {"project": "open", "collection": "shown"})).status == 200
    await reader.run("later", uses=(secret,))
    run = next(node["id"] for node in (await ask(reader.me, secret))["nodes"] if node.get("run") == "later")
    graph = await ask(reader.me, run)
    assert edges(graph) == {("secret:v0", "later")}
    assert [(cluster["kind"], cluster["count"], cluster["hidden"]) for cluster in graph["clusters"]] == [
        ("run", 1, True)
    ]


async def test_a_walk_ends_when_it_has_shown_enough(site: Site):
    lab = Lab(await site.user())
    (first,) = await lab.run("run-0", makes=("data-0",))
    made = first
    for number in range(1, 4):
        (made,) = await lab.run(f"run-{number}", uses=(made,), makes=(f"data-{number}",))
    number = find_global_id("Artifact", first)
    assert number is not None
    graph = await walk(site.system, Ref(Kind.ARTIFACT, number), 10, 10, nodes_max=4)
    assert (graph.is_cut, len(graph.nodes)) == (True, 4)
