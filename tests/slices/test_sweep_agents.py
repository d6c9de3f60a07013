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
