"""What an agent is told (docs/protocol/queries.md, agents and heartbeats)."""

import json
from typing import Any

import pytest

from tests.harness.site import Caller, Site

pytestmark = pytest.mark.asyncio(loop_scope="module")

CREATE = """mutation Create($entity: String, $config: String) {
  upsertSweep(input: {entityName: $entity, projectName: "demo", config: $config}) { sweep { name } } }"""
AGENT = """mutation Agent($entity: String, $sweep: String!) {
  createAgent(input: {host: "box", projectName: "demo", entityName: $entity, sweep: $sweep}) { agent { id } } }"""
BEAT = """mutation Beat($id: ID!, $runs: JSONString) {
  agentHeartbeat(input: {id: $id, runState: $runs}) { commands } }"""
CONFIG = "method: random\nparameters: {lr: {min: 0.0, max: 1.0}}\n"


async def first_command(me: Caller, config: str) -> dict[str, Any]:
    made = (await me.graphql(CREATE, entity=me.name, config=config)).data
    sweep = made["upsertSweep"]["sweep"]["name"]
    agent = (await me.graphql(AGENT, entity=me.name, sweep=sweep)).data["createAgent"]["agent"]["id"]
    beat = (await me.graphql(BEAT, id=agent, runs="{}")).data
    (command,) = json.loads(beat["agentHeartbeat"]["commands"])
    return dict(command)


async def test_an_agent_without_a_function_is_told_which_program_to_start(site: Site) -> None:
    command = await first_command(await site.user(), "program: train.py\n" + CONFIG)
    assert (command["type"], command["program"]) == ("run", "train.py")
    assert 0 <= command["args"]["lr"]["value"] <= 1


async def test_a_config_without_a_program_names_none(site: Site) -> None:
    assert "program" not in await first_command(await site.user(), CONFIG)


async def test_a_preempted_run_is_handed_out_again_before_new_ones(site: Site) -> None:
    me = await site.user()
    made = (await me.graphql(CREATE, entity=me.name, config=CONFIG)).data
    sweep = made["upsertSweep"]["sweep"]["name"]

    async def agent() -> str:
        return str((await me.graphql(AGENT, entity=me.name, sweep=sweep)).data["createAgent"]["agent"]["id"])

    async def beat(agent: str, *live: str) -> list[dict[str, Any]]:
        runs = json.dumps(dict.fromkeys(live, True))
        commands: list[dict[str, Any]] = json.loads(
            (await me.graphql(BEAT, id=agent, runs=runs)).data["agentHeartbeat"]["commands"]
        )
        return commands

    async def stream(run: str, **body: Any) -> None:
        assert (await me.send("POST", f"/files/{me.name}/demo/{run}/file_stream", body)).status == 200

    first, second = await agent(), await agent()
    (command,) = await beat(first)
    run = command["run_id"]
    start = 'mutation S($r: String) { upsertBucket(input: {name: $r, modelName: "demo"}) { inserted } }'
    await me.graphql(start, r=run)
    assert await beat(first, run) == []
    await stream(run, preempting=True)
    await stream(run, complete=True, exitcode=1)
    site.clock.move(1)
    (again,) = await beat(second)
    assert (again["run_id"], again["args"]) == (run, command["args"])
    (other,) = await beat(first)
    assert other["run_id"] != run, "handed out once"


ENQUEUE = """mutation Enqueue($id: ID!, $config: JSONString!, $title: String) {
  enqueueSweepRun(input: {id: $id, config: $config, displayName: $title}) { id runQueueItemId } }"""
OWN = "method: custom\nscheduler: {engine: optuna}\nrun_cap: 2\nparameters: {lr: {min: 0.0, max: 1.0}}\n"


async def own_sweep(me: Caller) -> tuple[str, str]:
    """Storage id and name of a sweep whose runs are chosen by a program of the user's own."""
    create = CREATE.replace("{ name }", "{ id name }")
    made = (await me.graphql(create, entity=me.name, config=OWN)).data["upsertSweep"]["sweep"]
    return made["id"], made["name"]


async def test_runs_that_a_program_adds_are_handed_out_in_their_order_and_no_others(site: Site) -> None:
    me = await site.user()
    sweep, name = await own_sweep(me)
    agent = (await me.graphql(AGENT, entity=me.name, sweep=name)).data["createAgent"]["agent"]["id"]

    async def beat(**live: bool) -> list[dict[str, Any]]:
        answer = (await me.graphql(BEAT, id=agent, runs=json.dumps(live))).data
        commands: list[dict[str, Any]] = json.loads(answer["agentHeartbeat"]["commands"])
        return commands

    assert await beat() == [], "this server suggests nothing"
    wrapped, bare = json.dumps({"lr": {"value": 0.25}}), json.dumps({"lr": 0.5, "opt": {"value": 1, "beta": 2}})
    first = (await me.graphql(ENQUEUE, id=sweep, config=wrapped, title="a guess")).data["enqueueSweepRun"]["id"]
    second = (await me.graphql(ENQUEUE, id=sweep, config=bare)).data["enqueueSweepRun"]["id"]
    (command,) = await beat()
    assert (command["type"], command["run_id"], command["args"]) == ("run", first, {"lr": {"value": 0.25}})
    assert await beat(**{first: True}) == []
    (command,) = await beat()
    assert command["run_id"] == second
    assert command["args"] == {"lr": {"value": 0.5}, "opt": {"value": {"value": 1, "beta": 2}}}
    query = """query($e: String!, $s: String!) { project(name: "demo", entityName: $e) { sweep(sweepName: $s) { state
      runs(order: "+created_at") { edges { node { displayName state } } } } } }"""
    found = (await me.graphql(query, e=me.name, s=name)).data["project"]["sweep"]
    titles = [edge["node"]["displayName"] for edge in found["runs"]["edges"]]
    assert (found["state"], titles[0]) == ("RUNNING", "a guess")


async def test_runs_that_cannot_be_added_are_refused_at_once(site: Site) -> None:
    me, other = await site.user(), await site.user()
    sweep, _ = await own_sweep(me)
    for text in ("[]", "1", "{"):
        answer = await me.graphql(ENQUEUE, id=sweep, config=text)
        assert (answer.status, answer.body["errors"][0]["extensions"]["code"]) == (422, "invalid"), text
    assert (await other.graphql(ENQUEUE, id=sweep, config="{}")).status in {403, 404}
    for _ in range(2):
        assert (await me.graphql(ENQUEUE, id=sweep, config="{}")).status == 200
    capped = await me.graphql(ENQUEUE, id=sweep, config="{}")
    assert (capped.status, "run_cap" in capped.message) == (422, True)
    end = 'mutation($id: ID!) { upsertSweep(input: {id: $id, state: "FINISHED"}) { sweep { state } } }'
    await me.graphql(end, id=sweep)
    ended = await me.graphql(ENQUEUE, id=sweep, config="{}")
    assert (ended.status, "finished" in ended.message) == (422, True)
