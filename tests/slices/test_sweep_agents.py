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
